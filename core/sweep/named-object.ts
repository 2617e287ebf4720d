// Which item and run an object's key names, for whoever goes from the bucket to the table.

import type { Store } from '../contract/store-types.ts';
import { type KeyType, keyAttributes, keyText } from '../keys/item-key.ts';
import { legacyItemOf } from '../keys/legacy.ts';
import { parseObjectKeyForSure } from '../keys/object-key.ts';
import type { Run } from '../keys/run.ts';
import type { AttributeValue, Item } from '../values/attributes.ts';
import { canonicalNumber } from '../values/numbers.ts';

/** An object as a list of the bucket, or an inventory of it, has it. */
export interface ListedObject {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the epoch; in an inventory it may be earlier than it is by now. */
  readonly lastModified: number;
}

/** What a sweep works on. */
export interface SweptStore extends Store {
  /** Where sweeps write their reports: what is below is no store's object. */
  readonly reportPrefix: string;
}

/** An object whose key names an item; a run as well, unless pynamodb_mate put it. */
export interface NamedObject extends ListedObject {
  readonly item: Item;
  readonly run: Run | undefined;
}

/** An object whose key names an item and a run. */
export interface OwnObject extends NamedObject {
  readonly run: Run;
}

/** Whether the store's objects can be there: not a staged one, nor a report of a sweep. */
export function isInObjectSpace(key: string, store: SweptStore): boolean {
  const start = store.prefix === '' ? '' : `${store.prefix}/`;
  const apart = [store.stagingPrefix, store.reportPrefix];
  return key.startsWith(start) && !apart.some((prefix) => key.startsWith(`${prefix}/`));
}

/** The object with the item and the run that its key names, or undefined for any other key. */
export function ownObject(object: ListedObject, store: Store): OwnObject | undefined {
  const parts = parseObjectKeyForSure(store, object.key);
  if (parts === undefined) return undefined;
  const texts = [parts.pk, parts.sk];
  const item = itemOf(texts, store);
  // A saga spells each number in one way: a key with another is somebody else's.
  const isSagas =
    item !== undefined && Object.values(item).every((value, at) => keyText(value) === texts[at]);
  return isSagas ? { ...object, item, run: parts.run } : undefined;
}

/**
 * The object with the item that its key names, as pynamodb_mate does: with the item's key as it is. Undefined for any other
 * key, where it can be read in two ways, and for binary keys.
 */
export function legacyObject(object: ListedObject, store: Store): NamedObject | undefined {
  if (keyAttributes(store.key).some(({ type }) => type === 'B')) return undefined;
  const texts = legacyItemOf(object.key, store.prefix, store.key.sortKey !== undefined);
  const item = texts && itemOf([texts.pk, texts.sk], store);
  return item && { ...object, item, run: undefined };
}

/** The key of an item from its texts; undefined where the table has another key, or could not have this one. */
function itemOf(texts: readonly (string | undefined)[], { key }: Store): Item | undefined {
  const attributes = keyAttributes(key);
  if (attributes.length !== texts.filter((text) => text !== undefined).length) return undefined;
  const item = Object.fromEntries(
    attributes.map(({ name, type }, at) => [name, keyValue(texts[at] ?? '', type)]),
  );
  return isKey(item) ? item : undefined;
}

function keyValue(text: string, type: KeyType): AttributeValue {
  if (type === 'S') return { S: text };
  if (type === 'N') return { N: canonicalNumber(text) ?? text };
  const base64 = text.replaceAll('-', '+').replaceAll('_', '/');
  return { B: base64.padEnd(Math.ceil(base64.length / 4) * 4, '=') };
}

/** The bits that the last character has to spare are zero, so that bytes have one spelling. */
const BASE64 = /^(?=.)(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/;

/** DynamoDB would refuse a whole batch for one key that it cannot hold, or for two spellings of the same. */
function isKey(item: Item): boolean {
  return Object.values(item).every((value) => {
    if ('N' in value) return canonicalNumber(value.N) === value.N;
    return 'B' in value ? BASE64.test(value.B) : true;
  });
}
