import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import aslValidator from 'asl-validator';
import { describe, expect, test } from 'vitest';
import {
  type BRANCH_ERRORS,
  LANE_ERRORS,
  PLAN_ERRORS,
  PUT_ERRORS,
  PUT_PROGRESS,
  PUT_UNAVAILABLE,
  type SagaErrorName,
  WRITE_ERRORS,
} from '../../core/errors/errors.ts';
import { OPERATIONS } from '../../core/keys/run.ts';
import { FUNCTION_TIMEOUT_SECONDS } from '../../core/saga/waits.ts';
import { allStates, MACHINES, type State, stateOf, writeTask } from './machines.ts';

/** Of an execution that goes on with an Express run, or settles it. */
const OF_EXPRESS = ['ResumeExpressRun', 'LetExpressRunEnd', 'SettleRun'];

const STATES = {
  create: ['Plan', 'AnythingPut?', 'PutObjects', 'PutObject', 'PutFailed', 'WriteItem']
    .concat(['PauseBeforeReplan', 'LetRequestsExpire', 'DeleteCreatedObjects', 'RolledBack'])
    .concat(['EndUnfinishedUploads', 'DeleteUnwrittenObjects', 'PauseAfterThrottling'])
    .concat(['ReplaceItem', 'DeleteReplacedObjects', 'CleanupDeferred', 'Rejected', 'OutcomeUnknown'])
    .concat(['GoOnAt?', ...OF_EXPRESS]),
  update: ['Plan', 'AnythingPut?', 'PutObjects', 'PutObject', 'PutFailed', 'WriteItem']
    .concat(['PauseBeforeReplan', 'DeleteReplacedObjects', 'CleanupDeferred', 'LetRequestsExpire'])
    .concat(['EndUnfinishedUploads', 'DeleteUnwrittenObjects', 'PauseAfterThrottling'])
    .concat(['DeleteCreatedObjects', 'RolledBack', 'Rejected', 'OutcomeUnknown'])
    .concat(['GoOnAt?', ...OF_EXPRESS]),
  delete: [
    'Plan',
    'DeleteItem',
    'PauseAfterThrottling',
    'PauseBeforeReplan',
    'DeleteReplacedObjects',
    'CleanupDeferred',
  ].concat(['AlreadyGone', 'Rejected', 'OutcomeUnknown', 'InDoubt?', ...OF_EXPRESS]),
};

/** Of Step Functions' own errors: the same input, result and expressions fail again. */
const SAME_EACH_TIME = ['States.DataLimitExceeded', 'States.QueryEvaluationError'];

/** What the write says in the place of a choice, in the order in which it says it. */
const BRANCHES = {
  create: ['PutsUnsettled', 'PutFailed', 'ObjectsToReplace'],
  update: ['PutsUnsettled', 'PutFailed'],
  delete: ['NoItem'],
} as const satisfies Record<string, readonly (typeof BRANCH_ERRORS)[number][]>;

function names(state: State, field: 'Retry' | 'Catch'): string[] {
  return (state[field] ?? []).flatMap(({ ErrorEquals }) => ErrorEquals);
}

const HAPPY = {
  create: ['Plan', 'PutObjects', 'WriteItem'],
  update: ['Plan', 'PutObjects', 'WriteItem', 'DeleteReplacedObjects'],
  delete: ['Plan', 'DeleteItem', 'DeleteReplacedObjects'],
};
/** Of the states on it that are no tasks. */
const TYPES: Readonly<Record<string, string>> = { PutObjects: 'Map' };

/** The states from the first to the end, where nothing fails. */
function happyPath(operation: (typeof OPERATIONS)[number]): readonly string[] {
  const way: string[] = [];
  for (let name: string | undefined = 'Plan'; name !== undefined; name = stateOf(operation, name).Next) {
    way.push(name);
  }
  return way;
}

function sagaErrorsAtOnce(state: State): string[] {
  const [first] = state.Retry ?? [];
  expect(first?.MaxAttempts).toBe(0);
  return (first?.ErrorEquals ?? []).filter((name) => !name.startsWith('States.')).sort();
}

describe.each(OPERATIONS)('%s', (operation) => {
  const machine = MACHINES[operation];
  const states = allStates(machine);
  const tasks = states.filter(([, { Type }]) => Type === 'Task');

  test('is valid Amazon States Language', () => {
    const file = join(import.meta.dirname, '..', '..', 'statemachines', `${operation}.asl.json`);
    const { isValid, errorsText } = aslValidator(JSON.parse(readFileSync(file, 'utf8')), { checkArn: false });
    expect(isValid, errorsText('\n')).toBe(true);
  });

  test('speaks JSONata, and has no time-out of its own, which could not be caught', () => {
    expect(machine.QueryLanguage).toBe('JSONata');
    expect(machine).not.toHaveProperty('TimeoutSeconds');
  });

  test('has the states of the design, each with a comment', () => {
    expect(states.map(([name]) => name).sort()).toEqual([...STATES[operation]].sort());
    expect(states.filter(([, { Comment }]) => (Comment ?? '').length < 15)).toEqual([]);
  });

  test('catches everything by two entries, data limits before the rest', () => {
    const all = tasks.filter(([, state]) => names(state, 'Catch').includes('States.ALL'));
    expect(all.length).toBeGreaterThan(0);
    for (const [, { Catch = [] }] of all) {
      expect(Catch.slice(-2).map(({ ErrorEquals }) => ErrorEquals)).toEqual([
        ['States.DataLimitExceeded'],
        ['States.ALL'],
      ]);
    }
  });

  test('retries neither what comes out the same each time nor a reason of its own', () => {
    for (const [name, { Retry = [] }] of tasks) {
      expect(Retry[0], name).toMatchObject({ MaxAttempts: 0 });
      expect(Retry[0]?.ErrorEquals.slice(-2), name).toEqual(SAME_EACH_TIME);
      expect(Retry.at(-1)?.ErrorEquals, name).toEqual(['States.ALL']);
    }
  });

  test('stops planning for every reason that planning has, and for no other', () => {
    const plan = stateOf(operation, 'Plan');
    expect(sagaErrorsAtOnce(plan)).toEqual([...PLAN_ERRORS, ...LANE_ERRORS].sort());
    expect(plan.Catch?.[0]?.ErrorEquals).toEqual([...PLAN_ERRORS]);
  });

  test('asks again what goes on with an Express run and cannot plan that, and fails uncaught', () => {
    const plan = stateOf(operation, 'Plan');
    const again = stateOf(operation, 'ResumeExpressRun');
    expect(sagaErrorsAtOnce(again)).toEqual(['InvalidInput', ...LANE_ERRORS].sort());
    expect(again.Catch?.flatMap(({ ErrorEquals }) => ErrorEquals)).toEqual([...LANE_ERRORS]);
    expect(plan.Catch).toEqual(expect.arrayContaining([...(again.Catch ?? [])]));
    expect(again.Arguments).toEqual({
      ...plan.Arguments,
      Payload: {
        ...plan.Arguments?.Payload,
        input: '{% $states.context.Execution.Input %}',
        previous: null,
      },
    });
  });

  test('knows every answer to the write: all but doubt go on in a state of their own', () => {
    const write = writeTask(operation);
    const others: Readonly<Record<typeof operation, readonly SagaErrorName[]>> = {
      create: ['ConditionFailed'],
      update: [],
      delete: ['ConditionFailed', 'NotWritten'],
    };
    const answers = WRITE_ERRORS.filter((name) => !['WriteInDoubt', ...others[operation]].includes(name));
    const caught = [...BRANCHES[operation], ...answers];
    expect(sagaErrorsAtOnce(write)).toEqual([...caught].sort());
    expect(names(write, 'Catch').sort()).toEqual([...caught, 'States.DataLimitExceeded'].sort());
    expect(write.Retry?.map(({ ErrorEquals }) => ErrorEquals).slice(1)).toEqual([
      ['WriteInDoubt', 'Lambda.TooManyRequestsException'],
      ['States.ALL'],
    ]);
  });

  test('lets a write in doubt fail at its task, so that a redrive goes on from it', () => {
    expect(names(writeTask(operation), 'Catch')).not.toContain('States.ALL');
  });

  test('V9: writes again after throttling as for the first time, since nothing is in doubt', () => {
    const name = operation === 'delete' ? 'DeleteItem' : 'WriteItem';
    const throttled = writeTask(operation).Catch?.find(
      ({ ErrorEquals }) => ErrorEquals[0] === 'WriteThrottled',
    );
    expect(throttled).toMatchObject({ Next: 'PauseAfterThrottling' });
    expect(stateOf(operation, 'PauseAfterThrottling')).toMatchObject({ Type: 'Wait', Next: name });
  });

  test('goes through no state that only passes on when all is well', () => {
    const way = happyPath(operation);
    expect(way.map((name) => stateOf(operation, name).Type)).toEqual(
      way.map((name) => TYPES[name] ?? 'Task'),
    );
    expect(way).toEqual(HAPPY[operation]);
  });
});

describe.each(['create', 'update'] as const)('before it writes, %s', (operation) => {
  const write = writeTask(operation);
  const caught = (error: string) => write.Catch?.find(({ ErrorEquals }) => ErrorEquals.includes(error))?.Next;

  test('lets puts settle, ends their uploads, and asks again', () => {
    expect(caught('PutsUnsettled')).toBe('LetRequestsExpire');
    expect(stateOf(operation, 'LetRequestsExpire')).toMatchObject({
      Seconds: '{% $secondsToSettle %}',
      Assign: { secondsToSettle: 0 },
      Next: 'EndUnfinishedUploads',
    });
    const uploads = stateOf(operation, 'EndUnfinishedUploads');
    expect([uploads.Next, ...(uploads.Catch ?? []).map(({ Next }) => Next)]).toEqual(
      Array(3).fill('WriteItem'),
    );
  });

  test('undoes its puts when one has failed', () => {
    expect(caught('PutFailed')).toBe('DeleteCreatedObjects');
  });

  test('undoes them when the write is too large, but only once they have settled', () => {
    expect(caught('States.DataLimitExceeded')).toBe('AnythingPut?');
    expect(stateOf(operation, 'AnythingPut?').Choices?.map(({ Next }) => Next)).toEqual([
      'LetRequestsExpire',
      'DeleteCreatedObjects',
      'ResumeExpressRun',
    ]);
  });

  test('begins the write anew wherever it comes from its puts', () => {
    const { writeStartedAt, redrivesBefore } = stateOf(operation, 'PutObjects').Assign ?? {};
    const uploads = stateOf(operation, 'EndUnfinishedUploads');
    for (const { Assign } of [stateOf(operation, 'PutObjects'), uploads, ...(uploads.Catch ?? [])]) {
      expect(Assign).toMatchObject({ writeStartedAt: '{% $now() %}', redrivesBefore });
    }
    expect(writeStartedAt).toBe('{% $now() %}');
  });
});

describe.each(['create', 'update'] as const)('putting objects in %s', (operation) => {
  test('gives up for every reason that putting has, and reports every failure as a value', () => {
    const put = stateOf(operation, 'PutObject');
    expect(sagaErrorsAtOnce(put)).toEqual([...PUT_ERRORS].sort());
    expect(put.Catch?.map(({ Next }) => Next)).toEqual(['PutFailed', 'PutFailed', 'PutFailed']);
    expect(put.Catch?.[0]?.ErrorEquals).toEqual([...PUT_ERRORS]);
  });

  test('lets a large copy go on for a day, and tries it again with what it has', () => {
    const [, progress, ended, others] = stateOf(operation, 'PutObject').Retry ?? [];
    expect(progress?.ErrorEquals).toEqual([PUT_PROGRESS]);
    expect(ended?.ErrorEquals).toEqual([PUT_UNAVAILABLE, 'Lambda.TooManyRequestsException']);
    expect(others?.ErrorEquals).toEqual(['States.ALL']);
    const seconds = (progress?.MaxAttempts ?? 0) * FUNCTION_TIMEOUT_SECONDS['put-object'];
    expect(seconds).toBeGreaterThan(24 * 60 * 60);
  });

  test('is the same in both machines', () => {
    expect(stateOf(operation, 'PutObjects')).toEqual(stateOf('create', 'PutObjects'));
  });

  test.each([
    ['DeleteCreatedObjects', 'RolledBack'],
    ['DeleteUnwrittenObjects', 'PauseBeforeReplan'],
  ])('undoes by a task that fails uncaught, so that a redrive goes on from it: %s', (name, next) => {
    const undo = stateOf(operation, name);
    expect(names(undo, 'Catch')).toEqual(['StillReferenced']);
    expect(undo).toMatchObject({ Next: next, Catch: [{ Next: 'OutcomeUnknown' }] });
  });
});

test('the write of a put is that of a create, but for the ways that are taken before it', () => {
  const { Arguments, Retry = [], Catch = [], Comment, Output, End, ...create } = writeTask('create');
  const { puts, ...payload } = (Arguments?.Payload ?? {}) as Record<string, unknown>;
  const isNoWay = (name: string) => !(BRANCHES.create as readonly string[]).includes(name);
  const [atOnce, ...others] = Retry;
  expect(puts).toBeDefined();
  expect(stateOf('create', 'ReplaceItem')).toEqual({
    ...create,
    Comment: expect.any(String),
    Arguments: { ...Arguments, Payload: payload },
    Retry: [{ ...atOnce, ErrorEquals: atOnce?.ErrorEquals.filter(isNoWay) }, ...others],
    Catch: Catch.filter(({ ErrorEquals }) => ErrorEquals.every(isNoWay)),
    Output: {},
    Next: 'DeleteReplacedObjects',
  });
  expect(Catch.find(({ ErrorEquals }) => ErrorEquals.includes('ObjectsToReplace'))?.Next).toBe('ReplaceItem');
});

test.each(OPERATIONS)('a clean-up that fails after a %s defers, never fails the run', (operation) => {
  const cleanUp = stateOf(operation, 'DeleteReplacedObjects');
  expect(cleanUp.Catch?.map(({ Next }) => Next)).toEqual(['CleanupDeferred', 'CleanupDeferred']);
});
