// Keys of objects: they name the item, the attribute, the content and the run that put them (rule 1).

import { invalidInput } from '../errors/errors.ts';
import { MAX_OBJECT_KEY_BYTES } from '../errors/limits.ts';
import type { AttributeValue, Item } from '../values/attributes.ts';
import { utf8Length } from '../values/encoding.ts';
import { type KeyAttribute, type KeySchema, keyText } from './item-key.ts';
import { isLegacyKeyOf } from './legacy.ts';
import { isBelow, type ObjectSpace, objectPlace } from './pointer.ts';
import { parseRun, type Run } from './run.ts';
import { decodeSegment, encodeSegment } from './segments.ts';
import {
  DEFAULT_OBJECT_KEY_TEMPLATE,
  type EncodedParts,
  fillItemPart,
  fillTemplate,
  parseByTemplate,
} from './template.ts';

/** How a store makes the keys of its objects. */
export interface KeyLayout {
  readonly prefix: string;
  /** The table's key, which `{pk}` and `{sk}` stand for. */
  readonly key: KeySchema;
  /** By default {@link DEFAULT_OBJECT_KEY_TEMPLATE}. */
  readonly objectKeyTemplate?: string | undefined;
  /** Templates that objects of the store were put under before; the default is always known. */
  readonly formerObjectKeyTemplates?: readonly string[] | undefined;
}

/** What the rules need to know of a store; every `Store` has it. */
export interface StoreShape extends ObjectSpace, KeyLayout {
  /** Whether runs take content in their input. Default: true. */
  readonly inlineContent?: boolean | undefined;
}

/**
 * The key of the object that a run puts for an attribute's content, by the store's template.
 * @param run - as {@link formatRun} writes it
 * @throws {SagaError} InvalidInput when it passes S3's 1,024 bytes
 */
export function objectKey(
  layout: KeyLayout,
  item: Item,
  attribute: string,
  sha256: string,
  run: string,
): string {
  const parts = { ...encodedItem(item, layout.key), attr: encodeSegment(attribute), sha256, run };
  const key = fillTemplate(layout.objectKeyTemplate ?? DEFAULT_OBJECT_KEY_TEMPLATE, layout.prefix, parts);
  const bytes = utf8Length(key);
  if (bytes > MAX_OBJECT_KEY_BYTES) {
    throw invalidInput(
      'key',
      key,
      `the object key of ${attribute} would have ${bytes} bytes, over S3's ${MAX_OBJECT_KEY_BYTES}`,
    );
  }
  return key;
}

/**
 * What the keys of all objects of an item begin with, slash included. With the default template no other item's keys
 * begin so; with another they may: {@link isOwnObject} tells.
 */
export function itemPrefix(layout: KeyLayout, item: Item): string {
  return fillItemPart(
    layout.objectKeyTemplate ?? DEFAULT_OBJECT_KEY_TEMPLATE,
    layout.prefix,
    encodedItem(item, layout.key),
  );
}

/**
 * Whether an object is this item's alone: its key names the item, by a template of the store or as pynamodb_mate does. Any
 * other may be another item's, too, whatever points at it: the pointer was copied with its item, or somebody keeps one
 * object for many. So only what this holds of may be deleted with the item, or taken for its own.
 * @param object - as {@link ownObjectKey} gives it
 */
export function isOwnObject(object: string, item: Item, store: StoreShape): boolean {
  const own = keyTexts(item, store.key);
  const named = [...readings(store, object)];
  if (named.length > 0) return named.every(({ pk, sk }) => pk === own.pk && sk === own.sk);
  const { bucket, key } = objectPlace(object, store);
  const isStores = bucket === store.bucket && isBelow(key, store.prefix);
  const prefixes = [...(isStores ? [store.prefix] : []), ...(store.legacy ? [store.legacy.prefix] : [])];
  return isLegacyKeyOf(own, key, prefixes);
}

/** What an object's key is made of. */
export interface ObjectKeyParts {
  /** Decoded text of the partition key; a number's canonical spelling, base64url for binary. */
  readonly pk: string;
  readonly sk?: string;
  readonly attribute: string;
  readonly sha256: string;
  readonly run: Run;
}

/**
 * The parts of an object key of this layout, also if it was put under a former template; undefined for any other key.
 */
export function parseObjectKey(layout: KeyLayout, key: string): ObjectKeyParts | undefined {
  for (const parts of readings(layout, key)) return parts;
  return undefined;
}

/**
 * The same for whoever deletes by a key alone: undefined also where two of the store's templates read the key differently,
 * so that it could be another item's or another run's.
 */
export function parseObjectKeyForSure(layout: KeyLayout, key: string): ObjectKeyParts | undefined {
  const [first, ...others] = readings(layout, key);
  const isSure = others.every((other) => JSON.stringify(other) === JSON.stringify(first));
  return isSure ? first : undefined;
}

function* readings(layout: KeyLayout, key: string): Generator<ObjectKeyParts> {
  for (const template of templatesOf(layout)) {
    const parts = decodeParts(parseByTemplate(template, key, layout.prefix));
    if (parts !== undefined) yield parts;
  }
}

function templatesOf({
  objectKeyTemplate = DEFAULT_OBJECT_KEY_TEMPLATE,
  formerObjectKeyTemplates = [],
}: KeyLayout): Iterable<string> {
  const isDefaultAlone =
    objectKeyTemplate === DEFAULT_OBJECT_KEY_TEMPLATE && formerObjectKeyTemplates.length === 0;
  return isDefaultAlone
    ? [DEFAULT_OBJECT_KEY_TEMPLATE]
    : new Set([objectKeyTemplate, ...formerObjectKeyTemplates, DEFAULT_OBJECT_KEY_TEMPLATE]);
}

function decodeParts(parts: EncodedParts | undefined): ObjectKeyParts | undefined {
  if (parts === undefined) return undefined;
  const pk = decodeSegment(parts.pk);
  const sk = parts.sk === undefined ? undefined : decodeSegment(parts.sk);
  const attribute = decodeSegment(parts.attr);
  const run = parseRun(parts.run);
  if (pk === undefined || attribute === undefined || run === undefined) return undefined;
  if (parts.sk === undefined) return { pk, attribute, sha256: parts.sha256, run };
  return sk === undefined ? undefined : { pk, sk, attribute, sha256: parts.sha256, run };
}

function keyTexts(item: Item, { partitionKey, sortKey }: KeySchema): Pick<ObjectKeyParts, 'pk' | 'sk'> {
  const text = ({ name }: KeyAttribute) => keyText(item[name] as AttributeValue);
  return { pk: text(partitionKey), ...(sortKey && { sk: text(sortKey) }) };
}

function encodedItem(item: Item, schema: KeySchema): Pick<EncodedParts, 'pk' | 'sk'> {
  const { pk, sk } = keyTexts(item, schema);
  return { pk: encodeSegment(pk), ...(sk !== undefined && { sk: encodeSegment(sk) }) };
}
