import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import aslValidator from 'asl-validator';
import { describe, expect, test } from 'vitest';
import {
  PLAN_ERRORS,
  PUT_ERRORS,
  PUT_PROGRESS,
  type SagaErrorName,
  WRITE_ERRORS,
} from '../../core/errors/errors.ts';
import { REQUEST_LIFETIME_SECONDS, TOKEN_LIFETIME_SECONDS } from '../../core/errors/limits.ts';
import { OPERATIONS } from '../../core/keys/run.ts';
import { PAUSES_AFTER_REDRIVE } from '../../core/saga/outcome.ts';
import { FUNCTION_TIMEOUT_SECONDS } from '../../lib/tasks.ts';
import { allStates, MACHINES, pauses, type State, stateOf, writeTask } from './machines.ts';

/** What Lambda gives a function's start (Developer Guide, "Lambda execution environment"). */
const INIT_SECONDS = 10;

const FUNCTIONS = {
  PlanFunction: 'plan',
  PutObjectFunction: 'put-object',
  WriteItemFunction: 'write-item',
  DeleteObjectsFunction: 'delete-objects',
} as const;

const STATES = {
  create: ['Plan', 'AnythingPut?', 'PutObjects', 'PutObject', 'PutFailed', 'AllObjectsPut?', 'WriteItem']
    .concat(['PauseBeforeReplan', 'Created', 'LetRequestsExpire', 'DeleteCreatedObjects', 'RolledBack'])
    .concat(['Rejected', 'OutcomeUnknown']),
  update: ['Plan', 'AnythingPut?', 'PutObjects', 'PutObject', 'PutFailed', 'AllObjectsPut?', 'WriteItem']
    .concat(['PauseBeforeReplan', 'DeleteReplacedObjects', 'CleanupDeferred', 'Updated', 'LetRequestsExpire'])
    .concat(['DeleteCreatedObjects', 'RolledBack', 'Rejected', 'OutcomeUnknown']),
  delete: [
    'Plan',
    'ItemFound?',
    'DeleteItem',
    'PauseBeforeReplan',
    'DeleteReplacedObjects',
    'CleanupDeferred',
  ].concat(['Deleted', 'Rejected', 'OutcomeUnknown']),
};

function names(state: State, field: 'Retry' | 'Catch'): string[] {
  return (state[field] ?? []).flatMap(({ ErrorEquals }) => ErrorEquals);
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

  test('gives each task a time-out that is longer than its function runs', () => {
    for (const [name, { TimeoutSeconds = 0, Arguments }] of tasks) {
      const [, variable] = /^\$\{(.+)\}$/.exec(Arguments?.FunctionName ?? '') ?? [];
      const task = FUNCTIONS[variable as keyof typeof FUNCTIONS];
      expect(TimeoutSeconds, name).toBeGreaterThan(FUNCTION_TIMEOUT_SECONDS[task]);
    }
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

  test('retries neither a data limit nor a reason of its own', () => {
    for (const [name, { Retry = [] }] of tasks) {
      expect(Retry[0], name).toMatchObject({ MaxAttempts: 0 });
      expect(Retry[0]?.ErrorEquals, name).toContain('States.DataLimitExceeded');
      expect(Retry.at(-1)?.ErrorEquals, name).toEqual(['States.ALL']);
    }
  });

  test('stops planning for every reason that planning has, and for no other', () => {
    const plan = stateOf(operation, 'Plan');
    expect(sagaErrorsAtOnce(plan)).toEqual([...PLAN_ERRORS].sort());
    expect(plan.Catch?.[0]?.ErrorEquals).toEqual([...PLAN_ERRORS]);
  });

  test('knows every answer to the write: definite ones end it, the others are tried again', () => {
    const write = writeTask(operation);
    const conditional: SagaErrorName[] = operation === 'update' ? [] : ['ConditionFailed'];
    const definite = WRITE_ERRORS.filter(
      (name) => !['WriteThrottled', 'WriteInDoubt', ...conditional].includes(name),
    );
    expect(sagaErrorsAtOnce(write)).toEqual([...definite].sort());
    expect(names(write, 'Catch').sort()).toEqual([...definite, 'States.DataLimitExceeded'].sort());
    expect(write.Retry?.map(({ ErrorEquals }) => ErrorEquals).slice(1)).toEqual([
      ['WriteThrottled'],
      ['States.ALL'],
    ]);
  });

  test('lets a write in doubt fail at its task, after pauses that each outlive a request', () => {
    const inDoubt = pauses(writeTask(operation).Retry?.at(-1) ?? { ErrorEquals: [] });
    expect(Math.min(...inDoubt)).toBeGreaterThanOrEqual(REQUEST_LIFETIME_SECONDS);
    const { TimeoutSeconds = 0 } = writeTask(operation);
    const spent = inDoubt.reduce((sum, pause) => sum + pause, 0) + inDoubt.length * TimeoutSeconds;
    expect(spent).toBeLessThan(TOKEN_LIFETIME_SECONDS);
    expect(names(writeTask(operation), 'Catch')).not.toContain('States.ALL');
  });

  test('waits out the function of a stopped run and its request before the first attempt after a redrive', () => {
    const inDoubt = pauses(writeTask(operation).Retry?.at(-1) ?? { ErrorEquals: [] });
    const waited = inDoubt.slice(0, PAUSES_AFTER_REDRIVE).reduce((sum, pause) => sum + pause, 0);
    const functionLife = INIT_SECONDS + FUNCTION_TIMEOUT_SECONDS['write-item'];
    expect(waited).toBeGreaterThanOrEqual(functionLife + REQUEST_LIFETIME_SECONDS);
  });

  test('decides on its puts only when they have settled: before it writes, plans again or undoes', () => {
    if (operation === 'delete') return;
    expect(stateOf(operation, 'PutObjects').Next).toBe('AllObjectsPut?');
    expect(stateOf(operation, 'AllObjectsPut?').Choices?.[0]).toMatchObject({
      Condition: '{% $secondsToSettle > 0 %}',
      Next: 'LetRequestsExpire',
    });
    expect(stateOf(operation, 'LetRequestsExpire')).toMatchObject({
      Seconds: '{% $secondsToSettle %}',
      Next: 'AllObjectsPut?',
    });
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
    const [, progress, others] = stateOf(operation, 'PutObject').Retry ?? [];
    expect(progress?.ErrorEquals).toEqual([PUT_PROGRESS]);
    expect(others?.ErrorEquals).toEqual(['States.ALL']);
    const seconds = (progress?.MaxAttempts ?? 0) * FUNCTION_TIMEOUT_SECONDS['put-object'];
    expect(seconds).toBeGreaterThan(24 * 60 * 60);
  });

  test('is the same in both machines', () => {
    expect(stateOf(operation, 'PutObjects')).toEqual(stateOf('create', 'PutObjects'));
  });

  test('undoes by a task that fails uncaught, so that a redrive goes on from it', () => {
    const undo = stateOf(operation, 'DeleteCreatedObjects');
    expect(names(undo, 'Catch')).toEqual(['StillReferenced']);
    expect(undo.Catch?.[0]?.Next).toBe('OutcomeUnknown');
  });
});

test.each(['update', 'delete'] as const)(
  'a clean-up that fails after a %s defers, never fails the run',
  (operation) => {
    const cleanUp = stateOf(operation, 'DeleteReplacedObjects');
    expect(cleanUp.Catch?.map(({ Next }) => Next)).toEqual(['CleanupDeferred', 'CleanupDeferred']);
  },
);
