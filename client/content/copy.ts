// Copies of plain values, so that what was checked is what is written, whatever their owner does with them meanwhile.

import { isDate, isRecord, isSet, isUint8Array } from './kinds.ts';

/** Deeper than any rule allows: what is below is refused, so it need not be copied. */
const MAX_DEPTH = 100;

/**
 * A copy of records, arrays, sets, bytes and dates; each getter is asked once. Anything else stays as it is: text and
 * numbers cannot change, and instances of classes are refused by the rules, which name them.
 */
export function copyOf<T>(value: T): T {
  return copied(value, new Map(), 0) as T;
}

function copied(value: unknown, copies: Map<object, unknown>, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value;
  if (copies.has(value)) return copies.get(value);
  if (isUint8Array(value)) return new Uint8Array(value);
  if (isDate(value)) return new Date(value);
  const copyMember = (member: unknown) => copied(member, copies, depth + 1);
  if (isSet(value)) return new Set([...value].map(copyMember));
  if (Array.isArray(value)) {
    const copy = new Array(value.length);
    copies.set(value, copy);
    // Passes over holes, which stay holes.
    value.forEach((member, at) => {
      copy[at] = copyMember(member);
    });
    return copy;
  }
  if (!isRecord(value)) return value;
  const copy = {};
  copies.set(value, copy);
  for (const [name, member] of Object.entries(value)) setOwn(copy, name, copyMember(member));
  return copy;
}

/** Also for the name `__proto__`. */
function setOwn(record: object, name: string, value: unknown): void {
  Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
}
