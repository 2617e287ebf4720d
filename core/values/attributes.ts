// DynamoDB attribute values in their JSON form, made from an execution's input and checked for what
// DynamoDB can hold, so that bad input is refused before anything is written.

import { invalidInput } from '../errors/errors.ts';
import { canonicalNumber, isSureInJson } from './numbers.ts';

/** An attribute value as DynamoDB's JSON has it; binary as base64 text, since it travels through states. */
export type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly string[] }
  | { readonly BS: readonly string[] }
  | { readonly L: readonly AttributeValue[] }
  | { readonly M: Item };

/** An item as DynamoDB's JSON has it: typed values by their attributes' names. */
export type Item = { readonly [attribute: string]: AttributeValue };

/** How attribute values are written in the input: plain JSON, or DynamoDB's typed JSON. */
export type AttributeFormat = 'json' | 'dynamodb';

/** Lists and maps that DynamoDB allows around a value: the attribute itself is the first of 32 levels (Developer Guide, "Constraints"). */
const MAX_DEPTH = 31;

/** What JSON numbers past a double's range are on their way to a task: indistinguishable from texts. */
const NO_NUMBERS: ReadonlySet<unknown> = new Set(['Infinity', '-Infinity', 'NaN']);

/**
 * Whether plain JSON carries a value to a task as what it is. Other numbers, and the few texts that such numbers turn into,
 * take `attributeFormat: dynamodb`.
 */
export function isPlainInJson(value: string | number): boolean {
  return typeof value === 'number' ? isSureInJson(value) : !NO_NUMBERS.has(value);
}

/**
 * Every value of a record, typed.
 * @param field - path of the record in the input, for errors
 * @throws {SagaError} InvalidInput
 */
export function toItem(
  record: Readonly<Record<string, unknown>>,
  format: AttributeFormat,
  field: string,
  depth = 0,
): Item {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [
      name,
      toAttributeValue(value, format, `${field}.${name}`, depth),
    ]),
  );
}

/** @throws {SagaError} InvalidInput for what DynamoDB cannot hold */
export function toAttributeValue(
  value: unknown,
  format: AttributeFormat,
  field: string,
  depth = 0,
): AttributeValue {
  if (depth > MAX_DEPTH) {
    throw invalidInput(field, undefined, `nested deeper than DynamoDB's ${MAX_DEPTH + 1} levels`);
  }
  return format === 'json' ? fromJson(value, field, depth) : fromTyped(value, field, depth);
}

function fromJson(value: unknown, field: string, depth: number): AttributeValue {
  switch (typeof value) {
    case 'string':
      if (!isPlainInJson(value)) {
        throw invalidInput(
          field,
          value,
          'a number past all bounds becomes this text on its way: use attributeFormat dynamodb, for the text too',
        );
      }
      return { S: wellFormed(value, field) };
    case 'boolean':
      return { BOOL: value };
    case 'number':
      if (Number.isFinite(value) && !isPlainInJson(value)) {
        throw invalidInput(
          field,
          value,
          'JSON numbers lose digits past the 15th and over 2^53: use attributeFormat dynamodb',
        );
      }
      return { N: numberText(String(value), field) };
    case 'object':
      if (value === null) return { NULL: true };
      if (Array.isArray(value)) {
        return {
          // Array.from: a hole is no value either.
          L: Array.from(value, (element, at) =>
            toAttributeValue(element, 'json', `${field}[${at}]`, depth + 1),
          ),
        };
      }
      return { M: toItem(value as Record<string, unknown>, 'json', field, depth + 1) };
    default:
      throw invalidInput(field, String(value), 'not a JSON value');
  }
}

function fromTyped(value: unknown, field: string, depth: number): AttributeValue {
  const entries = isRecord(value) ? Object.entries(value) : [];
  const [entry] = entries;
  if (entry === undefined || entries.length !== 1) {
    throw invalidInput(field, value, 'expected one DynamoDB type, like {"S": "text"} or {"N": "1"}');
  }
  const [type, content] = entry;
  const at = `${field}.${type}`;
  switch (type) {
    case 'S':
      return { S: text(content, at) };
    case 'N':
      return { N: numberText(text(content, at), at) };
    case 'B':
      return { B: base64(content, at) };
    case 'BOOL':
      if (typeof content !== 'boolean') throw invalidInput(at, content, 'expected true or false');
      return { BOOL: content };
    case 'NULL':
      if (content !== true) throw invalidInput(at, content, 'expected true');
      return { NULL: true };
    case 'SS':
      return { SS: set(content, at, text) };
    case 'NS':
      return { NS: set(content, at, (member, memberAt) => numberText(text(member, memberAt), memberAt)) };
    case 'BS':
      return { BS: set(content, at, base64) };
    case 'L':
      return {
        L: Array.from(array(content, at), (element, index) =>
          toAttributeValue(element, 'dynamodb', `${at}[${index}]`, depth + 1),
        ),
      };
    case 'M':
      if (!isRecord(content)) throw invalidInput(at, content, 'expected an object');
      return { M: toItem(content, 'dynamodb', at, depth + 1) };
    default:
      throw invalidInput(field, value, `unknown DynamoDB type ${type}`);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function array(value: unknown, field: string): readonly unknown[] {
  if (!Array.isArray(value)) throw invalidInput(field, value, 'expected an array');
  return value;
}

function set(value: unknown, field: string, member: (value: unknown, field: string) => string): string[] {
  const members = Array.from(array(value, field), (each, at) => member(each, `${field}[${at}]`));
  if (members.length === 0) throw invalidInput(field, value, 'a DynamoDB set cannot be empty');
  if (new Set(members).size < members.length)
    throw invalidInput(field, value, 'a set cannot repeat a member');
  return members;
}

function text(value: unknown, field: string): string {
  if (typeof value !== 'string') throw invalidInput(field, value, 'expected a string');
  return wellFormed(value, field);
}

/** DynamoDB strings are UTF-8, which has no lone surrogates. */
function wellFormed(value: string, field: string): string {
  if (/\p{Surrogate}/u.test(value)) throw invalidInput(field, value, 'holds half of a surrogate pair');
  return value;
}

/** Base64 with padding (RFC 4648 §4), as JSON documents carry bytes. */
export const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function base64(value: unknown, field: string): string {
  if (typeof value !== 'string' || !BASE64.test(value)) {
    throw invalidInput(field, value, 'expected base64 with padding');
  }
  return value;
}

function numberText(value: string, field: string): string {
  const canonical = canonicalNumber(value);
  if (canonical === undefined) {
    throw invalidInput(
      field,
      value,
      'DynamoDB holds numbers of up to 38 digits from 1E-130 to 9.99E+125, positive, negative or 0',
    );
  }
  return canonical;
}
