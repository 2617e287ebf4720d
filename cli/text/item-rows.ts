// Items of a listing as rows: for a terminal, and as JSON for programs.

import pc from 'picocolors';
import { oneLine } from '../../audit/drawing/text.ts';
import type { Key, LargeObject } from '../../client/index.ts';
import { exactJson } from '../exact-json.ts';
import { type Io, type Output, wantsColor, widthOf } from '../io.ts';
import { sized } from './run-rows.ts';

/** What is said of a large attribute. */
export interface LargeRow {
  readonly uri: string;
  readonly sha256: string | undefined;
  /** What S3 says of it, if it was asked. */
  readonly stored?: LargeObject | undefined;
  /** Its content, if it was loaded. */
  readonly content?: Uint8Array | undefined;
  /** Where its content was saved. */
  readonly file?: string | undefined;
  readonly error?: Error | undefined;
}

/** What a listing prints of an item, or of a key that there is no item for. */
export interface ItemRow {
  readonly key: Key;
  readonly isMissing?: true;
  readonly version?: number | null | undefined;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly large?: Readonly<Record<string, LargeRow>>;
  /** Why its version and its large attributes are not known. */
  readonly error?: Error | undefined;
}

/** One line. */
export function rowJson({ key, isMissing, version, attributes, large, error }: ItemRow): string {
  if (isMissing) return exactJson({ key, missing: true });
  return exactJson({
    ...{ key, version, attributes },
    large: large && Object.fromEntries(Object.entries(large).map(([name, row]) => [name, largeJson(row)])),
    ...(error && { error: errorJson(error) }),
  });
}

export interface ItemTable {
  readonly header: string;
  row(row: ItemRow): string;
}

const GAP = '  ';
const VERSION_WIDTH = 7;
const MIN_WIDTH = 40;

/** Key, version, large attributes, and as much of the others as there is room for. */
export function itemTable(output: Output, env: Io['env']): ItemTable {
  const width = Math.max(widthOf(output), MIN_WIDTH);
  const colors = pc.createColors(wantsColor(output, env));
  const key = Math.floor(width * 0.35);
  const large = Math.floor(width * 0.25);
  const rest = width - key - VERSION_WIDTH - large - 3 * GAP.length;
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, at) => sized(text, [key, -VERSION_WIDTH, large, rest][at] as number))
      .join(GAP)
      .trimEnd();
  return {
    header: colors.dim(line(['KEY', 'VERSION', 'LARGE', 'ATTRIBUTES'])),
    row: (row) => {
      const cells = line(cellsOf(row));
      const problems = problemsOf(row).map((problem) => colors.red(`    ${problem}`));
      return [cells, ...problems].join('\n');
    },
  };
}

/** `id=42`, of key values of any type. */
function keyRowText(key: Key): string {
  return Object.entries(key)
    .map(([name, value]) => `${name}=${valueText(value)}`)
    .join(' ');
}

/** A sentence for each thing that is wrong with the item. */
function problemsOf({ error, large = {} }: ItemRow): string[] {
  const faults = Object.values(large).flatMap((row) => (row.error === undefined ? [] : [row.error]));
  return [...(error === undefined ? [] : [error]), ...faults].map(({ message }) => oneLine(message));
}

function cellsOf({ key, isMissing, version, attributes = {}, large = {}, error }: ItemRow): string[] {
  if (isMissing) return [keyRowText(key), 'missing', '', ''];
  const plain = Object.entries(attributes).map(([name, value]) => `${name}=${valueText(value)}`);
  return [
    keyRowText(key),
    error === undefined ? String(version ?? '-') : '?',
    Object.keys(large).join(', '),
    plain.join(' '),
  ];
}

export function valueText(value: unknown): string {
  return typeof value === 'string' ? value : exactJson(value).replace(/^"(.*)"$/s, '$1');
}

function largeJson({ uri, sha256, stored, content, file, error }: LargeRow): unknown {
  const { size, contentType, contentEncoding, cacheControl, metadata, updatedAt } = stored ?? {};
  return {
    ...{ uri, size, sha256, contentType, contentEncoding, cacheControl, metadata, updatedAt },
    ...(content && contentJson(content)),
    ...(file !== undefined && { file }),
    ...(error && { error: errorJson(error) }),
  };
}

/** As the lines of an import have it: text, or base64 of what is none. */
function contentJson(content: Uint8Array): { readonly text: string } | { readonly base64: string } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content) };
  } catch {
    return { base64: Buffer.from(content).toString('base64') }; // it is no UTF-8
  }
}

function errorJson({ name, message }: Error): { readonly error: string; readonly message: string } {
  return { error: name, message };
}
