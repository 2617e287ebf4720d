// A sample of the fault sweep that has each call, each kind of failure and each lane (sample.ts): it finds nothing, and the
// scenarios make the calls of docs/fault-sweep.md, which `npm run faults` writes.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, inject, it } from 'vitest';
import type { Cell } from './cell.ts';
import { KINDS } from './kinds.ts';
import { nameOf, sampleOf } from './sample.ts';
import { SCENARIOS } from './scenarios.ts';
import type { Stand } from './stand.ts';
import { withStands } from './stands.ts';
import { allCells, type Sweep, sweep } from './sweep.ts';
import { violationsOf } from './table.ts';

const PAGE = join(import.meta.dirname, '../../docs/fault-sweep.md');
const TIMEOUT_MS = 40 * 60_000;

let cells: readonly Cell[];
let sample: readonly Cell[];
let result: Sweep;
let page: string;
beforeAll(async () => {
  page = await readFile(PAGE, 'utf8');
  result = await withStands(
    inject('expressStore'),
    async (stands) => {
      cells = await allCells(SCENARIOS, stands.usual[0] as Stand);
      sample = sampleOf(cells);
      return sweep(sample, stands);
    },
    { quick: 2 },
  );
}, TIMEOUT_MS);

it('loses nothing, applies nothing twice, leaves nothing behind and tells nothing false', () => {
  expect(result.swept.flatMap(violationsOf)).toEqual([]);
  expect(result.unsound).toEqual([]);
});

it('has each call of each operation and lane, and each kind of failure', () => {
  const namesOf = (some: readonly Cell[]) => [...new Set(some.map(nameOf))].sort();
  expect(namesOf(sample)).toEqual(namesOf(cells));
  expect(KINDS.filter((kind) => !sample.some((cell) => cell.kind === kind))).toEqual([]);
  expect(result.swept).toHaveLength(sample.length);
});

/** The calls in a scenario's table: how a few of them end depends on the jitter of retries. */
function callsOf(scenario: string): string[] {
  const heading = scenario.charAt(0).toUpperCase() + scenario.slice(1);
  const [, section = ''] = page.split(`\n## ${heading}\n`);
  const [table = ''] = section.split('\n## ');
  return table.split('\n').flatMap((line) => /^\| (\w+(?:: \w+)?(?: \d+)?) (?=\|)/.exec(line)?.[1] ?? []);
}

it.each(SCENARIOS.map(({ name }) => [name]))('%s: makes the calls of docs/fault-sweep.md', (name) => {
  const made = cells.filter(({ scenario }) => scenario.name === name).map(({ call }) => call.label);
  expect(made.length).toBeGreaterThan(0);
  expect(callsOf(name)).toEqual([...new Set(made)]);
});
