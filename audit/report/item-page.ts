// An item with everything that belongs to it: its pointers and all objects below its key prefix, by the run that put them.

import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { readPointers } from '../../core/item/item.ts';
import { isOwnObject, itemPrefix, parseObjectKey } from '../../core/keys/object-key.ts';
import { ownObjectKey } from '../../core/keys/pointer.ts';
import { expressRun, formatRun, type Run } from '../../core/keys/run.ts';
import type { Item } from '../../core/values/attributes.ts';
import { type AuditContext, type CallOptions, patiently } from '../context.ts';
import { type ItemState, readItem, stateOf } from '../item/item.ts';
import { canonicalKey, type KeyTexts, keyOfTexts } from '../item/key.ts';
import { executionArn } from '../runs/summary.ts';
import { type Presence, presenceOf } from './objects.ts';

export interface ItemDescription {
  readonly key: KeyTexts;
  /** In DynamoDB's JSON, bytes as base64; missing when there is none. */
  readonly item?: Item;
  readonly state: ItemState;
  readonly pointers: readonly PointerReport[];
  /** Below the item's prefix, by key. */
  readonly objects: readonly ItemObject[];
  /** Whether there are more objects than are listed. */
  readonly truncated: boolean;
}

export interface PointerReport extends Presence {
  readonly attribute: string;
  readonly uri: string;
  /** Missing for an object of another bucket or prefix, which is not looked at. */
  readonly objectKey?: string;
  readonly run?: RunOfObject;
}

export interface ItemObject {
  readonly key: string;
  readonly size: number;
  readonly lastModified?: Date;
  readonly attribute?: string;
  /** The run that put it. */
  readonly run?: RunOfObject;
  /** Whether the item points at it. One that it does not point at is of a run in flight, or an orphan. */
  readonly referenced: boolean;
}

export interface RunOfObject extends Run {
  /** As the key names it. */
  readonly text: string;
  /** Missing for an Express run: its ARN is known to its log alone. */
  readonly executionArn?: string;
}

const MAX_OBJECTS = 10_000;

/** @throws {SagaError} InvalidInput when the key is not the table's */
export async function describeItem(
  context: AuditContext,
  key: KeyTexts,
  options: CallOptions = {},
): Promise<ItemDescription> {
  const { store } = context;
  const typed = keyOfTexts(key, store.key);
  const [item, listed] = await Promise.all([
    readItem(context, typed, options),
    listObjects(context, typed, options),
  ]);
  const state = stateOf(item, store);
  const pointers =
    item === undefined || state.kind === 'spoiled' ? new Map<string, string>() : readPointers(item, store);
  const referenced = new Set([...pointers.values()].map((uri) => ownObjectKey(uri, store)));
  return {
    key: canonicalKey(key, store.key),
    ...(item && { item }),
    state,
    pointers: await Promise.all(
      [...pointers].map(([attribute, uri]) => pointerReport(context, attribute, uri, options)),
    ),
    objects: listed.objects.map((object) => ({
      ...object,
      ...originOf(context, object.key),
      referenced: referenced.has(object.key),
    })),
    truncated: listed.truncated,
  };
}

async function pointerReport(
  context: AuditContext,
  attribute: string,
  uri: string,
  options: CallOptions,
): Promise<PointerReport> {
  const objectKey = ownObjectKey(uri, context.store);
  if (objectKey === undefined) return { attribute, uri, exists: 'unknown' };
  const { run } = originOf(context, objectKey);
  const presence = await presenceOf(context, objectKey, options);
  return { attribute, uri, objectKey, ...(run && { run }), ...presence };
}

function originOf(
  { store }: AuditContext,
  objectKey: string,
): { readonly attribute?: string; readonly run?: RunOfObject } {
  const parts = parseObjectKey(store, objectKey);
  if (parts === undefined) return {};
  const { attribute, run } = parts;
  const arn = expressRun(run.name) === undefined && executionArn(store, run.operation, run.name);
  return { attribute, run: { ...run, text: formatRun(run), ...(arn && { executionArn: arn }) } };
}

async function listObjects(
  { s3, store }: AuditContext,
  item: Item,
  { signal }: CallOptions,
): Promise<{ objects: { key: string; size: number; lastModified?: Date }[]; truncated: boolean }> {
  const objects: { key: string; size: number; lastModified?: Date }[] = [];
  let ContinuationToken: string | undefined;
  do {
    const command = new ListObjectsV2Command({
      Bucket: store.bucket,
      Prefix: itemPrefix(store, item),
      ...(ContinuationToken !== undefined && { ContinuationToken }),
    });
    const page = await patiently(() => s3.send(command, { abortSignal: signal }), { signal });
    for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
      if (parseObjectKey(store, Key) !== undefined && !isOwnObject(Key, item, store)) continue;
      objects.push({ key: Key, size: Size, ...(LastModified && { lastModified: LastModified }) });
    }
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined && objects.length < MAX_OBJECTS);
  return { objects, truncated: ContinuationToken !== undefined };
}
