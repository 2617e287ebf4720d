// Reads an item together with its objects, so that they belong together although two services hold them.

import {
  type DynamoDBClient,
  GetItemCommand,
  type AttributeValue as SdkValue,
} from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Item } from '../core/attributes.ts';
import { SagaError } from '../core/errors.ts';
import { readPointers, readSaga } from '../core/item.ts';
import { keyAttributes, parseObjectKey } from '../core/keys.ts';
import { SAGA_ATTRIBUTE } from '../core/limits.ts';
import { decodeMetadata, UPDATED_AT } from '../core/metadata.ts';
import type { StoreDescriptor } from '../core/store.ts';
import { IntegrityError, ReadContended, Rejected } from './errors.ts';
import type { GetOptions, LargeItem, LargeObject } from './item.ts';
import { sha256Of } from './sha256.ts';
import { decodeItem, encodeKey, toSdkKey } from './values.ts';

export interface ReadContext {
  readonly store: StoreDescriptor;
  readonly s3: S3Client;
  readonly dynamodb: DynamoDBClient;
}

/** Each attempt fails only if the item was rewritten during it. */
const MAX_ATTEMPTS = 10;

/** @throws {TwinwriteError} Rejected InvalidInput for a wrong key, IntegrityError, ReadContended */
export async function read(
  context: ReadContext,
  key: object,
  { attributes: wanted, signal }: GetOptions,
): Promise<LargeItem | undefined> {
  const sdkKey = toSdkKey(checkedKey(key, context.store));
  let missing: Missing | undefined;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    signal?.throwIfAborted();
    const item = await readItem(context, sdkKey, signal);
    if (item === undefined) return undefined;
    const snapshot = examine(item, context.store);
    const pointers = [...snapshot.pointers].filter(([name]) => wanted?.includes(name) ?? true);
    if (missing !== undefined) checkMoved(missing, snapshot.pointers);
    // After a miss all objects are fetched again: those read before belong to an older item (hazard B10).
    const fetched = await Promise.all(pointers.map((pointer) => fetchObject(context, pointer, signal)));
    missing = fetched.find((each) => each.kind === 'missing');
    if (missing === undefined) return largeItem(context.store, item, snapshot, fetched.filter(isFound));
  }
  throw new ReadContended(MAX_ATTEMPTS);
}

type SdkItem = Readonly<Record<string, SdkValue>>;

interface Snapshot {
  readonly version: number | null;
  /** Large attributes and their pointers. */
  readonly pointers: ReadonlyMap<string, string>;
}

interface Found {
  readonly kind: 'found';
  readonly name: string;
  readonly object: LargeObject;
}

interface Missing {
  readonly kind: 'missing';
  readonly name: string;
  readonly uri: string;
}

function checkedKey(key: object, store: StoreDescriptor): Item {
  try {
    return encodeKey(key, store.key);
  } catch (error) {
    if (!(error instanceof SagaError)) throw error;
    const { message, ...details } = error.reason;
    throw new Rejected({ reason: error.name, message, details }, { cause: error });
  }
}

async function readItem(
  { dynamodb, store }: ReadContext,
  key: Record<string, SdkValue>,
  abortSignal: AbortSignal | undefined,
): Promise<SdkItem | undefined> {
  const command = new GetItemCommand({ TableName: store.table, Key: key, ConsistentRead: true });
  return (await dynamodb.send(command, { abortSignal })).Item;
}

function examine(item: SdkItem, store: StoreDescriptor): Snapshot {
  try {
    // The rules look at strings and at `_saga` only, which have the same form in the SDK's values.
    const texts = Object.entries(item).filter(([name, value]) => 'S' in value || name === SAGA_ATTRIBUTE);
    const readable = Object.fromEntries(texts) as Item;
    return { version: readSaga(readable)?.version ?? null, pointers: readPointers(readable, store) };
  } catch (error) {
    if (!(error instanceof SagaError)) throw error;
    throw new IntegrityError(SAGA_ATTRIBUTE, undefined, error.message, { cause: error });
  }
}

/** A pointer that stands although its object was missing a moment ago points at nothing: none ever comes back. */
function checkMoved({ name, uri }: Missing, pointers: ReadonlyMap<string, string>): void {
  if (pointers.get(name) === uri)
    throw new IntegrityError(name, uri, 'the item points at it, but it is gone');
}

async function fetchObject(
  { s3, store }: ReadContext,
  [name, uri]: [string, string],
  abortSignal: AbortSignal | undefined,
): Promise<Found | Missing> {
  const { bucket, key } = parseUri(name, uri);
  try {
    const answer = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal });
    const bytes = (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
    const sha256 = sha256Of(bytes);
    const promised = bucket === store.bucket ? parseObjectKey(store, key)?.sha256 : undefined;
    if (promised !== undefined && promised !== sha256) {
      throw new IntegrityError(name, uri, `its ${bytes.length} bytes have the SHA-256 ${sha256}`);
    }
    const { [UPDATED_AT]: updatedAt, ...metadata } = decodeMetadata(answer.Metadata ?? {});
    const object: LargeObject = {
      uri,
      size: bytes.length,
      sha256,
      contentType: answer.ContentType,
      contentEncoding: answer.ContentEncoding,
      cacheControl: answer.CacheControl,
      metadata,
      updatedAt,
      bytes: async () => new Uint8Array(bytes),
      text: async () => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
    };
    return { kind: 'found', name, object };
  } catch (error) {
    if ((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode !== 404) throw error;
    return { kind: 'missing', name, uri };
  }
}

function parseUri(name: string, uri: string): { readonly bucket: string; readonly key: string } {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(uri) ?? [];
  if (bucket === undefined || key === undefined) {
    throw new IntegrityError(name, uri, 'expected a pointer, s3://bucket/key');
  }
  return { bucket, key };
}

function isFound(each: Found | Missing): each is Found {
  return each.kind === 'found';
}

function largeItem(
  { key: schema }: StoreDescriptor,
  item: SdkItem,
  { version, pointers }: Snapshot,
  found: readonly Found[],
): LargeItem {
  const values = Object.entries(decodeItem(item));
  const isKey = (name: string) => keyAttributes(schema).some((attribute) => attribute.name === name);
  return {
    key: Object.fromEntries(values.filter(([name]) => isKey(name))),
    version,
    attributes: Object.fromEntries(
      values.filter(([name]) => !isKey(name) && name !== SAGA_ATTRIBUTE && !pointers.has(name)),
    ),
    large: Object.fromEntries(found.map(({ name, object }) => [name, object])),
  };
}
