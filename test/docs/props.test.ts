// docs/configuration.md has a row for each prop of the construct, and each prop says its default where it is declared.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(root, 'docs', 'configuration.md'), 'utf8');
const section = page.slice(page.indexOf('## Props of the construct'));

interface Prop {
  readonly name: string;
  readonly comment: string;
}

/** The props of an interface, with what is said of each. */
function propsOf(file: string, name: string): readonly Prop[] {
  const source = readFileSync(join(root, 'lib', file), 'utf8');
  const body = source.slice(source.indexOf(`export interface ${name} `)).split('\n}\n')[0] ?? '';
  return [...body.matchAll(/\/\*\*(.*?)\*\/\s*readonly (\w+)\?:/gs)].map(([, comment = '', prop = '']) => ({
    name: prop,
    comment: comment.replaceAll(/\s+\*?\s*/g, ' '),
  }));
}

/** What stands in code in the first cells of the rows of the table whose head begins so. */
function named(head: string): readonly string[] {
  const [, table = ''] = section.split(`| ${head} | for | default |`);
  const rows = table.split('\n\n')[0]?.split('\n').slice(2) ?? [];
  return rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
  );
}

describe.each([
  ['prop', 'large-item-store-props.ts', 'LargeItemStoreProps'],
  ['`functions`', 'store-options.ts', 'FunctionOptions'],
])('the table of each %s', (head, file, name) => {
  it('has a row for each, and for no other', () => {
    const props = propsOf(file, name).map((prop) => prop.name);
    expect(props.length).toBeGreaterThan(7);
    expect([...named(head)].sort()).toEqual([...props].sort());
  });
});

it.each([
  ['AccessLogs', 'storage/made-bucket.ts', 'accessLogs'],
  ['StoreOutputs', 'access/discovery.ts', 'outputs'],
])('%s: the row of its prop names each setting', (name, file, prop) => {
  const [row = ''] = section.split('\n').filter((line) => line.startsWith(`| \`${prop}\``));
  for (const setting of propsOf(file, name)) expect(row).toContain(`\`${setting.name}\``);
});

it.each([
  ['LargeItemStoreProps', 'large-item-store-props.ts'],
  ['FunctionOptions', 'store-options.ts'],
  ['AccessLogs', 'storage/made-bucket.ts'],
  ['StoreOutputs', 'access/discovery.ts'],
  ['ImportedStoreProps', 'access/imported-store.ts'],
  ['StoreTableProps', 'storage/made-table.ts'],
  ['SweepProps', 'clean-up/sweep.ts'],
])('%s: each prop says its default', (name, file) => {
  const silent = propsOf(file, name).filter(({ comment }) => !/[Dd]efault/.test(comment));
  expect(silent.map((prop) => prop.name)).toEqual([]);
});
