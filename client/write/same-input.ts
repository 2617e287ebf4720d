// Whether two execution inputs ask for the same: whatever the order of their fields, and whether content travels as
// text, as base64 or staged.

import { fromBase64, utf8 } from '../../core/values/encoding.ts';
import { sha256Of } from '../content/sha256.ts';

/** Both as JSON text. */
export function sameInput(one: string, other: string): boolean {
  return one === other || comparable(one) === comparable(other);
}

function comparable(input: string): string {
  const parsed: unknown = JSON.parse(input, (_, value: unknown) => (isRecord(value) ? sorted(value) : value));
  if (!isRecord(parsed) || !isRecord(parsed.largeAttributes)) return JSON.stringify(parsed);
  const largeAttributes = Object.entries(parsed.largeAttributes).map(([name, value]) => [
    name,
    isRecord(value) ? digested(value) : value,
  ]);
  return JSON.stringify({ ...parsed, largeAttributes: Object.fromEntries(largeAttributes) });
}

/** Content stands for itself by its digest. */
function digested({ text, base64, staged, ...options }: Readonly<Record<string, unknown>>): unknown {
  if (isRecord(staged)) return { ...options, content: staged.sha256 };
  const bytes = typeof text === 'string' ? utf8(text) : fromBase64(String(base64));
  return { ...options, content: sha256Of(bytes) };
}

function sorted(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
