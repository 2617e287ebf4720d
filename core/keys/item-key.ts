// An item's key: as the table's schema types it, how an input gives it, what DynamoDB takes, and its text in object keys.

import { invalidInput } from '../errors/errors.ts';
import { MAX_PARTITION_KEY_BYTES, MAX_SORT_KEY_BYTES } from '../errors/limits.ts';
import {
  type AttributeFormat,
  type AttributeValue,
  BASE64,
  type Item,
  toAttributeValue,
} from '../values/attributes.ts';
import { base64Length, toBase64Url, utf8Length } from '../values/encoding.ts';

export const KEY_TYPES = ['S', 'N', 'B'] as const;
/** The types that DynamoDB knows for keys: string, number, binary. */
export type KeyType = (typeof KEY_TYPES)[number];

/** An attribute of a primary key, as the table defines it. */
export interface KeyAttribute {
  readonly name: string;
  readonly type: KeyType;
}

/** The table's primary key. */
export interface KeySchema {
  readonly partitionKey: KeyAttribute;
  readonly sortKey?: KeyAttribute | undefined;
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
 * One attribute of an item's key, typed by the table's schema.
 * @throws {SagaError} InvalidInput
 */
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

/** The value as text: a string itself, a number's canonical spelling, base64url for binary. */
export function keyText(value: AttributeValue): string {
  if ('S' in value) return value.S;
  if ('N' in value) return value.N;
  if ('B' in value) return toBase64Url(value.B);
  throw new TypeError(`not a key value: ${JSON.stringify(value)}`);
}
