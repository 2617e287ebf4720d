// The local cloud's DynamoDB: dynalite's storage, expressions and queries with AWS's transactions, limits, time to live
// and streams around them, behind AWS JSON 1.0.
// Where it is simpler than AWS: transactions wait for each other and never conflict, nothing is throttled, every read is
// consistent, and ItemCount stays 0. What it does not have it refuses by name.

import { text } from 'node:stream/consumers';
import type { Clock } from '../clock.ts';
import { type Call, type CloudIdentity, type LocalRequest, type Service, ServiceError } from '../service.ts';
import { type ChangeListener, ChangeLog, type ChangeRecord } from './changes.ts';
import type { Database } from './database.ts';
import { fromCallback, type Request } from './dynalite.ts';
import { errorResponse, jsonResponse } from './errors.ts';
import { checkStructure } from './limits.ts';
import { ReadWriteLock } from './lock.ts';
import { openStore } from './open.ts';
import { OPERATIONS, STREAM_OPERATIONS } from './operations.ts';
import { commit, createStore, tableNames } from './storage.ts';
import { withTableNames } from './table-names.ts';
import { type CreatedTable, type CreateTableInput, createFromTemplate } from './template.ts';
import { RequestTokens } from './tokens.ts';
import { expiredItems } from './ttl.ts';

export type { ChangeListener, ChangeRecord, StreamViewType, UserIdentity } from './changes.ts';
export type { CreatedTable, CreateTableInput } from './template.ts';

export interface DynamoDb extends Service {
  readonly name: 'dynamodb';
  /**
   * Creates a table as a CloudFormation template describes it; it can be used at once.
   * @throws {ServiceError} as CreateTable, UpdateTimeToLive and UpdateContinuousBackups do
   */
  createTable(input: CreateTableInput): Promise<CreatedTable>;
  /**
   * Deletes what has passed its time to live by the cloud's clock, with REMOVE records of the user identity
   * `dynamodb.amazonaws.com`. Also happens by itself now and then.
   * @returns how many items went
   */
  expire(): Promise<number>;
  /** The records of a table's stream of the last 24 hours, oldest first; none for a table without a stream. */
  records(tableName: string): readonly ChangeRecord[];
  /** Calls `listener` for each record of every stream from now on. @returns a function that ends this */
  onChange(listener: ChangeListener): () => void;
  close(): Promise<void>;
}

export interface DynamoDbOptions {
  readonly clock: Clock;
  readonly identity: CloudIdentity;
  /** Told when a write has failed, after which there are none until the database is opened anew. Default: a warning. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

const TARGET = /^(DynamoDB|DynamoDBStreams)_20120810\.(\w+)$/;
const EXPIRY_INTERVAL_MS = 10_000;

/** In memory. */
export function createDynamoDb({ clock, identity }: DynamoDbOptions): DynamoDb {
  return serve({
    store: createStore(identity),
    clock,
    identity,
    lock: new ReadWriteLock(),
    tokens: new RequestTokens(clock),
    changes: new ChangeLog(clock, identity),
    folder: undefined,
    kept: new Set(),
  });
}

/**
 * In an existing folder: tables, items, settings and request tokens are those that an earlier process left there. The
 * records of streams are in memory.
 * @throws {DataError} when another process has it open, or it is damaged
 */
export async function openDynamoDb(
  { clock, identity, onError = warn }: DynamoDbOptions,
  folder: string,
): Promise<DynamoDb> {
  const store = await openStore(identity, folder, onError);
  const tokens = new RequestTokens(clock);
  await tokens.load(store);
  return serve({
    store,
    clock,
    identity,
    lock: new ReadWriteLock(),
    tokens,
    changes: new ChangeLog(clock, identity),
    folder,
    kept: new Set(await tableNames(store)),
  });
}

function serve(database: Database): DynamoDb {
  const expire = (): Promise<number> => deleteExpired(database);
  // What cannot be deleted this time is tried again the next; whoever calls `expire` gets the error.
  const timer = setInterval(() => void expire().catch(() => undefined), EXPIRY_INTERVAL_MS).unref();

  return {
    name: 'dynamodb',
    accept: (request) => acceptCall(database, request),
    errorResponse,
    createTable: (input) => createFromTemplate(database, input),
    expire,
    records: (tableName) => database.changes.records(tableName),
    onChange: (listener) => database.changes.listen(listener),
    close: async () => {
      clearInterval(timer);
      await database.lock.write(() => fromCallback<void>((callback) => database.store.db.close(callback)));
    },
  };
}

async function acceptCall(database: Database, request: LocalRequest): Promise<Call> {
  const [, api, operation] = TARGET.exec(request.headers['x-amz-target'] ?? '') ?? [];
  if (request.method !== 'POST' || operation === undefined) throw unknownOperation('the request');
  const operations = api === 'DynamoDB' ? OPERATIONS : STREAM_OPERATIONS;
  const perform = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
  if (!perform) throw unknownOperation(operation);
  const subject = await text(request.body);
  const input = parseBody(subject);
  return {
    operation,
    subject,
    perform: async () => {
      const { input: plain, named } = withTableNames(input, database.identity);
      return jsonResponse(200, named(await perform(database, plain)));
    },
  };
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
}

function unknownOperation(what: string): ServiceError {
  return new ServiceError('UnknownOperationException', `${what} is not supported by the local DynamoDB`);
}

function parseBody(body: string): Request {
  try {
    const input: unknown = JSON.parse(body);
    if (typeof input === 'object' && input !== null && !Array.isArray(input)) {
      checkStructure(input);
      return input as Request;
    }
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    // Not JSON: refused below, like JSON that is no object.
  }
  throw new ServiceError('SerializationException', 'The body of the request is not a JSON object');
}

async function deleteExpired(database: Database): Promise<number> {
  return database.lock.write(async () => {
    const expired = await expiredItems(database.store, database.clock);
    await commit(database.store, expired);
    database.changes.append(expired, { type: 'Service', principalId: 'dynamodb.amazonaws.com' });
    return expired.length;
  });
}
