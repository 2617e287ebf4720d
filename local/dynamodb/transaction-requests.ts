// The requests of transactions: what can be refused before a table is looked at.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html

import type { Request, Store } from './dynalite.ts';
import { constraintFailed, validationError } from './errors.ts';
import { type KeyedRead, parseGet } from './reads.ts';
import { parseWrite, type Write, type WriteKind } from './writes.ts';

const MAX_ACTIONS = 100;
const MAX_TOKEN_LENGTH = 36;
const KINDS: readonly WriteKind[] = ['Put', 'Update', 'Delete', 'ConditionCheck'];

/** A transaction whose every part is valid by itself. */
export interface WriteTransaction {
  readonly writes: readonly Write[];
  readonly token: string | undefined;
}

/** @throws {ServiceError} ValidationException, SerializationException */
export function parseTransactWrite(store: Store, input: Request): WriteTransaction {
  const writes = transactItems(input).map((action, index) => parseAction(store, action, index));
  return { writes, token: tokenOf(input) };
}

/** @throws {ServiceError} ValidationException, SerializationException */
export function parseTransactGet(store: Store, input: Request): KeyedRead[] {
  return transactItems(input).map(({ Get }, index) => {
    if (typeof Get !== 'object' || Get === null) {
      throw constraintFailed(`TransactItems.${index + 1}.member.Get`, 'Member must not be null');
    }
    const { TableName, Key, ProjectionExpression, ExpressionAttributeNames } = Get as Request;
    return parseGet(store, { TableName, Key, ProjectionExpression, ExpressionAttributeNames });
  });
}

function tokenOf({ ClientRequestToken: token }: Request): string | undefined {
  if (token === undefined || token === null) return undefined;
  if (typeof token !== 'string' || token === '') {
    throw constraintFailed('ClientRequestToken', 'Member must have length greater than or equal to 1');
  }
  if (token.length > MAX_TOKEN_LENGTH) {
    throw constraintFailed(
      'ClientRequestToken',
      `Member must have length less than or equal to ${MAX_TOKEN_LENGTH}`,
    );
  }
  return token;
}

function parseAction(store: Store, action: Request, index: number): Write {
  const given = KINDS.filter((kind) => action[kind]);
  const [kind] = given;
  if (!kind || given.length > 1) {
    throw validationError(
      'TransactItems can only contain one of Check, Put, Update or Delete' +
        ` (transactItems.${index + 1} has ${given.length === 0 ? 'none' : given.join(', ')})`,
    );
  }
  const { TableName, Item, Key, UpdateExpression, ConditionExpression, ...rest } = action[kind] as Request;
  const { ExpressionAttributeNames, ExpressionAttributeValues, ReturnValuesOnConditionCheckFailure } = rest;
  if (kind === 'Update') requireMember('UpdateExpression', UpdateExpression, kind, index);
  if (kind === 'ConditionCheck') requireMember('ConditionExpression', ConditionExpression, kind, index);
  const own = kind === 'Put' ? { Item } : kind === 'Update' ? { Key, UpdateExpression } : { Key };
  return parseWrite(
    kind,
    {
      TableName,
      ...own,
      ConditionExpression,
      ExpressionAttributeNames,
      ExpressionAttributeValues,
      ReturnValuesOnConditionCheckFailure,
    },
    store,
  );
}

function requireMember(member: string, value: unknown, kind: WriteKind, index: number): void {
  if (value !== undefined && value !== null) return;
  throw constraintFailed(`TransactItems.${index + 1}.member.${kind}.${member}`, 'Member must not be null');
}

function transactItems(input: Request): readonly Request[] {
  checkEnum(input, 'ReturnConsumedCapacity', ['INDEXES', 'TOTAL', 'NONE']);
  checkEnum(input, 'ReturnItemCollectionMetrics', ['SIZE', 'NONE']);
  const items = input.TransactItems;
  if (!Array.isArray(items)) throw constraintFailed('TransactItems', 'Member must not be null');
  if (items.length === 0) {
    throw constraintFailed('TransactItems', 'Member must have length greater than or equal to 1');
  }
  if (items.length > MAX_ACTIONS) {
    throw constraintFailed('TransactItems', `Member must have length less than or equal to ${MAX_ACTIONS}`);
  }
  return items;
}

function checkEnum(input: Request, member: string, values: readonly string[]): void {
  if (input[member] === undefined || values.includes(input[member] as string)) return;
  throw constraintFailed(member, `Member must satisfy enum value set: [${values.join(', ')}]`);
}
