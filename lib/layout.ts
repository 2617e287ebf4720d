// Where a store keeps its objects and how it makes their keys: the construct's props with their defaults, checked.

import { layoutProblem } from '../core/contract/layout.ts';
import type { KeySchema } from '../core/keys/item-key.ts';
import { canLieBelow, DEFAULT_OBJECT_KEY_TEMPLATE } from '../core/keys/template.ts';
import type { LargeItemStoreProps } from './large-item-store-props.ts';
import { DEFAULT_REPORT_PREFIX } from './sweep.ts';

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
  checkApart(objectPrefixes({ prefix, legacy }), { stagingPrefix });
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

/**
 * Where the sweep's reports go.
 * @throws {Error} where an object or a staged one could lie among them, since they expire
 */
export function checkedReportPrefix(props: LargeItemStoreProps, layout: Layout): string {
  const reportPrefix = props.sweep?.reportPrefix ?? DEFAULT_REPORT_PREFIX;
  checkSlashes({ 'sweep.reportPrefix': reportPrefix });
  if (reportPrefix === '') throw new Error('LargeItemStore: sweep.reportPrefix must not be empty');
  checkExpiring(props, layout, 'sweep.reportPrefix', reportPrefix);
  return reportPrefix;
}

/** @throws {Error} where an object or a staged one could lie below a folder whose objects expire */
export function checkExpiring(
  { legacy }: LargeItemStoreProps,
  layout: Layout,
  name: string,
  folder: string,
): void {
  const { prefix, stagingPrefix, key, objectKeyTemplate = DEFAULT_OBJECT_KEY_TEMPLATE } = layout;
  checkApart({ ...objectPrefixes({ prefix, legacy }), stagingPrefix }, { [name]: folder });
  if (prefix === '' && canLieBelow(folder, objectKeyTemplate, key.sortKey !== undefined)) {
    throw new Error(
      `LargeItemStore: objectKeyTemplate "${objectKeyTemplate}": without a prefix its keys could lie below ${name} "${folder}", whose objects expire`,
    );
  }
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

function objectPrefixes({ prefix = 'items', legacy }: Pick<LargeItemStoreProps, 'prefix' | 'legacy'>) {
  return { prefix, ...(legacy && { 'legacy.prefix': legacy.prefix }) };
}

/** What is below the second prefixes expires: no object may lie there. */
function checkApart(
  prefixes: Readonly<Record<string, string>>,
  expiring: Readonly<Record<string, string>>,
): void {
  for (const [prop, prefix] of Object.entries(prefixes)) {
    for (const [otherProp, other] of Object.entries(expiring)) {
      if (!isBelow(other, prefix) && !isBelow(prefix, other)) continue;
      throw new Error(`LargeItemStore: ${prop} "${prefix}" and ${otherProp} "${other}" must be apart`);
    }
  }
}

function isBelow(one: string, other: string): boolean {
  return other !== '' && `${one}/`.startsWith(`${other}/`);
}
