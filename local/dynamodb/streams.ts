// The API of DynamoDB Streams on what is kept of each table's changes. A stream here is one shard, which is read from its
// beginning, its end, or a sequence number; iterators are positions and can be used again for 15 minutes.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB_Streams.html

import { createHash } from 'node:crypto';
import { ServiceError } from '../service.ts';
import type { ChangeRecord } from './changes.ts';
import type { Database, Operation } from './database.ts';
import type { Request, TableDescription } from './dynalite.ts';
import { constraintFailed, validationError } from './errors.ts';
import { lookUpTable, tableNames } from './storage.ts';

const ITERATOR_SECONDS = 15 * 60;
const MAX_RECORDS = 1000;
const MAX_BYTES = 1024 * 1024;
const MAX_LISTED = 100;
const STREAM_ARN = /^arn:aws:dynamodb:[^:]+:\d+:table\/(?<table>[^/]+)\/stream\/[^/]+$/;
const ITERATOR_TYPES = ['TRIM_HORIZON', 'LATEST', 'AT_SEQUENCE_NUMBER', 'AFTER_SEQUENCE_NUMBER'] as const;

/** The latest stream of a table, enabled or not. */
interface Stream {
  readonly arn: string;
  readonly label: string;
  readonly table: TableDescription;
  readonly viewType: string;
  readonly enabled: boolean;
}

/** Where a reader is: after the record with this number. */
interface Position {
  readonly after: string;
  /** When the iterator was given out, in seconds of the cloud's time. */
  readonly given: number;
}

export const listStreams: Operation = async ({ store }, input) => {
  const limit = boundedLimit(input.Limit, MAX_LISTED);
  const names = input.TableName === undefined ? await tableNames(store) : [String(input.TableName)];
  const tables = await Promise.all(names.map((name) => lookUpTable(store, name)));
  const all = tables.flatMap((table) => (table ? (streamOf(table) ?? []) : []));
  const started = all.findIndex(({ arn }) => arn === input.ExclusiveStartStreamArn) + 1;
  const page = all.slice(started, started + limit);
  return {
    Streams: page.map(({ arn, label, table }) => ({
      StreamArn: arn,
      TableName: table.TableName,
      StreamLabel: label,
    })),
    ...(started + limit < all.length && { LastEvaluatedStreamArn: page.at(-1)?.arn }),
  };
};

export const describeStream: Operation = async (database, input) => {
  const stream = await requestedStream(database, input);
  const { arn, label, table, viewType, enabled } = stream;
  const shard = {
    ShardId: shardOf(stream),
    SequenceNumberRange: {
      StartingSequenceNumber: database.changes.firstNumber(label),
      ...(!enabled && { EndingSequenceNumber: database.changes.lastNumber() }),
    },
  };
  // The only shard has none after it, and no children.
  const isPast = input.ExclusiveStartShardId !== undefined || input.ShardFilter !== undefined;
  return {
    StreamDescription: {
      StreamArn: arn,
      StreamLabel: label,
      StreamStatus: enabled ? 'ENABLED' : 'DISABLED',
      StreamViewType: viewType,
      CreationRequestDateTime: Date.parse(`${label}Z`) / 1000,
      TableName: table.TableName,
      KeySchema: table.KeySchema,
      Shards: isPast ? [] : [shard],
    },
  };
};

export const getShardIterator: Operation = async (database, input) => {
  const stream = await requestedStream(database, input);
  if (input.ShardId !== shardOf(stream)) {
    throw notFound(`Shard: ${String(input.ShardId)} in Stream: ${stream.arn}`);
  }
  return { ShardIterator: iteratorAt(database, stream.arn, startOf(database, stream, input)) };
};

export const getRecords: Operation = async (database, input) => {
  const { arn, after, given } = parseIterator(input.ShardIterator);
  const limit = boundedLimit(input.Limit, MAX_RECORDS);
  if (given + ITERATOR_SECONDS < database.clock.now() / 1000) {
    throw new ServiceError(
      'ExpiredIteratorException',
      `Iterator expired. The iterator was created more than ${ITERATOR_SECONDS / 60} minutes ago.`,
    );
  }
  const stream = await requestedStream(database, { StreamArn: arn });
  requireKept(database, stream, after);
  const rest = recordsOf(database, stream).filter(({ dynamodb }) => isLater(dynamodb.SequenceNumber, after));
  const page = rest.slice(0, Math.min(limit, countFitting(rest)));
  const last = page.at(-1)?.dynamodb.SequenceNumber ?? after;
  const isAtEnd = !stream.enabled && page.length === rest.length;
  return {
    Records: page.map(({ eventSourceARN: _, ...record }) => record),
    ...(!isAtEnd && { NextShardIterator: iteratorAt(database, arn, last) }),
  };
};

function recordsOf({ changes }: Database, { arn, table }: Stream): readonly ChangeRecord[] {
  return changes.records(table.TableName).filter(({ eventSourceARN }) => eventSourceARN === arn);
}

/** How many records fit into one answer; one at least. */
function countFitting(records: readonly ChangeRecord[]): number {
  let bytes = 0;
  const tooMuch = records.findIndex(({ dynamodb }, index) => {
    bytes += dynamodb.SizeBytes;
    return index > 0 && bytes > MAX_BYTES;
  });
  return tooMuch < 0 ? records.length : tooMuch;
}

/** Sequence numbers are of 21 to 40 digits. */
function isLater(number: string, other: string): boolean {
  return BigInt(number) > BigInt(other);
}

/** The number after which a reader begins. */
function startOf(database: Database, stream: Stream, input: Request): string {
  const { ShardIteratorType: type, SequenceNumber: number } = input;
  if (!ITERATOR_TYPES.some((known) => known === type)) {
    throw constraintFailed(
      'shardIteratorType',
      `Member must satisfy enum value set: [${ITERATOR_TYPES.join(', ')}]`,
    );
  }
  if (type === 'TRIM_HORIZON') return database.changes.trimmedUpTo(stream.table.TableName);
  if (type === 'LATEST') return database.changes.lastNumber();
  if (typeof number !== 'string' || !/^\d{21,40}$/.test(number)) {
    throw validationError(`Invalid SequenceNumber for ShardIteratorType ${String(type)}`);
  }
  const after = type === 'AFTER_SEQUENCE_NUMBER' ? number : String(BigInt(number) - 1n);
  requireKept(database, stream, after);
  return after;
}

/** @throws {ServiceError} TrimmedDataAccessException when records after this number are no longer kept */
function requireKept({ changes }: Database, { label, table }: Stream, after: string): void {
  const first = String(BigInt(changes.firstNumber(label)) - 1n);
  const from = isLater(after, first) ? after : first;
  if (isLater(changes.trimmedUpTo(table.TableName), from)) {
    throw new ServiceError(
      'TrimmedDataAccessException',
      'The operation attempted to read past the oldest stream record in a shard.',
    );
  }
}

async function requestedStream({ store }: Database, { StreamArn }: Request): Promise<Stream> {
  const arn = String(StreamArn ?? '');
  const name = arn.length > 1024 ? undefined : STREAM_ARN.exec(arn)?.groups?.table;
  if (name === undefined) throw validationError(`Invalid StreamArn: ${arn.slice(0, 1024)}`);
  const table = await lookUpTable(store, name);
  const stream = table && streamOf(table);
  if (stream?.arn !== arn) throw notFound(`Stream: ${arn}`);
  return stream;
}

function streamOf(table: TableDescription): Stream | undefined {
  const { LatestStreamArn: arn, LatestStreamLabel: label } = table;
  if (typeof arn !== 'string' || typeof label !== 'string') return undefined;
  const specification = table.StreamSpecification as { readonly StreamViewType?: string } | undefined;
  const viewType = specification?.StreamViewType ?? String(table._streamViewType ?? 'NEW_AND_OLD_IMAGES');
  return { arn, label, table, viewType, enabled: specification !== undefined };
}

/** The same for as long as the stream lives. */
function shardOf({ arn, label }: Stream): string {
  const time = String(Date.parse(`${label}Z`)).padStart(20, '0');
  return `shardId-${time}-${createHash('sha256').update(arn).digest('hex').slice(0, 8)}`;
}

function iteratorAt({ clock }: Database, arn: string, after: string): string {
  const position: Position = { after, given: Math.floor(clock.now() / 1000) };
  return `${arn}|1|${Buffer.from(JSON.stringify(position)).toString('base64')}`;
}

function parseIterator(iterator: unknown): Position & { readonly arn: string } {
  try {
    const [arn = '', , encoded = ''] = String(iterator).slice(0, 4096).split('|');
    const { after, given } = JSON.parse(Buffer.from(encoded, 'base64').toString()) as Partial<Position>;
    if (typeof after === 'string' && /^\d{1,40}$/.test(after) && typeof given === 'number') {
      return { arn, after, given };
    }
  } catch {
    // Not one that was given out here: refused below, like one that says too little.
  }
  throw validationError('Invalid ShardIterator');
}

function boundedLimit(limit: unknown, most: number): number {
  if (limit === undefined || limit === null) return most;
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > most) {
    throw constraintFailed('limit', `Member must have value between 1 and ${most}`);
  }
  return limit;
}

function notFound(what: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', `Requested resource not found: ${what} not found`);
}
