// Keys: of items, as the table's schema types them, and of objects, which name the item, the attribute,
// the content and the run that put them (rule 1).

import {
  type AttributeFormat,
  type AttributeValue,
  BASE64,
  type Item,
  toAttributeValue,
} from './attributes.ts';
import { base64Length, toBase64Url, utf8Length } from './encoding.ts';
import { invalidInput } from './errors.ts';
import { MAX_OBJECT_KEY_BYTES, MAX_PARTITION_KEY_BYTES, MAX_SORT_KEY_BYTES } from './limits.ts';
import { parseRun, type Run } from './run.ts';
import { decodeSegment, encodeSegment } from './segments.ts';

export const KEY_TYPES = ['S', 'N', 'B'] as const;
export type KeyType = (typeof KEY_TYPES)[number];

export interface KeyAttribute {
  readonly name: string;
  readonly type: KeyType;
}

/** The table's primary key. */
export interface KeySchema {
  readonly partitionKey: KeyAttribute;
  readonly sortKey?: KeyAttribute | undefined;
}

/** Where a store keeps its objects. Prefixes have no slash at either end; the staging prefix is not below `prefix`. */
export interface ObjectSpace {
  readonly bucket: string;
  readonly prefix: string;
  readonly stagingPrefix: string;
}

/**
 * The item's key, typed by the table's schema. In plain JSON a number key is a number, a binary key base64 text.
 * @throws {SagaError} InvalidInput
 */
export function toKey(
  key: Readonly<Record<string, unknown>>,
  schema: KeySchema,
  format: AttributeFormat,
): Item {
  const attributes = keyAttributes(schema);
  for (const name of Object.keys(key)) {
    if (!attributes.some((attribute) => attribute.name === name)) {
      const names = attributes.map((attribute) => attribute.name).join(', ');
      throw invalidInput(`key.${name}`, key[name], `not a key attribute of the table (${names})`);
    }
  }
  return Object.fromEntries(
    attributes.map((attribute) => {
      const value = Object.hasOwn(key, attribute.name) ? key[attribute.name] : undefined;
      return [attribute.name, keyValue(value, attribute, schema, format)];
    }),
  );
}

export function keyAttributes(schema: KeySchema): readonly KeyAttribute[] {
  return schema.sortKey === undefined ? [schema.partitionKey] : [schema.partitionKey, schema.sortKey];
}

/**
 * The key of the object that a run puts for an attribute's content:
 * `{prefix}/pk={pk}/sk={sk}/attr={attribute}/sha256={hex}/{run}`, without `sk=` for a table without a sort key.
 * @param run - as {@link formatRun} writes it
 * @throws {SagaError} InvalidInput when it passes S3's 1,024 bytes
 */
export function objectKey(
  prefix: string,
  item: Item,
  schema: KeySchema,
  attribute: string,
  sha256: string,
  run: string,
): string {
  const key = `${itemPrefix(prefix, item, schema)}attr=${encodeSegment(attribute)}/sha256=${sha256}/${run}`;
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

/** What the keys of all objects of an item begin with, slash included. */
export function itemPrefix(prefix: string, item: Item, schema: KeySchema): string {
  const segments = keyAttributes(schema).map(
    ({ name }, at) => `${at === 0 ? 'pk' : 'sk'}=${keyText(item[name] as AttributeValue)}/`,
  );
  return `${prefix === '' ? '' : `${prefix}/`}${segments.join('')}`;
}

/** Whether an object key of this layout names another item than this: a pointer that was copied with its item. */
export function isOfAnotherItem(key: string, item: Item, store: ObjectSpace & { key: KeySchema }): boolean {
  return (
    parseObjectKey(store.prefix, key) !== undefined &&
    !key.startsWith(itemPrefix(store.prefix, item, store.key))
  );
}

export interface ObjectKeyParts {
  /** Decoded text of the partition key; a number's canonical spelling, base64url for binary. */
  readonly pk: string;
  readonly sk?: string;
  readonly attribute: string;
  readonly sha256: string;
  readonly run: Run;
}

/** The parts of an object key of this layout, or undefined for any other key. */
export function parseObjectKey(prefix: string, key: string): ObjectKeyParts | undefined {
  const start = prefix === '' ? '' : `${prefix}/`;
  if (!key.startsWith(start)) return undefined;
  const match = /^pk=([^/]+)\/(?:sk=([^/]+)\/)?attr=([^/]+)\/sha256=([0-9a-f]{64})\/([^/]+)$/.exec(
    key.slice(start.length),
  );
  if (match === null) return undefined;
  const [, pkText = '', skText, attributeText = '', sha256 = '', runText = ''] = match;
  const pk = decodeSegment(pkText);
  const sk = skText === undefined ? undefined : decodeSegment(skText);
  const attribute = decodeSegment(attributeText);
  const run = parseRun(runText);
  if (pk === undefined || attribute === undefined || run === undefined) return undefined;
  if (skText === undefined) return { pk, attribute, sha256, run };
  return sk === undefined ? undefined : { pk, sk, attribute, sha256, run };
}

/** The value of a large attribute: the S3 URI of its object. */
export function formatPointer(bucket: string, key: string): string {
  return `s3://${bucket}/${key}`;
}

/** The object key that a pointer names, or undefined if it is no pointer to this store's objects. */
export function ownObjectKey(pointer: string, space: ObjectSpace): string | undefined {
  const start = formatPointer(space.bucket, space.prefix === '' ? '' : `${space.prefix}/`);
  if (!pointer.startsWith(start)) return undefined;
  const key = pointer.slice(formatPointer(space.bucket, '').length);
  return key === '' || isStaged(key, space) ? undefined : key;
}

export function isStaged(key: string, space: ObjectSpace): boolean {
  return key.startsWith(`${space.stagingPrefix}/`);
}

function keyValue(
  value: unknown,
  attribute: KeyAttribute,
  schema: KeySchema,
  format: AttributeFormat,
): AttributeValue {
  const field = `key.${attribute.name}`;
  if (value === undefined) throw invalidInput(field, undefined, "missing: it is part of the table's key");
  const typed: AttributeValue =
    format === 'json' && attribute.type === 'B'
      ? { B: binaryKey(value, field) }
      : toAttributeValue(value, format, field);
  if (!(attribute.type in typed)) {
    throw invalidInput(field, value, `expected ${TYPE_NAMES[attribute.type]}, as the table's key has it`);
  }
  const bytes = keyBytes(typed);
  if (bytes === 0) throw invalidInput(field, value, 'a key cannot be empty');
  const limit = attribute === schema.partitionKey ? MAX_PARTITION_KEY_BYTES : MAX_SORT_KEY_BYTES;
  if (bytes > limit) throw invalidInput(field, value, `over DynamoDB's ${limit} bytes for this key`);
  return typed;
}

const TYPE_NAMES: Readonly<Record<KeyType, string>> = {
  S: 'a string',
  N: 'a number',
  B: 'binary (base64 text)',
};

function binaryKey(value: unknown, field: string): string {
  if (typeof value !== 'string' || !BASE64.test(value)) {
    throw invalidInput(field, value, "expected base64 with padding, since the table's key is binary");
  }
  return value;
}

function keyBytes(value: AttributeValue): number {
  if ('S' in value) return utf8Length(value.S);
  if ('B' in value) return base64Length(value.B);
  return 'N' in value ? value.N.length : 0;
}

function keyText(value: AttributeValue): string {
  if ('S' in value) return encodeSegment(value.S);
  if ('N' in value) return encodeSegment(value.N);
  if ('B' in value) return toBase64Url(value.B);
  throw new TypeError(`not a key value: ${JSON.stringify(value)}`);
}
