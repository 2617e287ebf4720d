// What a caller asks for, checked by the saga's own rules before anything is read, uploaded or started.

import { toRequest } from '../../core/contract/parse-request.ts';
import type { SagaRequest } from '../../core/contract/request.ts';
import type { Store } from '../../core/contract/store-types.ts';
import { invalidInput } from '../../core/errors/errors.ts';
import { objectKey } from '../../core/keys/object-key.ts';
import { formatRun, type Operation } from '../../core/keys/run.ts';
import {
  type ContentOptions,
  checkContent,
  isStagedContent,
  splitOptions,
  streamReadOnce,
} from '../content/content.ts';
import { isDate } from '../content/kinds.ts';
import type { ByteStream, Content } from '../types.ts';
import { encodeValues } from '../values.ts';
import { heldInput } from './held-input.ts';

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

/**
 * Holds nothing of the input that can change, but for contents. No source of content has been touched.
 * @throws {SagaError} InvalidInput
 */
export function makeDraft(operation: Operation, input: object, store: Store): Draft {
  const draft = checkedDraft(operation, heldInput(input), store);
  // As it will be sent: objects of classes that the rules let pass are of no class from here on.
  return { ...draft, fields: JSON.parse(JSON.stringify(draft.fields)) };
}

function checkedDraft(operation: Operation, input: object, store: Store): Draft {
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
  checkShared(large);
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

/** One stream cannot be the content of two attributes: the first would take all of it. */
function checkShared(large: readonly LargeDraft[]): void {
  const seen = new Map<ByteStream, string>();
  for (const { content, field } of large) {
    const stream = streamReadOnce(content);
    if (stream === undefined) continue;
    const other = seen.get(stream);
    if (other !== undefined) {
      const at = content === stream ? field : `${field}.stream`;
      throw invalidInput(at, undefined, `is the same stream as ${other}, and can be read once only`);
    }
    seen.set(stream, field);
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
  if (!isDate(time)) return time;
  return Number.isNaN(time.getTime()) ? String(time) : time.toISOString();
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
