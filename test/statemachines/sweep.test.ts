// What the sweep's definition must be, beside what whole sweeps show.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import aslValidator from 'asl-validator';
import { expect, test } from 'vitest';
import { MAX_PAYLOAD_BYTES } from '../../core/errors/limits.ts';
import { FUNCTION_TIMEOUT_SECONDS } from '../../core/saga/waits.ts';
import { evaluate } from './machines.ts';

const file = join(import.meta.dirname, '..', '..', 'statemachines', 'sweep.asl.json');
const machine = JSON.parse(readFileSync(file, 'utf8'));
const { PlanSweep, SweepList, SweepInventory, TotalSweep } = machine.States;
/** Seconds that an Express execution may take (Step Functions quotas), and that a function's start may. */
const EXPRESS_SECONDS = 300;
const INIT_SECONDS = 10;

function childOf(map: { ItemProcessor: { States: Record<string, unknown> } }) {
  return Object.values(map.ItemProcessor.States)[0] as typeof PlanSweep;
}

test('is valid Amazon States Language; each state says what it is for', () => {
  const { isValid, errorsText } = aslValidator(machine, { checkArn: false });
  expect(isValid, errorsText('\n')).toBe(true);
  for (const state of [...Object.values<{ Comment?: string }>(machine.States), childOf(SweepList)]) {
    expect(state.Comment).toMatch(/\.$/);
  }
  expect(machine.QueryLanguage).toBe('JSONata');
  expect(machine.TimeoutSeconds).toBeUndefined();
});

test('goes by a list or by an inventory, with the same children', () => {
  expect(childOf(SweepInventory)).toEqual(childOf(SweepList));
  const { ItemReader: _, Comment: __, Label: ___, ItemProcessor: ____, ...list } = SweepList;
  expect(SweepInventory).toMatchObject(list);
  expect(SweepList.ItemProcessor.ProcessorConfig).toEqual({ Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' });
});

test('a child ends within an Express execution, also when it is tried again', () => {
  const { TimeoutSeconds, Retry } = childOf(SweepList);
  const { IntervalSeconds, MaxAttempts } = Retry.at(-1);
  expect(TimeoutSeconds).toBeGreaterThanOrEqual(FUNCTION_TIMEOUT_SECONDS['find-orphans'] + INIT_SECONDS);
  expect(TimeoutSeconds * (MaxAttempts + 1) + IntervalSeconds * MaxAttempts).toBeLessThan(EXPRESS_SECONDS);
});

test.each([
  ['PlanSweep', PlanSweep],
  ['FindOrphans', childOf(SweepList)],
  ['TotalSweep', TotalSweep],
])('%s is not tried again where it would come out the same', (_, { Retry: [atOnce] }) => {
  expect(atOnce.MaxAttempts).toBe(0);
  expect(atOnce.ErrorEquals.slice(-2)).toEqual(['States.DataLimitExceeded', 'States.QueryEvaluationError']);
});

test.each([
  ['PlanSweep', PlanSweep, 'plan-sweep'],
  ['TotalSweep', TotalSweep, 'total-sweep'],
] as const)("%s may take as long as its function does, and a function's start", (_, state, task) => {
  expect(state.TimeoutSeconds).toBeGreaterThanOrEqual(FUNCTION_TIMEOUT_SECONDS[task] + INIT_SECONDS);
});

test('a batch leaves room in the payload for what goes with it', () => {
  const { MaxInputBytesPerBatch, MaxItemsPerBatch } = SweepList.ItemBatcher;
  expect(MaxInputBytesPerBatch).toBeLessThan(MAX_PAYLOAD_BYTES - 16 * 1024);
  expect(MaxItemsPerBatch).toBeLessThanOrEqual(1000);
});

test.each([
  [0, 0, 'Swept'],
  [3, 0, 'Swept'],
  [3, 1, 'SweptInPart'],
  [3, 3, 'NothingSwept'],
])('of %i batches %i have failed: it ends as %s', async (batches, failedBatches, end) => {
  const { Choices, Default } = machine.States['AllBatchesSwept?'];
  const totals = { batches, failedBatches };
  const taken = [];
  for (const { Condition, Next } of Choices) if (await evaluate(Condition, {}, { totals })) taken.push(Next);
  expect(taken[0] ?? Default).toBe(end);
});

test('no failed batch ends the Map Run', () => {
  expect(SweepList.ToleratedFailurePercentage).toBe(100);
});
