// What a caller asks for, checked by the saga's own rules before anything is read, uploaded or started.

import { type SagaRequest, toRequest } from '../../core/contract/request.ts';
import type { Store } from '../../core/contract/store.ts';
import { invalidInput } from '../../core/errors/errors.ts';
import { objectKey } from '../../core/keys/object-key.ts';
import { formatRun, type Operation } from '../../core/keys/run.ts';
import { type ContentOptions, checkContent, isStagedContent, splitOptions } from '../content/content.ts';
import type { Content } from '../types.ts';
import { encodeValues } from '../values.ts';

/** A write whose large contents are still where the caller has them. */
export interface Draft {
  readonly request: SagaRequest;
  /** The execution's input but for `largeAttributes`. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly large: readonly LargeDraft[];
}

export interface LargeDraft {
  readonly name: string;
  /** Path in the input, for errors. */
  readonly field: string;
  readonly content: Content;
  readonly options: ContentOptions;
}

/** @throws {SagaError} InvalidInput */
export function makeDraft(operation: Operation, input: object, store: Store): Draft {
  const { largeAttributes, updateAt, ...rest } = encodeValues(
    input as Readonly<Record<string, unknown>>,
    store.key,
  );
  const fields = { ...rest, ...(updateAt !== undefined && { updateAt: timeText(updateAt) }) };
  if (largeAttributes === undefined)
    return { request: toRequest(operation, fields, store), fields, large: [] };

  const split = isRecord(largeAttributes) ? Object.entries(largeAttributes).map(splitEntry) : undefined;
  // No content yet, so an empty one stands in: what is checked here are names, options, and what is staged already.
  const standIns = split?.map(({ name, content, options }) => {
    const standIn = isStagedContent(content) ? { staged: content.staged } : { text: '' };
    return [name, { ...options, ...standIn }] as const;
  });
  const request = toRequest(
    operation,
    { ...fields, largeAttributes: standIns === undefined ? largeAttributes : Object.fromEntries(standIns) },
    { ...store, inlineContent: true },
  );
  const large = (split ?? []).map(({ content, ...entry }): LargeDraft => {
    checkContent(content, entry.field);
    checkName(entry.name);
    return { ...entry, content };
  });
  checkObjectKeys(request, large, store);
  return { request, fields, large };
}

function splitEntry([name, value]: [string, unknown]) {
  const { content, options } = splitOptions(value);
  return { name, field: `largeAttributes.${name}.content`, content, options };
}

/** Attribute names become part of object keys, which are UTF-8. */
function checkName(name: string): void {
  if (/\p{Surrogate}/u.test(name)) {
    throw invalidInput('largeAttributes', name, 'the name holds half of a surrogate pair');
  }
}

/** The longest that this store's object keys become; the run's real name differs but is never longer. */
function checkObjectKeys(request: SagaRequest, large: readonly LargeDraft[], store: Store): void {
  const run = formatRun({
    operation: request.operation,
    name: request.operation,
    startTime: '2026-01-01T00:00:00.000Z',
  });
  for (const { name } of large) {
    objectKey(store, request.key, name, '0'.repeat(64), run);
  }
}

function timeText(time: unknown): unknown {
  if (!(time instanceof Date)) return time;
  return Number.isNaN(time.getTime()) ? String(time) : time.toISOString();
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
