// Most of the fault sweep: it finds nothing, and makes the calls of docs/fault-sweep.md, which the whole sweep writes.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, inject, it } from 'vitest';
import { SCENARIOS } from './scenarios.ts';
import { withStands } from './stands.ts';
import { type Sweep, sweepScenarios } from './sweep.ts';
import { sweepPage, violationsOf } from './table.ts';

const PAGE = join(import.meta.dirname, '../../docs/fault-sweep.md');
const TIMEOUT_MS = 40 * 60_000;

/** One of each way to put, of each operation, and a run that compensates by design. `npm run faults` sweeps them all. */
const HERE = SCENARIOS.filter(({ name }) =>
  [
    'create, staged, copied in parts',
    'create, refused by DynamoDB',
    'update',
    'update, staged',
    'delete',
  ].includes(name),
);

let result: Sweep;
beforeAll(async () => {
  result = await withStands(inject('expressStore'), (stands) => sweepScenarios(HERE, stands), {
    quick: 0,
  });
}, TIMEOUT_MS);

it('loses nothing, applies nothing twice, and leaves nothing behind', () => {
  expect(result.swept.flatMap(violationsOf)).toEqual([]);
  expect(result.unsound).toEqual([]);
});

/** The calls in a scenario's table: how a few of them end depends on the jitter of retries. */
function callsOf(page: string, scenario: string): string[] {
  const heading = scenario.charAt(0).toUpperCase() + scenario.slice(1);
  const [, section = ''] = page.split(`\n## ${heading}\n`);
  const [table = ''] = section.split('\n## ');
  return table
    .split('\n')
    .flatMap((line) => /^\| \w+(?:: \w+)?(?: \d+)? (?=\|)/.exec(line)?.[0].trim() ?? []);
}

it.each(HERE.map(({ name }) => [name]))('%s: makes the calls of docs/fault-sweep.md', async (name) => {
  const written = callsOf(await readFile(PAGE, 'utf8'), name);
  expect(written.length).toBeGreaterThan(0);
  expect(callsOf(sweepPage(result.swept), name)).toEqual(written);
});
