// From the table to the bucket: is what each item points at there, with the content that its key promises?

import { createHash } from 'node:crypto';
import { ScanCommand, type AttributeValue as SdkValue } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, type HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { isSpoiled, readPointers, readSaga } from '../../core/item/item.ts';
import { keyAttributes } from '../../core/keys/item-key.ts';
import { isOwnObject } from '../../core/keys/object-key.ts';
import { type ObjectPlace, objectPlace, ownObjectKey } from '../../core/keys/pointer.ts';
import { type PromisedDigest, promisedDigest } from '../../core/keys/promised-digest.ts';
import type { Item } from '../../core/values/attributes.ts';
import { fromSdkItem } from '../../core/values/sdk-item.ts';
import { patiently } from '../context.ts';
import { readItem } from '../item/item.ts';
import { type KeyTexts, textsOfKey } from '../item/key.ts';
import { inOrder } from '../streams.ts';
import type { Check } from './check.ts';
import { headOf } from './head.ts';

/** Objects looked at side by side, for each segment of the table. */
const CONCURRENCY = 16;

/** A large attribute of an item. */
interface Pointer {
  readonly key: Item;
  readonly item: KeyTexts;
  readonly attribute: string;
  readonly uri: string;
  readonly place: ObjectPlace;
}

/** One promise for each segment of the table. */
export function checkItems(check: Check, segments: number): Promise<void>[] {
  return Array.from({ length: segments }, async (_, segment) => {
    const pointers = pointersOf(check, segment, segments);
    for await (const _checked of inOrder(pointers, CONCURRENCY, (pointer) => checkPointer(check, pointer)));
  });
}

async function* pointersOf(check: Check, segment: number, segments: number): AsyncGenerator<Pointer> {
  const { store, tally } = check;
  for await (const item of scan(check, segment, segments)) {
    tally.add('items');
    const key = Object.fromEntries(keyAttributes(store.key).map(({ name }) => [name, item[name]])) as Item;
    const texts = textsOfKey(key);
    if (isSpoiled(item)) {
      await check.report({
        kind: 'unmanaged',
        item: texts,
        because: 'its `_saga` has a form that no saga writes',
      });
      continue;
    }
    if (readSaga(item) === undefined) {
      await check.report({ kind: 'unmanaged', item: texts, because: 'no saga has written it' });
    }
    for (const [attribute, uri] of readPointers(item, store)) {
      const object = ownObjectKey(uri, store);
      if (object === undefined || !isOwnObject(object, key, store)) {
        await check.report({ kind: 'elsewhere', item: texts, attribute, uri });
      }
      if (object === undefined) continue;
      const place = objectPlace(object, store);
      if (place.key.startsWith(check.prefix ?? '')) yield { key, item: texts, attribute, uri, place };
    }
  }
}

async function* scan(
  { dynamodb, store, signal, step }: Check,
  Segment: number,
  TotalSegments: number,
): AsyncGenerator<Item> {
  let ExclusiveStartKey: Record<string, SdkValue> | undefined;
  do {
    const command = new ScanCommand({
      TableName: store.table,
      ConsistentRead: true,
      Segment,
      TotalSegments,
      ExclusiveStartKey,
    });
    const page = await patiently(() => dynamodb.send(command, { abortSignal: signal }), { signal });
    for (const item of page.Items ?? []) yield fromSdkItem(item);
    await step();
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
}

const LOOKS = 3;

async function checkPointer(check: Check, pointer: Pointer): Promise<void> {
  check.tally.add('pointers');
  for (let looks = 1; ; looks += 1) {
    try {
      return await lookAt(check, pointer);
    } catch (error) {
      // An update has deleted the object, or somebody overwritten it, just before its content was read: look anew.
      const { httpStatusCode = 0 } = (error as { $metadata?: { httpStatusCode?: number } }).$metadata ?? {};
      if (looks === LOOKS || ![404, 412].includes(httpStatusCode)) throw error;
    }
  }
}

async function lookAt(check: Check, pointer: Pointer): Promise<void> {
  const { item, attribute, uri, place } = pointer;
  const head = await headOf(check, place);
  if (head === undefined) {
    // An update may have replaced it meanwhile; what is still pointed at will not come back.
    if (await isStillThere(check, pointer)) await check.report({ kind: 'dangling', item, attribute, uri });
    return;
  }
  const promised = promisedDigest(check.store, place.bucket, place.key);
  const actual = promised && (await digestOf(check, place, head, promised));
  if (promised === undefined || actual === undefined) {
    check.tally.add('unverified');
    return;
  }
  check.tally.add('verified');
  if (actual === promised.hex) return;
  await check.report({ kind: 'wrong-content', item, attribute, uri, expected: promised.hex, actual });
}

async function isStillThere(check: Check, { key, attribute, uri }: Pointer): Promise<boolean> {
  const value = (await readItem(check, key, check))?.[attribute];
  return value !== undefined && 'S' in value && value.S === uri;
}

/**
 * Lower-case hexadecimal digits, as S3 computed them when the object was stored (User Guide, "Checking object integrity"),
 * or as its content has them now; undefined when S3 has none and nothing is read.
 */
async function digestOf(
  check: Check,
  { bucket, key }: ObjectPlace,
  head: HeadObjectCommandOutput,
  { algorithm, hex }: PromisedDigest,
): Promise<string | undefined> {
  const isWhole = head.ChecksumType !== 'COMPOSITE';
  if (algorithm === 'sha256' && head.ChecksumSHA256 !== undefined && isWhole) {
    return Buffer.from(head.ChecksumSHA256, 'base64').toString('hex');
  }
  // An ETag may be something else than the MD5, but nothing else is equal to it.
  if (algorithm === 'md5' && head.ETag === `"${hex}"`) return hex;
  if (!check.readContent) return undefined;
  const { s3, signal } = check;
  const command = new GetObjectCommand({ Bucket: bucket, Key: key, IfMatch: head.ETag });
  const { Body } = await patiently(() => s3.send(command, { abortSignal: signal }), { signal });
  const hash = createHash(algorithm);
  for await (const chunk of Body as AsyncIterable<Uint8Array>) hash.update(chunk);
  return hash.digest('hex');
}
