// A table may be named by its ARN wherever a name is asked for: what goes on inside knows names only, and what is answered
// names the table as the caller did.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html (TableName)

import { type CloudIdentity, ServiceError } from '../service.ts';
import type { Request } from './dynalite.ts';
import { validationError } from './errors.ts';

const TABLE_ARN = /^arn:aws:dynamodb:(?<region>[^:]*):(?<account>\d{12}):table\/(?<name>[^/:]+)$/;

export interface NamedInput {
  readonly input: Request;
  /** Makes an answer name tables as the input did. */
  named(answer: object): object;
}

/**
 * The input with names in the place of ARNs.
 * @throws {ServiceError} ResourceNotFoundException for the ARN of another account or Region; ValidationException when a
 * batch has the same table twice
 */
export function withTableNames(input: Request, identity: CloudIdentity): NamedInput {
  const arns = new Map<string, string>();
  const nameOf = (given: string): string => {
    const name = nameInArn(given, identity);
    if (name === undefined) return given;
    arns.set(name, given);
    return name;
  };
  const plain = {
    ...named(input, nameOf),
    ...(Array.isArray(input.TransactItems) && {
      TransactItems: input.TransactItems.map((item: unknown) =>
        isObject(item)
          ? mapValues(item, (action) => (isObject(action) ? named(action, nameOf) : action))
          : item,
      ),
    }),
    ...(isObject(input.RequestItems) && { RequestItems: renamed(input.RequestItems, nameOf) }),
  };
  return { input: plain, named: (answer) => (arns.size === 0 ? answer : withArns(answer, arns)) };
}

/** The name of the account's table that this is the ARN of; undefined for what is no ARN of a table. */
function nameInArn(text: string, { region, accountId }: CloudIdentity): string | undefined {
  const groups = text.length > 1024 ? undefined : TABLE_ARN.exec(text)?.groups;
  if (!groups) return undefined;
  if (groups.region !== region || groups.account !== accountId) {
    throw new ServiceError(
      'ResourceNotFoundException',
      `Requested resource not found: Table: ${text} not found`,
    );
  }
  return groups.name;
}

function named(request: Request, nameOf: (given: string) => string): Request {
  const { TableName } = request;
  return typeof TableName === 'string' ? { ...request, TableName: nameOf(TableName) } : request;
}

function renamed(byTable: Request, nameOf: (given: string) => string): Request {
  const entries = Object.entries(byTable).map(([table, value]) => [nameOf(table), value] as const);
  if (new Set(entries.map(([name]) => name)).size < entries.length) {
    throw validationError('A table cannot be named both by its name and by its ARN in one request');
  }
  return Object.fromEntries(entries);
}

const BY_TABLE = ['Responses', 'UnprocessedItems', 'UnprocessedKeys'] as const;

function withArns(answer: object, arns: ReadonlyMap<string, string>): object {
  const { ConsumedCapacity, ...rest } = answer as Request;
  const inCapacity = (used: unknown): unknown =>
    isObject(used) ? { ...used, TableName: arns.get(String(used.TableName)) ?? used.TableName } : used;
  const byTable = BY_TABLE.flatMap((member) => {
    const value = rest[member];
    return isObject(value) ? [[member, renamed(value, (name) => arns.get(name) ?? name)] as const] : [];
  });
  return {
    ...rest,
    ...Object.fromEntries(byTable),
    ...(ConsumedCapacity !== undefined && {
      ConsumedCapacity: Array.isArray(ConsumedCapacity)
        ? ConsumedCapacity.map(inCapacity)
        : inCapacity(ConsumedCapacity),
    }),
  };
}

function mapValues(object: Request, convert: (value: unknown) => unknown): Request {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, convert(value)]));
}

function isObject(value: unknown): value is Request {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
