// Items that were read by other means: whatever they went through, their key and their pointers say what they are.

import type { StoreDescriptor } from '../../core/contract/store-types.ts';
import { invalidInput } from '../../core/errors/errors.ts';
import { SAGA_ATTRIBUTE } from '../../core/errors/limits.ts';
import { keyAttributes, toKey } from '../../core/keys/item-key.ts';
import { ownObjectKey } from '../../core/keys/pointer.ts';
import { type Item, toItem } from '../../core/values/attributes.ts';
import { toBase64 } from '../../core/values/encoding.ts';
import { toSdkItem } from '../../core/values/sdk-item.ts';
import { copyOf } from '../content/copy.ts';
import { isRecord, isUint8Array } from '../content/kinds.ts';
import { asRejected } from '../errors/rejected.ts';
import { encodeKey, encodeValue } from '../values.ts';
import type { LazyItem } from './lazy.ts';
import { lazyItem } from './lazy-item.ts';
import type { ReadContext } from './read.ts';
import { type Snapshot, snapshotOf } from './snapshot.ts';

type Raw = Readonly<Record<string, unknown>>;

/** Deeper than DynamoDB allows; the rules in core/ refuse it, this only ends cycles. */
const MAX_DEPTH = 100;
const KEY_TYPES: ReadonlySet<string> = new Set(['S', 'N', 'B']);

/**
 * @throws {Rejected} InvalidInput for what is no item of the store
 * @throws {IntegrityError} when another program has spoiled `_saga`
 */
export function attach(context: ReadContext, raw: object): LazyItem {
  const { store } = context;
  const { item, plain } = known(raw, store);
  const snapshot = snapshotOf(toSdkItem(item), store);
  checkPlaces(snapshot, store);
  const attached = lazyItem(context, snapshot, { isItem: false });
  if (plain === undefined) return attached;
  const isPlain = ([name]: [string, unknown]) =>
    !Object.hasOwn(attached.key, name) && name !== SAGA_ATTRIBUTE && !snapshot.uris.has(name);
  const attributes = Object.fromEntries(Object.entries(plain).filter(isPlain));
  return { ...attached, attributes: attributes as LazyItem['attributes'] };
}

interface Known {
  /** All of the item; of one in plain values what tells its large attributes. */
  readonly item: Item;
  /** The values as they were given, if they are plain. */
  readonly plain: Raw | undefined;
}

function known(raw: unknown, store: StoreDescriptor): Known {
  try {
    if (!isRecord(raw))
      throw invalidInput('item', raw, 'expected an item: values by the names of attributes');
    const held: Raw = copyOf(raw);
    const names = keyAttributes(store.key).map(({ name }) => name);
    const key = Object.fromEntries(Object.entries(held).filter(([name]) => names.includes(name)));
    // A key is text, a number or bytes: an object can only be DynamoDB's own spelling of it.
    if (isTyped(key[store.key.partitionKey.name])) {
      const item = toItem(withBase64(held, 0) as Raw, 'dynamodb', 'item');
      const typedKey = Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)));
      return { item: { ...item, ...toKey(typedKey, store.key, 'dynamodb') }, plain: undefined };
    }
    const saga = held[SAGA_ATTRIBUTE];
    const texts = Object.entries(held).filter(([, value]) => typeof value === 'string');
    const item = {
      ...Object.fromEntries(texts.map(([name, value]) => [name, { S: value as string }] as const)),
      ...(saga !== undefined && { [SAGA_ATTRIBUTE]: encodeValue(saga, SAGA_ATTRIBUTE) }),
      ...encodeKey(key, store.key),
    };
    return { item, plain: held };
  } catch (error) {
    asRejected(error);
  }
}

/** An item of another store may have a key of the same form; its objects are elsewhere. */
function checkPlaces({ uris }: Snapshot, store: StoreDescriptor): void {
  for (const [name, uri] of uris) {
    if (!uri.startsWith('s3://') || ownObjectKey(uri, store) !== undefined) continue;
    asRejected(invalidInput(`item.${name}`, uri, 'points out of this store: no item of it'));
  }
}

function isTyped(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const types = Object.keys(value);
  return types.length === 1 && types.every((type) => KEY_TYPES.has(type));
}

/** Bytes as the SDK has them become the text that JSON, an event or an export has. */
function withBase64(value: unknown, depth: number): unknown {
  if (isUint8Array(value)) return toBase64(value);
  if (depth > MAX_DEPTH) return value;
  if (Array.isArray(value)) return value.map((member) => withBase64(member, depth + 1));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, withBase64(member, depth + 1)]),
  );
}
