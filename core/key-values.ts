// Values of an item's key: how an input gives them, what DynamoDB takes, and their text in object keys.

import { type AttributeFormat, type AttributeValue, BASE64, toAttributeValue } from './attributes.ts';
import { base64Length, toBase64Url, utf8Length } from './encoding.ts';
import { invalidInput } from './errors.ts';
import type { KeyAttribute, KeySchema, KeyType } from './keys.ts';
import { MAX_PARTITION_KEY_BYTES, MAX_SORT_KEY_BYTES } from './limits.ts';

/**
 * One attribute of an item's key, typed by the table's schema.
 * @throws {SagaError} InvalidInput
 */
export function keyValue(
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
