// A small part of the fault sweep, the same each time; sweep-most.test.ts has more, `npm run faults` the whole. And that it sees what it is for.

import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { SAME_TOKEN } from '../e2e/left-out.ts';
import { assembleMutant, type Mutation } from '../e2e/mutants.ts';
import { runCell, type SweptCall } from './cell.ts';
import { KINDS } from './kinds.ts';
import { MIN_PART_BYTES, type Scenario } from './scenario.ts';
import { SCENARIOS } from './scenarios.ts';
import { Stand, type StandOptions } from './stand.ts';
import { callsOf, cellsOf, sweep } from './sweep.ts';
import { sweepPage, violationsOf } from './table.ts';

const scenarioOf = (name: string): Scenario => SCENARIOS.find((each) => each.name === name) as Scenario;
const UPDATE = scenarioOf('update');
const KINDS_HERE = ['after', 'late'];

async function open(mutations: readonly Mutation[] = [], options: Pick<StandOptions, 'standstillMs'> = {}) {
  const assembly = await assembleMutant(inject('expressStore'), mutations);
  const stand = await Stand.open({ assembly, minPartBytes: MIN_PART_BYTES, ...options });
  return {
    stand,
    close: () => Promise.all([stand[Symbol.asyncDispose](), rm(assembly, { recursive: true })]),
  };
}

describe('the product', () => {
  let stand: Stand;
  let close: () => Promise<unknown>;
  let calls: readonly SweptCall[];

  beforeAll(async () => {
    ({ stand, close } = await open());
    calls = await callsOf(stand, UPDATE);
  });
  afterAll(() => close());

  it('is seen to make these calls in an update', () => {
    expect(calls.map(({ label }) => label)).toEqual([
      ...['Plan', 'Plan: GetItem', 'PutInline', 'PutInline: PutObject'],
      ...['WriteItem', 'WriteItem: TransactWriteItems'],
      ...['DeleteObjects', 'DeleteObjects: GetItem', 'DeleteObjects: DeleteObjects'],
    ]);
  });

  it('loses nothing when its writes are applied and reported failed, or land late', async () => {
    const writes = calls.filter(({ label }) => /TransactWriteItems|: PutObject/.test(label));
    const cells = cellsOf(UPDATE, writes).filter(({ kind }) => KINDS_HERE.includes(kind.name));
    expect(cells).toHaveLength(8);
    const { swept, unsound } = await sweep(cells, { usual: [stand], quick: [] });
    expect(unsound).toEqual([]);
    expect(swept.flatMap(violationsOf)).toEqual([]);
    const rows = sweepPage(swept)
      .split('\n')
      .filter((line) => /^\| \w+: /.test(line));
    expect(rows.map((row) => row.replaceAll(/ *\| */g, '|'))).toEqual([
      '|PutInline: PutObject||||C · R|C · R||||||||',
      '|WriteItem: TransactWriteItems||||C · S→C|C · S→C||||||||',
    ]);
  });

  it('is not taken for sound when the call that is to fail is not made', async () => {
    const [cell] = cellsOf(UPDATE, calls[0] ? [{ ...calls[0], skip: 99 }] : []);
    if (cell === undefined) throw new Error('no cell');
    const { violations } = await runCell(cell, { stand, id: 'not-made' });
    expect(violations).toEqual(['the call was not made']);
  });
});

describe('a violation is seen', () => {
  it('when a run waits for an answer longer than any does', async () => {
    const { stand, close } = await open([], { standstillMs: 2000 });
    const put = { label: 'PutInline', service: 'lambda', operation: 'Invoke', match: 'PutInline', skip: 0 };
    const cells = cellsOf(UPDATE, [put as SweptCall]).filter(
      ({ kind, often }) => kind.name === 'silent' && often === 'once',
    );
    const { swept } = await sweep(cells, { usual: [], quick: [stand] });
    expect(swept.flatMap(violationsOf)).toEqual([
      'update: PutInline silent, once (running): has stood still for 2 s, after TaskStarted',
    ]);
    await close();
  });

  it('when a write is applied twice', async () => {
    const { stand, close } = await open(SAME_TOKEN);
    const [write] = (await callsOf(stand, UPDATE)).filter(
      ({ operation }) => operation === 'TransactWriteItems',
    );
    const kind = KINDS.find(({ name }) => name === 'after');
    const cells = cellsOf(UPDATE, write ? [write] : []).filter(
      (cell) => cell.kind === kind && cell.often === 'once',
    );
    const { swept } = await sweep(cells, { usual: [stand], quick: [] });
    expect(swept.flatMap(violationsOf)).toContainEqual(
      expect.stringMatching(/the count of writes is 2 instead of 1$/),
    );
    await close();
  });
});
