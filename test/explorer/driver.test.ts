// The explorer's driver is faithful: the same definitions, inputs and answers give the same states, calls, variables and outcome
// as on the local Step Functions. Random programs of answers, each named by its seed.

import { beforeEach, describe, expect, it, vi } from 'vitest';
import { inExplorer, onLocalStates, randomAnswers } from './driver.ts';

const PROGRAMS = 4;

// Jittered retries wait the shortest time in the explorer.
beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  return () => vi.restoreAllMocks();
});

describe.each(['create', 'update', 'delete'] as const)('%s', (machine) => {
  it.each(Array.from({ length: PROGRAMS }, (_, seed) => seed))('program %i', async (seed) => {
    const answers = randomAnswers(seed);
    expect(await inExplorer(machine, answers)).toEqual(await onLocalStates(machine, answers));
  });
});

it('programs come to every kind of end, by retries, new plans and redrives', async () => {
  const ends = new Set<string>();
  const calls = new Set<string>();
  for (let seed = 0; seed < 40; seed += 1) {
    const ran = await inExplorer('update', randomAnswers(seed));
    const { status, error = '' } = ran.outcome as { status: string; error?: string };
    ends.add(`${status} ${error.split('.')[0]}`.trim());
    for (const call of ran.calls) calls.add(call);
  }
  expect([...ends]).toEqual(
    expect.arrayContaining(['FAILED OutcomeUnknown', 'FAILED Rejected', 'FAILED RolledBack', 'SUCCEEDED']),
  );
  for (const seen of [
    /"retries":2/,
    /"redriven":true/,
    /"number":2/,
    /"elapsed":100000/,
    /"throttles":1/,
    /"proof":"reading"/,
  ]) {
    expect([...calls].some((call) => seen.test(call))).toBe(true);
  }
});

it('a driver that waits otherwise is noticed', async () => {
  const changed = {
    machine: 'update',
    path: 'States.WriteItem.Retry.1.IntervalSeconds',
    from: 15,
    to: 16,
  } as const;
  const differs = async (seed: number): Promise<boolean> => {
    const answers = randomAnswers(seed);
    const [one, other] = [
      await inExplorer('update', answers),
      await inExplorer('update', answers, [changed]),
    ];
    return JSON.stringify(one) !== JSON.stringify(other);
  };
  let seed = 0;
  while (seed < 40 && !(await differs(seed))) seed += 1;
  expect(seed).toBeLessThan(40);
});
