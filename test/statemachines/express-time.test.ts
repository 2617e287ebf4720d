// The five minutes of an Express run: whichever way it takes, with each state as slow and as often as it may be, it has said by
// then what became of it, or has handed over.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EXPRESS_SECONDS } from '../../core/errors/limits.ts';
import { OPERATIONS, type Operation } from '../../core/keys/run.ts';
import { type Definition, expressDefinition } from '../../core/saga/express.ts';
import { EXPRESS_PATIENCE_SECONDS, MAX_THROTTLES, SETTLE_SECONDS } from '../../core/saga/waits.ts';
import { evaluate, MACHINES, type Machine, pauses, type State } from './machines.ts';

const START = '2026-11-23T15:33:00.123Z';
const STATES = { context: { Execution: { StartTime: START } } };

/** A state as a run enters it. */
interface Moment {
  readonly name: string;
  /** Seconds since the run's start. */
  readonly elapsed: number;
  /** How often the write was throttled. */
  readonly throttles: number;
  readonly isSettled: boolean;
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

test.each(OPERATIONS)('are enough for each way of a %s', async (operation) => {
  const { way, seconds } = await slowestWay(expressMachine(operation));
  expect(seconds, way.join(', ')).toBeLessThan(EXPRESS_SECONDS);
});

test('would not be, if a throttled write were waited for however late it is', async () => {
  const patient = JSON.stringify(expressMachine('create')).replaceAll(
    `> ${EXPRESS_PATIENCE_SECONDS * 1000} ?`,
    `> ${EXPRESS_SECONDS * 1000} ?`,
  );
  const { way, seconds } = await slowestWay(JSON.parse(patient));
  expect(seconds).toBeGreaterThan(EXPRESS_SECONDS);
  expect(way.at(-1)).toMatch(/^HandOver /);
});

type ExpressMachine = Machine & Definition;

function expressMachine(operation: Operation): ExpressMachine {
  return expressDefinition(operation, MACHINES[operation] as ExpressMachine) as ExpressMachine;
}

/** The way to an end that takes longest. */
async function slowestWay(
  machine: ExpressMachine,
  moment: Moment = { name: machine.StartAt, elapsed: 0, throttles: 0, isSettled: false },
): Promise<{ way: string[]; seconds: number }> {
  const state = machine.States[moment.name] as State;
  const elapsed = moment.elapsed + (await secondsOf(state, moment));
  let slowest = { way: [] as string[], seconds: elapsed };
  for (const next of await waysOf(state, moment)) {
    const found = await slowestWay(machine, { ...next, elapsed });
    if (found.seconds > slowest.seconds) slowest = found;
  }
  return { way: [`${moment.name} at ${moment.elapsed}`, ...slowest.way], seconds: slowest.seconds };
}

/** The longest that a state may take. */
async function secondsOf(state: State, moment: Moment): Promise<number> {
  switch (state.Type) {
    case 'Task': {
      const { MaxAttempts = 3, ...last } = state.Retry?.at(-1) ?? { ErrorEquals: [], MaxAttempts: 0 };
      const waited = pauses({ ...last, MaxAttempts });
      const each = Number(state.TimeoutSeconds);
      return each * (1 + MaxAttempts) + waited.reduce((sum, pause) => sum + pause, 0);
    }
    case 'Map':
      return secondsOf(state.ItemProcessor?.States.PutObject as State, moment);
    case 'Wait': {
      const variables = { throttles: moment.throttles, secondsToSettle: SETTLE_SECONDS.answered };
      return Number(await evaluate(String(state.Seconds).replace('$random()', '0.999999'), {}, variables));
    }
    default:
      return 0;
  }
}

/** What a run comes to with puts that have settled: a write looks for that first. */
const SETTLED = ['LetRequestsExpire', 'ReplaceItem', 'PauseAfterThrottling'];

/** Where a run may go from a state. */
async function waysOf(state: State, moment: Moment): Promise<Moment[]> {
  const { Next, Default, Choices = [], Catch = [] } = state;
  const mayPause = await mayWaitMore(state, moment);
  return [Next, Default, ...[...Choices, ...Catch].map((way) => way.Next)]
    .filter((name) => name !== undefined)
    .filter((name) => name !== 'SettlesHere?' || !moment.isSettled)
    .filter((name) => name !== 'PauseAfterThrottling' || mayPause)
    .map((name) => ({
      ...moment,
      name,
      isSettled: moment.isSettled || SETTLED.includes(name),
      throttles: moment.throttles + (name === 'PauseAfterThrottling' ? 1 : 0),
    }));
}

/** Whether a write that is throttled now is made again after a pause; else its function takes it for in doubt. */
async function mayWaitMore({ Arguments }: State, { elapsed, throttles }: Moment): Promise<boolean> {
  vi.setSystemTime(Date.parse(START) + elapsed * 1000);
  return Number(await evaluate(Arguments?.Payload?.throttles, STATES, { throttles })) < MAX_THROTTLES;
}
