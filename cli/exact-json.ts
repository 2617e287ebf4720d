// JSON text that keeps every digit of a number (DynamoDB holds 38 of them, a double about 17), and that steers no terminal.

import { randomUUID } from 'node:crypto';
import { NumberValueImpl as NumberValue } from '@aws-sdk/util-dynamodb';
import type { Value } from '../client/index.ts';
import { canonicalNumber, doubleOf } from '../core/values/numbers.ts';

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * The value of a JSON text; numbers that a double does not hold exactly as the SDK's `NumberValue`.
 * @throws {SyntaxError} when the text is not JSON
 */
export function parseExactJson(text: string): Value {
  JSON.parse(text); // so that errors speak of the text itself
  const mark = randomUUID();
  const marked = text.replace(STRING_OR_NUMBER, (token) =>
    token.startsWith('"') || doubleOf(token) !== undefined ? token : `"${mark}${token}"`,
  );
  return JSON.parse(marked, (_, value: Value) =>
    typeof value === 'string' && value.startsWith(mark) ? exactNumber(value.slice(mark.length)) : value,
  ) as Value;
}

/** JSON text of what the client answers: exact numbers, sets as arrays, bytes as base64. */
export function exactJson(value: unknown, indent?: number): string {
  const mark = randomUUID();
  const text = JSON.stringify(value, (_, member: unknown) => toJson(member, mark), indent);
  return escaped(text.replace(new RegExp(`"${mark}([^"]+)"`, 'g'), '$1'));
}

/** JSON in one line, of values that JSON has. */
export function jsonText(value: unknown): string {
  return escaped(JSON.stringify(value));
}

/** Control characters that JSON leaves as they are, and what turns text round, as JSON spells them otherwise. */
function escaped(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The number that a text spells, digit for digit, or undefined if DynamoDB cannot hold it. */
export function parseExactNumber(text: string): number | NumberValue | undefined {
  if (canonicalNumber(text) === undefined) return undefined;
  return doubleOf(text) ?? exactNumber(text);
}

function exactNumber(text: string): NumberValue {
  return NumberValue.from(text);
}

function toJson(value: unknown, mark: string): unknown {
  if (typeof value === 'bigint') return `${mark}${value}`;
  if (value instanceof NumberValue) return `${mark}${value.value}`;
  if (value instanceof Set) return [...value];
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return value;
}
