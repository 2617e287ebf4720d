// Every rule left out is found, within its budget; docs/consistency.md has the table.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { MUTATIONS } from '../../explorer/mutations/all.ts';
import { type MutationRow, markdownTable, tryMutation } from '../../explorer/mutations/table.ts';

const rows: MutationRow[] = [];

it.each(MUTATIONS.map((mutation) => [mutation.name, mutation] as const))('%s', async (_, mutation) => {
  const row = await tryMutation(mutation);
  rows.push(row);
  expect(row.violation).toBeDefined();
});

it('docs/consistency.md has this table', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/consistency.md'), 'utf8');
  const [, written = ''] = /<!-- mutations -->\n\n(.*?)\n\n<!-- \/mutations -->/s.exec(page) ?? [];
  expect(cells(written)).toEqual(cells(markdownTable(rows)));
});

/** The formatter of Markdown pads cells. */
function cells(table: string): readonly string[][] {
  return table
    .split('\n')
    .map((row) => row.split(/(?<!\\)\|/).map((cell) => cell.trim().replace(/^-+$/, '-')));
}
