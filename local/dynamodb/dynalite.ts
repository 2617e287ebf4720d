// What is used of dynalite, with types: its store, its validation with the parsers of expressions, and its actions,
// called in memory instead of through its HTTP server. dynalite has no public API for this; the modules are those of
// version 4.

import { createRequire } from 'node:module';
import { ServiceError } from '../service.ts';
import type { Condition, UpdateClause } from './expressions.ts';
import { rememberParses } from './parses.ts';
import type { Item, Path, ScalarType } from './values.ts';

/** The operations that dynalite performs. */
export type ActionName = 'query' | 'scan';

/** The operations whose requests dynalite checks. */
export type ValidatedName =
  | ActionName
  | 'batchGetItem'
  | 'batchWriteItem'
  | 'createTable'
  | 'deleteItem'
  | 'describeTable'
  | 'getItem'
  | 'listTables'
  | 'putItem'
  | 'updateItem'
  | 'updateTable';

export interface KeySchemaElement {
  readonly AttributeName: string;
  readonly KeyType: 'HASH' | 'RANGE';
}

export interface IndexDescription {
  readonly IndexName: string;
  readonly KeySchema: readonly KeySchemaElement[];
}

/** A table description as dynalite keeps it; members that it does not know are kept too. */
export interface TableDescription {
  readonly TableName: string;
  readonly TableArn: string;
  readonly TableStatus: string;
  readonly KeySchema: readonly KeySchemaElement[];
  readonly AttributeDefinitions: readonly {
    readonly AttributeName: string;
    readonly AttributeType: ScalarType;
  }[];
  readonly LocalSecondaryIndexes?: readonly IndexDescription[];
  readonly GlobalSecondaryIndexes?: readonly IndexDescription[];
  readonly [member: string]: unknown;
}

/** The trees that validation adds to a request for each expression in it. */
export interface ParsedExpressions {
  readonly _condition?: { readonly expression: Condition; readonly nestedPaths?: NestedPaths };
  readonly _filter?: {
    readonly expression: Condition;
    readonly nestedPaths?: NestedPaths;
    readonly pathHeads?: NestedPaths;
  };
  readonly _updates?: Updates;
  readonly _projection?: { readonly paths: readonly Path[]; readonly nestedPaths?: NestedPaths };
}

export interface Updates {
  readonly sections: readonly UpdateClause[];
  readonly paths: readonly (Path | string)[];
  readonly nestedPaths?: NestedPaths;
}

type NestedPaths = Readonly<Record<string, true>>;
type Callback<T> = (error: unknown, result?: T) => void;
type Validation = { readonly types: unknown; readonly custom?: unknown };
export type Request = Readonly<Record<string, unknown>>;

/** An error for a caller, or nothing: dynalite returns rather than throws it. */
type Verdict = object | null | undefined;

export interface KeyRange {
  readonly gt?: string;
  readonly gte?: string;
  readonly lt?: string;
  readonly lte?: string;
  readonly reverse?: boolean;
  /** At most so many; -1 for all. */
  readonly limit?: number;
}

export interface BatchOperation {
  readonly type: 'put' | 'del';
  readonly key: string;
  /** JSON: an item, or what else is kept beside the items. */
  readonly value?: object;
}

/** Of LevelDB. */
export interface ValueIterator {
  /** Up to `size` more; none at the end. */
  nextv(size: number): Promise<Item[]>;
  close(): Promise<void>;
}

export type TableCallback = Callback<TableDescription>;

export interface Store {
  readonly db: {
    readonly status: string;
    open(): Promise<void>;
    /** Only of a database that is open. */
    getSync(key: string): object | undefined;
    batch(operations: readonly BatchOperation[], callback: Callback<void>): void;
    put(key: string, value: object, callback: Callback<void>): void;
    clear(range: KeyRange): Promise<void>;
    keys(range: KeyRange): { all(): Promise<string[]> };
    values(range: KeyRange): AsyncIterable<Item> & ValueIterator;
    iterator(range: KeyRange): AsyncIterable<readonly [key: string, value: object]>;
    close(callback: Callback<void>): void;
  };
  readonly tableDb: {
    awsAccountId: string;
    awsRegion: string;
    put(name: string, table: TableDescription, callback: Callback<void>): void;
  };
  getTable(name: string, checkStatus: boolean, callback: TableCallback): void;
  getTable(name: string, callback: TableCallback): void;
}

export type QueryTable = (
  store: Store,
  table: TableDescription,
  data: Request,
  range: KeyRange,
  isLocal: boolean | undefined,
  fetchFromItemDb: boolean,
  startKeyNames: readonly string[],
  callback: (error: unknown, page?: object) => void,
) => void;

interface StoreModule {
  /** In memory, or in the folder `path`. */
  create(options: {
    path?: string | undefined;
    createTableMs: number;
    deleteTableMs: number;
    updateTableMs: number;
  }): Store;
  createKey(keyOrItem: Item, table: TableDescription): string;
  /** Bytes that a read consumes or, compressed and with what is stored beside it, that count for a page. */
  itemSize(item: Item, compress?: boolean, addMetaSize?: boolean, rangeKey?: string): number;
  /** Called by the actions `query` and `scan` with the range of keys that they walk. */
  queryTable: QueryTable;
  getIndexActions(
    indexes: readonly IndexDescription[],
    before: Item | undefined,
    after: Item | undefined,
    table: TableDescription,
  ): {
    readonly puts: readonly { readonly index: string; readonly key: string; readonly item: Item }[];
    readonly deletes: readonly { readonly index: string; readonly key: string }[];
  };
  mapPaths(paths: readonly (Path | string)[], item: Item): Item;
  matchesFilter(item: Item, expected: unknown, conditionalOperator: unknown): boolean;
  validateItem(item: Item, table: TableDescription): Verdict;
  validateKey(key: Item, table: TableDescription): Verdict;
  validateKeyPaths(nestedPaths: NestedPaths | undefined, table: TableDescription): Verdict;
  validateUpdates(attributeUpdates: undefined, updates: Updates, table: TableDescription): Verdict;
}

interface ValidationModule {
  checkTypes(request: Request, types: unknown): Request;
  checkValidations(request: Request, types: unknown, custom: unknown, store: Store): void;
  validateAttributeValue(value: object): string | undefined;
}

const load = createRequire(import.meta.url);
export const storeModule: StoreModule = load('dynalite/db');
export const validationModule: ValidationModule = load('dynalite/validations');
for (const parser of ['conditionParser', 'projectionParser', 'updateParser']) {
  rememberParses(load(`dynalite/db/${parser}`));
}

/**
 * The request as dynalite reads it: members that it does not know are gone, numbers are in canonical form, and the
 * trees of expressions are there.
 * @throws {ServiceError} ValidationException, SerializationException
 */
export function validated(name: ValidatedName, request: Request, store: Store): Request & ParsedExpressions {
  const { types, custom } = validationOf(name);
  try {
    const data = validationModule.checkTypes(copyOf(request) as Request, types);
    validationModule.checkValidations(data, types, custom, store);
    return data;
  } catch (error) {
    throw serviceError(error);
  }
}

const validations = new Map<ValidatedName, Validation>();

function validationOf(name: ValidatedName): Validation {
  const known = validations.get(name);
  if (known) return known;
  const loaded: Validation = load(`dynalite/validations/${name}`);
  validations.set(name, loaded);
  return loaded;
}

/** Of JSON, which `structuredClone` takes several times as long for. */
function copyOf(json: unknown): unknown {
  if (typeof json !== 'object' || json === null) return json;
  if (Array.isArray(json)) return json.map(copyOf);
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(json)) {
    const value = copyOf((json as Request)[name]);
    // As a member of its own: `__proto__` would be set as the prototype.
    if (name === '__proto__') Object.defineProperty(copy, name, { value, ...MEMBER });
    else copy[name] = value;
  }
  return copy;
}

const MEMBER = { enumerable: true, configurable: true, writable: true };

/** @throws {ServiceError} whatever the action answers with */
export function perform<T>(name: ActionName, store: Store, data: Request): Promise<T> {
  const action: (store: Store, data: Request, callback: Callback<T>) => void = load(
    `dynalite/actions/${name}`,
  );
  return fromCallback((callback) => action(store, data, callback));
}

export function fromCallback<T>(start: (callback: Callback<T>) => void): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    start((error, result) => (error ? reject(serviceError(error)) : resolve(result as T)));
  }).catch((error: unknown) => {
    throw serviceError(error);
  });
}

/** @throws {ServiceError} the verdict, unless there is none */
export function assertValid(verdict: Verdict): void {
  if (verdict) throw serviceError(verdict);
}

function serviceError(error: unknown): unknown {
  if (!isAnswer(error)) return error;
  const { __type, message, Message } = error.body;
  return new ServiceError(__type.split('#').at(-1) ?? __type, message ?? Message ?? '', error.statusCode);
}

interface Answer {
  readonly statusCode: number;
  readonly body: { readonly __type: string; readonly message?: string; readonly Message?: string };
}

function isAnswer(error: unknown): error is Answer {
  return typeof error === 'object' && error !== null && 'statusCode' in error && 'body' in error;
}
