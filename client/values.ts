// JavaScript values as the execution input carries them, and DynamoDB's as JavaScript values. What JSON has no form
// for (bytes, sets, numbers past a double) makes the whole input typed; otherwise it stays plain and readable.

import type { AttributeValue as SdkValue } from '@aws-sdk/client-dynamodb';
import { NumberValueImpl as NumberValue } from '@aws-sdk/util-dynamodb';
import { invalidInput } from '../core/errors/errors.ts';
import { type KeySchema, keyAttributes, toKey } from '../core/keys/item-key.ts';
import {
  type AttributeFormat,
  type AttributeValue,
  type Item,
  isPlainInJson,
  toAttributeValue,
} from '../core/values/attributes.ts';
import { toBase64 } from '../core/values/encoding.ts';
import { doubleOf, textOfDouble, wholeOf } from '../core/values/numbers.ts';
import { isRecord, isSet, isUint8Array } from './content/kinds.ts';
import type { Value } from './types.ts';

type JsonRecord = Readonly<Record<string, unknown>>;

/** Deeper than DynamoDB allows; the rules in core/ refuse it, this only ends cycles. */
const MAX_DEPTH = 40;

const RECORDS = ['attributes', 'set', 'add'] as const;
const EXPRESSIONS = ['updateExpression', 'condition'] as const;

/**
 * The input with values that survive JSON: as they are where JSON has them all, else in DynamoDB's JSON.
 * @throws {SagaError} InvalidInput for values that DynamoDB has no type for, such as a Date
 */
export function encodeValues(input: JsonRecord, schema: KeySchema): JsonRecord {
  if (input.attributeFormat === 'dynamodb') return input;
  const plainKey = base64Key(input.key, schema);
  const rich = [
    plainKey,
    ...RECORDS.map((field) => input[field]),
    ...EXPRESSIONS.map((field) => (isRecord(input[field]) ? input[field].values : undefined)),
  ].some((value) => isRich(value));
  if (!rich) return { ...input, key: plainKey };

  const typed: Record<string, unknown> = { ...input, attributeFormat: 'dynamodb' };
  if (isRecord(input.key)) typed.key = typedKey(input.key, schema);
  for (const field of RECORDS) {
    if (isRecord(input[field])) typed[field] = toTypedRecord(input[field], field, 0);
  }
  for (const field of EXPRESSIONS) {
    const expression = input[field];
    if (isRecord(expression) && isRecord(expression.values)) {
      typed[field] = { ...expression, values: toTypedRecord(expression.values, `${field}.values`, 0) };
    }
  }
  return typed;
}

/**
 * An item's key, typed by the table's schema.
 * @throws {SagaError} InvalidInput
 */
export function encodeKey(key: unknown, schema: KeySchema, attributeFormat?: unknown): Item {
  const encoded = encodeValues({ key, attributeFormat }, schema);
  if (!isRecord(encoded.key)) throw invalidInput('key', key, 'expected an object');
  return toKey(encoded.key, schema, (encoded.attributeFormat ?? 'json') as AttributeFormat);
}

/**
 * One value, typed.
 * @param field - its path in the input, for errors
 * @throws {SagaError} InvalidInput for what DynamoDB cannot hold
 */
export function encodeValue(value: unknown, field: string): AttributeValue {
  return toAttributeValue(toTyped(value, field, 0), 'dynamodb', field);
}

/** Attribute values as JavaScript values, see {@link Value}. Any name becomes an own property, `__proto__` too. */
export function decodeItem(item: Readonly<Record<string, SdkValue>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, decodeValue(value)]));
}

function decodeValue(value: SdkValue): Value {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return decodeNumber(value.N);
  if (value.B !== undefined) return value.B;
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.L !== undefined) return value.L.map(decodeValue);
  if (value.M !== undefined) return decodeItem(value.M);
  if (value.SS !== undefined) return new Set(value.SS);
  if (value.NS !== undefined) return new Set(value.NS.map(decodeNumber));
  if (value.BS !== undefined) return new Set(value.BS);
  return null;
}

function decodeNumber(text: string): number | bigint | NumberValue {
  return doubleOf(text) ?? wholeOf(text) ?? NumberValue.from(text);
}

/** Bytes given for a binary key as the base64 text that plain JSON has for it. */
function base64Key(key: unknown, schema: KeySchema): unknown {
  if (!isRecord(key)) return key;
  const binary = binaryKeys(schema);
  return mapValues(key, (value, name) => (isUint8Array(value) && binary.has(name) ? toBase64(value) : value));
}

function typedKey(key: JsonRecord, schema: KeySchema): JsonRecord {
  const binary = binaryKeys(schema);
  return mapValues(key, (value, name) =>
    typeof value === 'string' && binary.has(name) ? { B: value } : toTyped(value, `key.${name}`, 0),
  );
}

function binaryKeys(schema: KeySchema): ReadonlySet<string> {
  return new Set(keyAttributes(schema).flatMap(({ name, type }) => (type === 'B' ? [name] : [])));
}

/** Whether a value holds anything that JSON has no form for, or a wrong one. */
function isRich(value: unknown, depth = 0): boolean {
  if (typeof value === 'bigint') return true;
  if (typeof value === 'number' || typeof value === 'string') return !isPlainInJson(value);
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return false;
  if (!Array.isArray(value) && !isRecord(value)) return true;
  return Object.values(value).some((member) => isRich(member, depth + 1));
}

function toTyped(value: unknown, field: string, depth: number): AttributeValue {
  if (depth > MAX_DEPTH) throw invalidInput(field, undefined, 'nested too deeply');
  if (value === null) return { NULL: true };
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'boolean') return { BOOL: value };
  if (isNumeric(value)) return { N: numberText(value) };
  if (isUint8Array(value)) return { B: toBase64(value) };
  if (isSet(value)) return toTypedSet([...value], field);
  if (Array.isArray(value)) {
    // Array.from: a hole is no value either.
    return { L: Array.from(value, (member, at) => toTyped(member, `${field}[${at}]`, depth + 1)) };
  }
  if (isRecord(value)) return { M: toTypedRecord(value, field, depth + 1) };
  throw invalidInput(field, String(value), `DynamoDB has no type for ${kindOf(value)}`);
}

function toTypedRecord(record: JsonRecord, field: string, depth: number): Item {
  return mapValues(record, (value, name) => toTyped(value, `${field}.${name}`, depth));
}

function toTypedSet(members: readonly unknown[], field: string): AttributeValue {
  if (members.length === 0) throw invalidInput(field, [], 'a DynamoDB set cannot be empty');
  if (members.every((member) => typeof member === 'string')) return { SS: members };
  if (members.every(isNumeric)) return { NS: members.map(numberText) };
  if (members.every(isUint8Array)) return { BS: members.map(toBase64) };
  throw invalidInput(field, undefined, 'a DynamoDB set holds strings, numbers or bytes, and one kind only');
}

function isNumeric(value: unknown): value is number | bigint | NumberValue {
  return typeof value === 'number' || typeof value === 'bigint' || isNumberValue(value);
}

function numberText(value: number | bigint | NumberValue): string {
  if (typeof value === 'number') return textOfDouble(value);
  return typeof value === 'object' ? value.value : String(value);
}

/** Of another copy of the SDK, too. */
function isNumberValue(value: unknown): value is NumberValue {
  if (value instanceof NumberValue) return true;
  if (typeof value !== 'object' || value === null || isRecord(value)) return false;
  const { value: text, toBigInt } = value as Partial<NumberValue>;
  return typeof text === 'string' && typeof toBigInt === 'function';
}

function kindOf(value: unknown): string {
  return typeof value === 'object' && value !== null
    ? `a ${value.constructor?.name ?? 'object'}`
    : typeof value;
}

function mapValues<T>(
  record: JsonRecord,
  change: (value: unknown, name: string) => T,
): { [name: string]: T } {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
}
