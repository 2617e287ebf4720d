// An item as one read shows it: its values, its version, and where its large attributes point.

import {
  type DynamoDBClient,
  GetItemCommand,
  type AttributeValue as SdkValue,
} from '@aws-sdk/client-dynamodb';
import type { StoreDescriptor } from '../../core/contract/store-types.ts';
import { SagaError } from '../../core/errors/errors.ts';
import { SAGA_ATTRIBUTE } from '../../core/errors/limits.ts';
import { readPointers, readSaga } from '../../core/item/item.ts';
import { keyAttributes } from '../../core/keys/item-key.ts';
import type { Item } from '../../core/values/attributes.ts';
import { fromSdkItem, type GivenSdkValue, toSdkItem } from '../../core/values/sdk-item.ts';
import { IntegrityError } from '../errors/read-errors.ts';
import { asRejected } from '../errors/rejected.ts';
import type { Value } from '../types.ts';
import { decodeItem, encodeKey } from '../values.ts';

export type SdkItem = Readonly<Record<string, SdkValue>>;

export interface Snapshot {
  readonly item: SdkItem;
  /** Null for an item that has no `_saga`. */
  readonly version: number | null;
  /** The run that created it; null as `version` is. */
  readonly createdBy: string | null;
  /** Large attributes and the S3 URIs that they hold. */
  readonly uris: ReadonlyMap<string, string>;
}

/** Takes snapshots of one item; undefined while there is none. */
export type TakeSnapshot = (signal: AbortSignal | undefined) => Promise<Snapshot | undefined>;

export interface SnapshotOptions {
  /** Which attributes to read, as DynamoDB is told. */
  readonly projection?: Projection | undefined;
  /** Hears of the capacity units of each read. */
  readonly spent?: ((units: number) => void) | undefined;
}

export interface Projection {
  readonly ProjectionExpression: string;
  readonly ExpressionAttributeNames: Readonly<Record<string, string>>;
}

/** @throws {Rejected} InvalidInput for a key that is not the table's */
export function snapshotsOf(dynamodb: DynamoDBClient, store: StoreDescriptor, key: object): TakeSnapshot {
  return snapshotsAt(dynamodb, store, checkedKey(key, store));
}

/** Consistent ones. @param key - typed as the table has it */
export function snapshotsAt(
  dynamodb: DynamoDBClient,
  store: StoreDescriptor,
  key: SdkItem,
  { projection, spent }: SnapshotOptions = {},
): TakeSnapshot {
  const command = new GetItemCommand({
    TableName: store.table,
    Key: key,
    ConsistentRead: true,
    ...(projection !== undefined && {
      ...projection,
      ExpressionAttributeNames: { ...projection.ExpressionAttributeNames },
    }),
    ...(spent !== undefined && { ReturnConsumedCapacity: 'TOTAL' }),
  });
  return async (abortSignal) => {
    const { Item: item, ConsumedCapacity: consumed } = await dynamodb.send(command, { abortSignal });
    spent?.(consumed?.CapacityUnits ?? 0);
    return item && snapshotOf(item, store);
  };
}

/** An item whose `_saga` another program has spoiled: nobody can tell its version, nor which attributes are large. */
export class SpoiledItem extends IntegrityError {
  readonly #item: SdkItem;

  constructor(item: SdkItem, store: StoreDescriptor, cause: Error) {
    const found = fromSdkItem(keyOf(item, store) as Readonly<Record<string, GivenSdkValue>>);
    super(SAGA_ATTRIBUTE, undefined, `item ${JSON.stringify(found)}: ${cause.message}`, { cause });
    this.#item = item;
  }

  /** As it was read. */
  get item(): SdkItem {
    return this.#item;
  }
}

/** @throws {SpoiledItem} when another program has spoiled `_saga` */
export function snapshotOf(item: SdkItem, store: StoreDescriptor): Snapshot {
  try {
    // The rules look at strings and at `_saga` only, which have the same form in the SDK's values.
    const texts = Object.entries(item).filter(([name, value]) => 'S' in value || name === SAGA_ATTRIBUTE);
    const readable = Object.fromEntries(texts) as Item;
    const { version = null, createdBy = null } = readSaga(readable) ?? {};
    return { item, version, createdBy, uris: readPointers(readable, store) };
  } catch (error) {
    throw error instanceof SagaError ? new SpoiledItem(item, store, error) : error;
  }
}

/** @throws {Rejected} InvalidInput for a key that is not the table's */
export function checkedKey(key: object, store: StoreDescriptor): SdkItem {
  try {
    return toSdkItem(encodeKey(key, store.key));
  } catch (error) {
    asRejected(error);
  }
}

/** The item's key and plain attributes as callers have them: without the pointers and `_saga`. */
export function plainOf(
  { item, uris }: Pick<Snapshot, 'item' | 'uris'>,
  { key: schema }: StoreDescriptor,
): { readonly key: Record<string, Value>; readonly attributes: Record<string, Value> } {
  const values = Object.entries(decodeItem(item));
  const isKey = (name: string) => keyAttributes(schema).some((attribute) => attribute.name === name);
  return {
    key: Object.fromEntries(values.filter(([name]) => isKey(name))),
    attributes: Object.fromEntries(
      values.filter(([name]) => !isKey(name) && name !== SAGA_ATTRIBUTE && !uris.has(name)),
    ),
  };
}

/** The key of an item that was read. */
export function keyOf(item: SdkItem, { key: schema }: StoreDescriptor): SdkItem {
  return Object.fromEntries(
    keyAttributes(schema).flatMap(({ name }) => {
      const value = item[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
