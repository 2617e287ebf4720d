// Where a store keeps its objects and how it makes their keys: the construct's props with their defaults, checked.

import type { KeySchema } from '../core/keys.ts';
import { layoutProblem } from '../core/store.ts';
import type { LargeItemStoreProps } from './large-item-store.ts';

export interface Layout {
  readonly key: KeySchema;
  readonly prefix: string;
  readonly stagingPrefix: string;
  readonly objectKeyTemplate?: string;
  readonly formerObjectKeyTemplates?: string[];
}

/** @throws {Error} for prefixes that overlap or are no prefixes, and for a template whose keys could collide */
export function checkedLayout(props: LargeItemStoreProps): Layout {
  const {
    partitionKey = { name: 'id', type: 'S' },
    sortKey,
    prefix = 'items',
    stagingPrefix = 'staging',
  } = props;
  const { objectKeyTemplate, formerObjectKeyTemplates, legacy } = props;
  checkSlashes({ prefix, stagingPrefix, ...(legacy && { 'legacy.prefix': legacy.prefix }) });
  if (stagingPrefix === '') throw new Error('LargeItemStore: stagingPrefix must not be empty');
  checkApart({ prefix, ...(legacy && { 'legacy.prefix': legacy.prefix }) }, stagingPrefix);
  const layout = {
    key: { partitionKey, ...(sortKey && { sortKey }) },
    prefix,
    stagingPrefix,
    ...(objectKeyTemplate !== undefined && { objectKeyTemplate }),
    ...(formerObjectKeyTemplates && { formerObjectKeyTemplates: [...formerObjectKeyTemplates] }),
  };
  const problem = layoutProblem(layout);
  if (problem !== undefined) throw new Error(`LargeItemStore: ${problem.message}`);
  return layout;
}

function checkSlashes(prefixes: Readonly<Record<string, string>>): void {
  for (const [prop, value] of Object.entries(prefixes)) {
    if (/^\/|\/$|\/\//.test(value)) {
      throw new Error(
        `LargeItemStore: ${prop} must not begin or end with a slash or hold two in a row, got "${value}"`,
      );
    }
  }
}

/** Staged objects expire, and are deleted once a run has copied them. */
function checkApart(prefixes: Readonly<Record<string, string>>, stagingPrefix: string): void {
  for (const [prop, prefix] of Object.entries(prefixes)) {
    if (isBelow(stagingPrefix, prefix) || isBelow(prefix, stagingPrefix)) {
      throw new Error(
        `LargeItemStore: ${prop} "${prefix}" and stagingPrefix "${stagingPrefix}" must be apart`,
      );
    }
  }
}

function isBelow(one: string, other: string): boolean {
  return other !== '' && `${one}/`.startsWith(`${other}/`);
}
