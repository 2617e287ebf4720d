// AttributeUpdates, the parameter from before update expressions, read as update clauses.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.AttributeUpdates.html

import type { Updates } from './dynalite.ts';
import { constraintFailed } from './errors.ts';
import type { UpdateClause } from './expressions.ts';
import type { AttributeValue } from './values.ts';

interface AttributeValueUpdate {
  readonly Action?: 'PUT' | 'ADD' | 'DELETE';
  readonly Value?: AttributeValue;
}

const ACTIONS: readonly string[] = ['ADD', 'PUT', 'DELETE'];

/**
 * @param attributeUpdates - validated by dynalite, but for its actions
 * @throws {ServiceError} ValidationException
 */
export function legacyUpdates(attributeUpdates: unknown): Updates | undefined {
  if (!attributeUpdates) return undefined;
  const updates = attributeUpdates as Readonly<Record<string, AttributeValueUpdate>>;
  return {
    sections: Object.entries(updates).map(([name, update]) => clauseOf(name, update)),
    paths: Object.keys(updates).map((name) => [name]),
  };
}

function clauseOf(name: string, { Action, Value }: AttributeValueUpdate): UpdateClause {
  if (Action !== undefined && !ACTIONS.includes(Action)) {
    throw constraintFailed(
      `attributeUpdates.${name}.member.action`,
      `Member must satisfy enum value set: [${ACTIONS.join(', ')}]`,
    );
  }
  const path = [name];
  if (!Value) return { type: 'remove', path };
  if (Action === 'DELETE') return { type: 'delete', path, val: Value };
  if (Action !== 'ADD') return { type: 'set', path, val: Value };
  if (!Value.L) return { type: 'add', path, val: Value };
  const existing = { type: 'function', name: 'if_not_exists', args: [path, { L: [] }] } as const;
  return { type: 'set', path, val: { type: 'function', name: 'list_append', args: [existing, Value] } };
}
