// The five minutes of an Express run: whichever way it takes, with each state as slow and as often as it may be, it has said by
// then what became of it, or has handed over.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EXPRESS_SECONDS } from '../../core/errors/limits.ts';
import { OPERATIONS, type Operation } from '../../core/keys/run.ts';
import { type Definition, expressDefinition } from '../../core/saga/express.ts';
import { EXPRESS_THROTTLES, SETTLE_SECONDS } from '../../core/saga/waits.ts';
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

test('would not be, if tasks were given as long as when nothing has passed', async () => {
  const machine = expressMachine('create');
  vi.setSystemTime(Date.parse(START));
  const states = Object.entries(machine.States).map(async ([name, state]) => {
    const TimeoutSeconds = Number(await evaluate(state.TimeoutSeconds ?? 0, STATES));
    return [name, { ...state, TimeoutSeconds }] as const;
  });
  const { way, seconds } = await slowestWay({
    ...machine,
    States: Object.fromEntries(await Promise.all(states)),
  });
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
  for (const next of waysOf(state, moment)) {
    const found = await slowestWay(machine, { ...next, elapsed });
    if (found.seconds > slowest.seconds) slowest = found;
  }
  return { way: [`${moment.name} at ${moment.elapsed}`, ...slowest.way], seconds: slowest.seconds };
}

/** The longest that a state may take. */
async function secondsOf(state: State, { elapsed, throttles }: Moment): Promise<number> {
  vi.setSystemTime(Date.parse(START) + elapsed * 1000);
  switch (state.Type) {
    case 'Task': {
      const limit = Number(await evaluate(state.TimeoutSeconds, STATES));
      const { MaxAttempts = 3, ...last } = state.Retry?.at(-1) ?? { ErrorEquals: [], MaxAttempts: 0 };
      const waited = pauses({ ...last, MaxAttempts });
      return limit * (1 + MaxAttempts) + waited.reduce((sum, each) => sum + each, 0);
    }
    case 'Map':
      return secondsOf(state.ItemProcessor?.States.PutObject as State, { elapsed, throttles } as Moment);
    case 'Wait': {
      const variables = { throttles, secondsToSettle: SETTLE_SECONDS.answered };
      const longest = String(state.Seconds).replace('$random()', '0.999999');
      return Number(await evaluate(longest, STATES, variables));
    }
    default:
      return 0;
  }
}

/** What a run comes to with puts that have settled: a write looks for that first. */
const SETTLED = ['LetRequestsExpire', 'ReplaceItem', 'PauseAfterThrottling'];

/** Where a run may go from a state. A write that is throttled too often is in doubt. */
function waysOf({ Next, Default, Choices = [], Catch = [] }: State, moment: Moment): Moment[] {
  const throttles = moment.throttles + 1;
  return [Next, Default, ...[...Choices, ...Catch].map((way) => way.Next)]
    .filter((name) => name !== undefined)
    .filter((name) => name !== 'SettlesHere?' || !moment.isSettled)
    .filter((name) => name !== 'PauseAfterThrottling' || throttles < EXPRESS_THROTTLES)
    .map((name) => ({
      ...moment,
      name,
      isSettled: moment.isSettled || SETTLED.includes(name),
      throttles: name === 'PauseAfterThrottling' ? throttles : moment.throttles,
    }));
}
