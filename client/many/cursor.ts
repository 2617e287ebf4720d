// The place up to which something was read, as text that survives a process and is good for the same read only.

import * as z from 'zod';
import type { StoreDescriptor } from '../../core/contract/store-types.ts';
import { invalidInput } from '../../core/errors/errors.ts';
import { fromBase64, fromUtf8, toBase64, toBase64Url, utf8 } from '../../core/values/encoding.ts';
import { sha256Of } from '../content/sha256.ts';

const VERSION = 1;
/** The places of a hundred segments, with the longest keys there are, take less. */
const MAX_CHARACTERS = 2 * 1024 ** 2;
const DIGEST_CHARACTERS = 32;

/** What is read, as far as a place in it means nothing elsewhere. */
export interface Reading {
  readonly kind: 'getMany' | 'query' | 'scan';
  readonly store: StoreDescriptor;
  /** What tells it from another of its kind; plain JSON. */
  readonly what: unknown;
}

const cursorSchema = z.strictObject({
  v: z.number(),
  kind: z.enum(['getMany', 'query', 'scan']),
  table: z.string(),
  of: z.string(),
  at: z.unknown(),
});

export function toCursor(reading: Reading, at: unknown): string {
  const { kind, store } = reading;
  const text = JSON.stringify({ v: VERSION, kind, table: store.table, of: fingerprint(reading), at });
  return toBase64Url(toBase64(utf8(text)));
}

/**
 * The place that a cursor stands for.
 * @throws {SagaError} InvalidInput for what is no cursor, or one of another read, table or version
 */
export function fromCursor<T>(cursor: unknown, reading: Reading, place: z.ZodType<T>): T {
  const { v, kind, table, of, at } = parsed(cursor);
  const { kind: wanted, store } = reading;
  const refuse = (problem: string): never => {
    throw invalidInput('cursor', undefined, problem);
  };
  if (v !== VERSION) refuse(`is of another version of the client (${String(v)}, not ${VERSION})`);
  if (kind !== wanted) refuse(`is of ${String(kind)}, not of ${wanted}`);
  if (table !== store.table) refuse(`is of the table ${String(table)}, not of ${store.table}`);
  if (of !== fingerprint(reading))
    refuse(`is of another ${wanted}: all but what is read of each item must be the same`);
  const { success, data } = place.safeParse(at);
  return success ? data : refuse('holds no place');
}

/** Digest of a text, short enough for a cursor. */
export function shortDigest(text: string): string {
  return sha256Of(utf8(text)).slice(0, DIGEST_CHARACTERS);
}

function fingerprint({ store, what }: Reading): string {
  return shortDigest(JSON.stringify([store.region, store.table, what]));
}

function parsed(cursor: unknown): Readonly<Record<string, unknown>> {
  if (typeof cursor !== 'string' || cursor.length > MAX_CHARACTERS || !/^[\w-]+$/.test(cursor)) {
    throw invalidInput('cursor', cursor, 'expected the cursor of a page');
  }
  const { success, data } = cursorSchema.safeParse(jsonIn(cursor));
  if (!success) throw invalidInput('cursor', cursor, 'expected the cursor of a page');
  return data;
}

function jsonIn(cursor: string): unknown {
  try {
    return JSON.parse(fromUtf8(fromBase64(cursor.replaceAll('-', '+').replaceAll('_', '/'))));
  } catch {
    return undefined; // whoever asked refuses it
  }
}
