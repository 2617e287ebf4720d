// An item as one consistent read shows it: its values, its version, and where its large attributes point.

import {
  type DynamoDBClient,
  GetItemCommand,
  type AttributeValue as SdkValue,
} from '@aws-sdk/client-dynamodb';
import type { StoreDescriptor } from '../../core/contract/store-types.ts';
import { SagaError } from '../../core/errors/errors.ts';
import { SAGA_ATTRIBUTE } from '../../core/errors/limits.ts';
import { readPointers, readSaga } from '../../core/item/item.ts';
import type { Item } from '../../core/values/attributes.ts';
import { toSdkItem } from '../../core/values/sdk-item.ts';
import { IntegrityError } from '../errors/read-errors.ts';
import { asRejected } from '../errors/rejected.ts';
import { encodeKey } from '../values.ts';

export type SdkItem = Readonly<Record<string, SdkValue>>;

export interface Snapshot {
  readonly item: SdkItem;
  /** Null for an item that no saga has written yet. */
  readonly version: number | null;
  /** Large attributes and the S3 URIs that they hold. */
  readonly uris: ReadonlyMap<string, string>;
}

/** Takes snapshots of one item; undefined while there is none. */
export type TakeSnapshot = (signal: AbortSignal | undefined) => Promise<Snapshot | undefined>;

/** @throws {Rejected} InvalidInput for a key that is not the table's */
export function snapshotsOf(dynamodb: DynamoDBClient, store: StoreDescriptor, key: object): TakeSnapshot {
  const command = { TableName: store.table, Key: toSdkItem(checkedKey(key, store)), ConsistentRead: true };
  return async (abortSignal) => {
    const { Item: item } = await dynamodb.send(new GetItemCommand(command), { abortSignal });
    return item && { item, ...examine(item, store) };
  };
}

function checkedKey(key: object, store: StoreDescriptor): Item {
  try {
    return encodeKey(key, store.key);
  } catch (error) {
    asRejected(error);
  }
}

function examine(item: SdkItem, store: StoreDescriptor): Omit<Snapshot, 'item'> {
  try {
    // The rules look at strings and at `_saga` only, which have the same form in the SDK's values.
    const texts = Object.entries(item).filter(([name, value]) => 'S' in value || name === SAGA_ATTRIBUTE);
    const readable = Object.fromEntries(texts) as Item;
    return { version: readSaga(readable)?.version ?? null, uris: readPointers(readable, store) };
  } catch (error) {
    if (!(error instanceof SagaError)) throw error;
    throw new IntegrityError(SAGA_ATTRIBUTE, undefined, error.message, { cause: error });
  }
}
