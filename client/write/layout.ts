// Decides how each large content travels: in the execution's input, or staged when the input has no room for it.

import type { LargeAttributeInput } from '../../core/contract/contract.ts';
import { invalidInput } from '../../core/errors/errors.ts';
import { MAX_EXECUTION_INPUT_BYTES } from '../../core/errors/limits.ts';
import { encodeSegment } from '../../core/keys/segments.ts';
import { jsonLength, toBase64 } from '../../core/values/encoding.ts';
import type { Source, UploadSource } from '../content/content.ts';
import { BYTES_TYPE, TEXT_TYPE } from '../content/content.ts';
import type { Digest } from '../content/sha256.ts';
import type { Draft, LargeDraft } from './draft.ts';

/** A large attribute whose content is open. */
export interface OpenLarge extends LargeDraft {
  readonly source: Source;
}

export interface Layout {
  readonly inline: Readonly<Record<string, LargeAttributeInput>>;
  readonly staged: readonly StagedLarge[];
}

export interface StagedLarge extends LargeDraft {
  readonly source: UploadSource;
  /** Key of the object to upload, below the staging prefix. */
  readonly stagedKey: string;
}

/**
 * `{stagingPrefix}/{operation}/{execution name}/{attribute}`. The same for each call with one idempotency key; the
 * operation is part of it because a name is unique within one state machine only.
 */
export function stagedKey(stagingPrefix: string, operation: string, name: string, attribute: string): string {
  return `${stagingPrefix}/${operation}/${name}/${encodeSegment(attribute)}`;
}

/**
 * As much as fits goes inline, smallest contents first; none if content is not to enter the input.
 * @throws {SagaError} InvalidInput when the input is too large even with all content staged
 */
export function layOut(
  draft: Draft,
  large: readonly OpenLarge[],
  keyOf: (attribute: string) => string,
  { inlineContent }: { readonly inlineContent: boolean },
): Layout {
  const choices = large.map((entry) => {
    const inline = inlineContent || entry.source.kind === 'staged' ? inlineForm(entry) : undefined;
    const staged = stagedForm(entry, keyOf(entry.name), WIDEST_DIGEST);
    const canStage = inline !== undefined && entry.source.kind !== 'staged';
    const saved = canStage ? jsonLength(inline) - jsonLength(staged) : 0;
    return { entry, inline, staged, saved };
  });
  const inline = new Map(
    choices.flatMap((choice) => (choice.inline ? [[choice.entry.name, choice.inline]] : [])),
  );
  const forms = choices.map((choice) => [choice.entry.name, choice.inline ?? choice.staged] as const);
  let bytes = jsonLength(inputOf(draft, Object.fromEntries(forms)));
  for (const { entry, saved } of choices.toSorted((one, other) => other.saved - one.saved)) {
    if (bytes <= MAX_EXECUTION_INPUT_BYTES || saved <= 0) break;
    inline.delete(entry.name);
    bytes -= saved;
  }
  if (bytes > MAX_EXECUTION_INPUT_BYTES) throw tooLarge(draft, bytes);
  return {
    inline: Object.fromEntries(inline),
    staged: large.flatMap(({ source, ...entry }) =>
      source.kind === 'staged' || inline.has(entry.name)
        ? []
        : [{ ...entry, source, stagedKey: keyOf(entry.name) }],
    ),
  };
}

/**
 * Checks, before any content is read, that there is room for everything else.
 * @throws {SagaError} InvalidInput
 */
export function checkRoom(draft: Draft): void {
  const options = draft.large.map((entry) => [entry.name, mutable(entry.options)] as const);
  const bytes = jsonLength(inputOf(draft, Object.fromEntries(options)));
  if (bytes > MAX_EXECUTION_INPUT_BYTES) throw tooLarge(draft, bytes);
}

/** The execution's input as JSON text. */
export function inputText(draft: Draft, { inline, staged }: Layout, digests: readonly Digest[]): string {
  const forms = staged.map((entry, at) => {
    return [entry.name, stagedForm(entry, entry.stagedKey, digests[at] as Digest)] as const;
  });
  return JSON.stringify(inputOf(draft, { ...inline, ...Object.fromEntries(forms) }));
}

function inputOf(draft: Draft, largeAttributes: Readonly<Record<string, LargeAttributeInput>>): object {
  return draft.large.length === 0 ? draft.fields : { ...draft.fields, largeAttributes };
}

/** Digits enough for any object that S3 holds, so that the decision does not depend on the size's digits. */
const WIDEST_DIGEST: Digest = { sha256: '0'.repeat(64), size: 10 ** 14 - 1 };

function stagedForm({ options }: LargeDraft, key: string, { sha256, size }: Digest): LargeAttributeInput {
  return { ...mutable(options), staged: { key, sha256, size } };
}

/**
 * The shorter of text and base64. Without a content type of the caller's the form decides on the type that is stored,
 * so then text stays text, and bytes stay bytes.
 */
function inlineForm({ options, source }: OpenLarge): LargeAttributeInput | undefined {
  if (source.kind === 'staged') return { ...mutable(options), staged: { ...source.staged } };
  if (source.kind === 'stream' || source.bytes.length > MAX_EXECUTION_INPUT_BYTES) return undefined;
  const given = options.contentType;
  const mayBeText = given !== undefined || source.defaultType === TEXT_TYPE;
  const mayBeBytes = given !== undefined || source.defaultType === BYTES_TYPE;
  const text = mayBeText ? utf8Text(source.bytes) : undefined;
  const base64 = toBase64(source.bytes);
  const useText = text !== undefined && (!mayBeBytes || jsonLength(text) <= jsonLength(base64));
  return { ...mutable(options), ...(useText ? { text } : { base64 }) };
}

/** The text whose UTF-8 these bytes are, a byte order mark included; undefined if they are none. */
function utf8Text(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined; // not UTF-8
  }
}

function mutable({ metadata, ...options }: LargeDraft['options']): LargeAttributeInput {
  return { ...options, ...(metadata && { metadata: { ...metadata } }) };
}

function tooLarge({ fields }: Draft, bytes: number): Error {
  const [field = 'input'] = Object.entries(fields)
    .map(([name, value]) => [name, jsonLength(value ?? null)] as const)
    .sort(([, one], [, other]) => other - one)
    .map(([name]) => name);
  return invalidInput(
    field,
    undefined,
    `the execution's input would have ${bytes} bytes, over ${MAX_EXECUTION_INPUT_BYTES}; large values belong in largeAttributes`,
  );
}
