// The stream of a table: a record of each change that was applied, in order, as DynamoDB Streams gives it to a consumer.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html

import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { CloudIdentity } from '../service.ts';
import { keyOf } from './keys.ts';
import { itemSize } from './sizes.ts';
import type { ItemChange } from './storage.ts';
import { type Item, sameItem } from './values.ts';

export type StreamViewType = 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES';

/** Who made a change, when it was not a caller. */
export interface UserIdentity {
  readonly type: 'Service';
  readonly principalId: 'dynamodb.amazonaws.com';
}

/** One record, in the shape in which a Lambda function gets it from an event source mapping. */
export interface ChangeRecord {
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly eventVersion: '1.1';
  readonly eventSource: 'aws:dynamodb';
  readonly awsRegion: string;
  readonly eventSourceARN: string;
  /** Only on what time to live has deleted. */
  readonly userIdentity?: UserIdentity;
  readonly dynamodb: {
    /** Seconds since the epoch, on the cloud's clock. */
    readonly ApproximateCreationDateTime: number;
    readonly Keys: Item;
    readonly NewImage?: Item;
    readonly OldImage?: Item;
    /** Decimal digits; grows with each change. */
    readonly SequenceNumber: string;
    readonly SizeBytes: number;
    readonly StreamViewType: StreamViewType;
  };
}

/** Called once a change is applied, in order. What it throws does not reach the writer. */
export type ChangeListener = (record: ChangeRecord, tableName: string) => void;

/** Records are kept for 24 hours of the cloud's time, and no more than this many a table. */
const RETENTION_SECONDS = 24 * 60 * 60;
const MAX_RECORDS = 10_000;
/** Sequence numbers have 21 digits at least: a one, and what grows with the time, so that it does across processes, too. */
const FIRST_SEQUENCE = 10n ** 20n;
const SEQUENCES_PER_MS = 1_000_000n;

export class ChangeLog {
  readonly #clock: Clock;
  readonly #identity: CloudIdentity;
  readonly #records = new Map<string, ChangeRecord[]>();
  readonly #listeners = new Set<ChangeListener>();
  /** By table: the last number that is no longer kept. */
  readonly #trimmed = new Map<string, string>();
  readonly #started: string;
  #sequence: bigint;

  constructor(clock: Clock, identity: CloudIdentity) {
    this.#clock = clock;
    this.#identity = identity;
    this.#sequence = sequenceAt(clock.now());
    this.#started = String(this.#sequence);
  }

  /** Records what changed in tables that have a stream; a write that changed nothing leaves no record. */
  append(changes: readonly ItemChange[], userIdentity?: UserIdentity): void {
    for (const change of changes) {
      const view = streamOf(change);
      if (!view || !changedAnything(change)) continue;
      const record = this.#record(change, view, userIdentity);
      this.#keep(change.table.TableName, record);
      for (const listener of this.#listeners) {
        queueMicrotask(() => listener(record, change.table.TableName));
      }
    }
  }

  /** @returns the records of a table's stream that are still kept, oldest first */
  records(tableName: string): readonly ChangeRecord[] {
    this.#trim(tableName);
    return [...(this.#records.get(tableName) ?? [])];
  }

  /** The number before the first record that is kept of a table's streams: what was before is no longer there. */
  trimmedUpTo(tableName: string): string {
    this.#trim(tableName);
    return this.#trimmed.get(tableName) ?? this.#started;
  }

  /** The least number that a record of a stream with this label can have. */
  firstNumber(label: string): string {
    return String(sequenceAt(Date.parse(`${label}Z`)) + 1n);
  }

  /** The number of the last record of any stream. */
  lastNumber(): string {
    return String(this.#sequence);
  }

  /** @returns a function that ends the listening */
  listen(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  forget(tableName: string): void {
    this.#records.delete(tableName);
    this.#trimmed.delete(tableName);
  }

  #record({ table, before, after }: ItemChange, view: Stream, userIdentity?: UserIdentity): ChangeRecord {
    const { viewType, arn } = view;
    const images = {
      ...(after && viewType !== 'KEYS_ONLY' && viewType !== 'OLD_IMAGE' && { NewImage: after }),
      ...(before && viewType !== 'KEYS_ONLY' && viewType !== 'NEW_IMAGE' && { OldImage: before }),
    };
    const Keys = keyOf((after ?? before) as Item, table);
    this.#sequence = later(this.#sequence, sequenceAt(this.#clock.now())) + 1n;
    return {
      eventID: randomUUID().replaceAll('-', ''),
      eventName: before ? (after ? 'MODIFY' : 'REMOVE') : 'INSERT',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: this.#identity.region,
      eventSourceARN: arn,
      ...(userIdentity && { userIdentity }),
      dynamodb: {
        ApproximateCreationDateTime: Math.floor(this.#clock.now() / 1000),
        Keys,
        ...images,
        SequenceNumber: String(this.#sequence),
        SizeBytes: [Keys, ...Object.values(images)].reduce((sum, item) => sum + itemSize(item as Item), 0),
        StreamViewType: viewType,
      },
    };
  }

  #keep(tableName: string, record: ChangeRecord): void {
    const records = this.#records.get(tableName) ?? [];
    records.push(record);
    this.#records.set(tableName, records);
    this.#trim(tableName);
  }

  #trim(tableName: string): void {
    const records = this.#records.get(tableName);
    if (!records) return;
    const oldest = this.#clock.now() / 1000 - RETENTION_SECONDS;
    const firstKept = records.findIndex((record) => record.dynamodb.ApproximateCreationDateTime >= oldest);
    const gone = records.splice(
      0,
      Math.max(firstKept === -1 ? records.length : firstKept, records.length - MAX_RECORDS),
    );
    const last = gone.at(-1)?.dynamodb.SequenceNumber;
    if (last !== undefined) this.#trimmed.set(tableName, last);
  }
}

function sequenceAt(milliseconds: number): bigint {
  return FIRST_SEQUENCE + BigInt(Math.floor(milliseconds)) * SEQUENCES_PER_MS;
}

function later(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

interface Stream {
  readonly viewType: StreamViewType;
  readonly arn: string;
}

function streamOf({ table }: ItemChange): Stream | undefined {
  const specification = table.StreamSpecification as { readonly StreamViewType: StreamViewType } | undefined;
  return specification && { viewType: specification.StreamViewType, arn: String(table.LatestStreamArn) };
}

function changedAnything({ before, after }: ItemChange): boolean {
  return before && after ? !sameItem(before, after) : before !== after;
}
