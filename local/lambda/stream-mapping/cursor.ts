// A place in the stream of a table: which records come next, and when there are new ones.

import { EventEmitter, once } from 'node:events';
import type { ChangeRecord, DynamoDb } from '../../dynamodb/index.ts';
import type { Matcher } from '../../event-patterns.ts';

/** Records that wait to be delivered, oldest first. */
export interface Waiting {
  readonly records: readonly ChangeRecord[];
  /** Whether no more would fit into a batch. */
  readonly full: boolean;
}

export interface StreamCursor {
  /** The next records that match, as many as fit into a batch. */
  waiting(): Waiting;
  /** Goes on after this record. */
  pass(record: ChangeRecord): void;
  /** Resolves at the next change of the table. @throws {Error} once `signal` is aborted */
  changed(signal: AbortSignal): Promise<void>;
  close(): void;
}

export interface StreamCursorOptions {
  readonly dynamodb: Pick<DynamoDb, 'records' | 'onChange'>;
  readonly streamArn: string;
  readonly matches: Matcher;
  readonly batchSize: number;
  readonly from: 'TRIM_HORIZON' | 'LATEST';
}

/** What an event may hold: 6 MB (Lambda quotas), less what is around its records. */
const MAX_BATCH_BYTES = 6_291_456 - 64;

export function openCursor(options: StreamCursorOptions): StreamCursor {
  const { dynamodb, streamArn, matches, batchSize } = options;
  const tableName = tableOf(streamArn);
  const changes = new EventEmitter();
  const unlisten = dynamodb.onChange(({ eventSourceARN }) => {
    if (eventSourceARN === streamArn) changes.emit('change');
  });
  const kept = (): ChangeRecord[] =>
    dynamodb.records(tableName).filter(({ eventSourceARN }) => eventSourceARN === streamArn);
  let position = options.from === 'LATEST' ? (kept().at(-1)?.dynamodb.SequenceNumber ?? '') : '';

  return {
    waiting() {
      const ahead = kept().filter(({ dynamodb }) => dynamodb.SequenceNumber > position);
      const wanted = ahead.filter(matches);
      if (wanted.length === 0) position = ahead.at(-1)?.dynamodb.SequenceNumber ?? position;
      const fitting = countFitting(wanted, batchSize);
      return {
        records: wanted.slice(0, fitting),
        full: fitting === batchSize || fitting < wanted.length,
      };
    },
    pass({ dynamodb }) {
      position = dynamodb.SequenceNumber;
    },
    async changed(signal) {
      await once(changes, 'change', { signal });
    },
    close: unlisten,
  };
}

/** @throws {Error} when it is not the ARN of a table's stream */
export function tableOf(streamArn: string): string {
  const name = /^arn:aws[\w-]*:dynamodb:[\w-]+:\d{12}:table\/([^/]+)\/stream\/.+$/.exec(streamArn)?.[1];
  if (name !== undefined) return name;
  throw new Error(
    `EventSourceArn: only queues and streams of DynamoDB tables are read locally, got ${streamArn}`,
  );
}

function countFitting(records: readonly ChangeRecord[], batchSize: number): number {
  let bytes = 0;
  const overflow = records.slice(0, batchSize).findIndex((record) => {
    bytes += Buffer.byteLength(JSON.stringify(record)) + 1;
    return bytes > MAX_BATCH_BYTES;
  });
  return overflow === -1 ? Math.min(batchSize, records.length) : Math.max(1, overflow);
}
