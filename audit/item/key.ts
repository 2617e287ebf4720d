// An item's key as texts: how tables, links and options show it, whatever the types of the table's key.

import { invalidInput } from '../../core/errors/errors.ts';
import { type KeySchema, keyAttributes, toKey } from '../../core/keys/item-key.ts';
import type { AttributeFormat, AttributeValue, Item } from '../../core/values/attributes.ts';

/** By key attribute: text as it is, a number in its one spelling, bytes as base64. */
export type KeyTexts = Readonly<Record<string, string>>;

/**
 * The key that texts stand for.
 * @throws {SagaError} InvalidInput when it is not a key of the table
 */
export function keyOfTexts(texts: KeyTexts, schema: KeySchema): Item {
  const types = new Map(keyAttributes(schema).map(({ name, type }) => [name, type]));
  const typed = Object.entries(texts).map(([name, text]) => {
    const type = types.get(name);
    if (type !== undefined) return [name, { [type]: text }];
    const problem = `not a key attribute of the table (${[...types.keys()].join(', ')})`;
    throw invalidInput(`key.${name}`, text, problem);
  });
  return toKey(Object.fromEntries(typed), schema, 'dynamodb');
}

export function textsOfKey(key: Item): KeyTexts {
  return Object.fromEntries(Object.entries(key).map(([name, value]) => [name, textOf(value)]));
}

/** The key that a run's input names; undefined when it names none of this table. */
export function keyOfInput(input: unknown, schema: KeySchema): KeyTexts | undefined {
  if (!isRecord(input) || !isRecord(input.key)) return undefined;
  const format: AttributeFormat = input.attributeFormat === 'dynamodb' ? 'dynamodb' : 'json';
  try {
    return textsOfKey(toKey(input.key, schema, format));
  } catch {
    return undefined; // such a run is rejected, and its cause says why
  }
}

/** The same key spelled as runs spell theirs. @throws {SagaError} InvalidInput */
export function canonicalKey(texts: KeyTexts, schema: KeySchema): KeyTexts {
  return textsOfKey(keyOfTexts(texts, schema));
}

export function sameKey(one: KeyTexts | undefined, other: KeyTexts): boolean {
  const names = Object.keys(other);
  return one !== undefined && names.every((name) => Object.hasOwn(one, name) && one[name] === other[name]);
}

/** `id=42`, `tenant=a number=7`. */
export function keyText(key: KeyTexts): string {
  return Object.entries(key)
    .map(([name, text]) => `${name}=${text}`)
    .join(' ');
}

function textOf(value: AttributeValue): string {
  if ('S' in value) return value.S;
  if ('N' in value) return value.N;
  if ('B' in value) return value.B;
  throw invalidInput('key', value, 'not a key value');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
