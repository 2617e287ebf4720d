// An item's key as one text, for addresses and the search field: `id=42`, `tenant=a doc=b c`, or plain `42` where the
// table has no sort key. JSON where that would be read as another key.

import type { KeyTexts } from '../audit/index.ts';
import { type KeySchema, keyAttributes } from '../core/keys/item-key.ts';

/** The text of a key; {@link parseKeyText} gives the key back. */
export function formatKeyText(key: KeyTexts, schema: KeySchema): string {
  const text = keyAttributes(schema)
    .map(({ name }) => `${name}=${key[name] ?? ''}`)
    .join(' ');
  const parsed = parseKeyText(text, schema);
  const isSame =
    parsed !== undefined && keyAttributes(schema).every(({ name }) => parsed[name] === (key[name] ?? ''));
  return isSame ? text : JSON.stringify(key);
}

/** The key that a text stands for, its values as texts; undefined when a part of it is missing. */
export function parseKeyText(text: string, schema: KeySchema): KeyTexts | undefined {
  const names = keyAttributes(schema).map(({ name }) => name);
  const fromJson = text.startsWith('{') ? parseJson(text, names) : undefined;
  if (fromJson !== undefined) return fromJson;
  const [partition = '', sort] = names;
  const isNamed = text.startsWith(`${partition}=`);
  const rest = isNamed ? text.slice(partition.length + 1) : text;
  if (sort === undefined) return rest === '' ? undefined : { [partition]: rest };
  const at = isNamed ? rest.lastIndexOf(` ${sort}=`) : -1;
  if (at < 1) return undefined;
  const value = rest.slice(at + sort.length + 2);
  return value === '' ? undefined : { [partition]: rest.slice(0, at), [sort]: value };
}

/** How a key of the table is written, for messages and placeholders. */
export function keyTextExample(schema: KeySchema): string {
  return keyAttributes(schema)
    .map(({ name }) => `${name}=…`)
    .join(' ');
}

function parseJson(text: string, names: readonly string[]): KeyTexts | undefined {
  try {
    const value = JSON.parse(text) as Record<string, unknown>;
    const entries = names.map((name) => [name, value[name]] as const);
    return entries.every(([, each]) => typeof each === 'string')
      ? (Object.fromEntries(entries) as Record<string, string>)
      : undefined;
  } catch {
    return undefined; // a value that begins with a brace
  }
}
