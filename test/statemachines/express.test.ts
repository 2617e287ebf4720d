// The Express lane's definitions, as they are made from those of the Standard one.

import aslValidator from 'asl-validator';
import { describe, expect, test } from 'vitest';
import { MAX_EXECUTION_NAME_LENGTH } from '../../core/errors/limits.ts';
import { continuedName, expressId, expressRunName, formatRun, OPERATIONS } from '../../core/keys/run.ts';
import { type Definition, expressDefinition } from '../../core/saga/express.ts';
import {
  EXPRESS_PATIENCE_SECONDS,
  EXPRESS_THROTTLES,
  MAX_THROTTLES,
  SETTLE_SECONDS,
} from '../../core/saga/waits.ts';
import { evaluate, MACHINES, type Machine, type State } from './machines.ts';

const ID = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const run = formatRun({
  operation: 'create',
  name: expressRunName({ id: ID, nonce: '0123456789ab' }),
  startTime: '2026-11-23T15:33:00.123Z',
});

/** No RedriveCount, as recorded of synchronous executions. */
const states = {
  context: {
    Execution: { Name: `create-${ID}`, StartTime: '2026-11-23T15:33:00.123Z', Input: { key: { id: '1' } } },
    State: { RetryCount: 0 },
  },
};

const WRITES = ['WriteItem', 'ReplaceItem', 'DeleteItem'];

describe.each(OPERATIONS)('%s', (operation) => {
  const standard = MACHINES[operation] as Machine & Definition;
  const before = JSON.stringify(standard);
  const machine = expressDefinition(operation, standard) as Machine & Definition;
  const all = Object.entries(machine.States as Readonly<Record<string, State>>);

  test('is valid Amazon States Language, and leaves the Standard one as it is', () => {
    const { isValid, errorsText } = aslValidator(structuredClone(machine), { checkArn: false });
    expect(isValid, errorsText('\n')).toBe(true);
    expect(JSON.stringify(standard)).toBe(before);
  });

  test('has one plan, and nothing of what goes on with a run', () => {
    const names = all.map(([name]) => name);
    expect(names).not.toContain('PauseBeforeReplan');
    const standardOnly = ['GoOnAt?', 'InDoubt?', 'ResumeExpressRun', 'LetExpressRunEnd', 'SettleRun'];
    expect(names.filter((name) => [...standardOnly, 'OutcomeUnknown'].includes(name))).toEqual([]);
    expect(all.filter(([, { Next, Default }]) => Next === 'Plan' || Default === 'Plan')).toEqual([]);
  });

  test('hands over what its write and its compensation meet beside definite answers', () => {
    for (const name of [...WRITES, 'DeleteCreatedObjects']) {
      const state = machine.States[name] as State | undefined;
      if (state === undefined) continue;
      expect(state.Catch?.at(-1)).toEqual({
        ErrorEquals: ['States.ALL'],
        Assign: { at: name },
        Next: 'HandOver',
      });
    }
    for (const name of WRITES) {
      expect(
        (machine.States[name] as State | undefined)?.Retry?.every(({ MaxAttempts }) => MaxAttempts === 0),
      ).not.toBe(false);
    }
  });

  test('waits for a throttled write a few times only', async () => {
    const write = all.find(([name]) => name === 'WriteItem' || name === 'DeleteItem')?.[1];
    const throttles = write?.Arguments?.Payload.throttles;
    const started = (at: number) => ({ context: { Execution: { StartTime: new Date(at).toISOString() } } });
    const now = started(Date.now());
    expect(await evaluate(throttles, now, { throttles: EXPRESS_THROTTLES - 1 })).toBe(MAX_THROTTLES - 1);
    expect(await evaluate(throttles, now, { throttles: EXPRESS_THROTTLES })).toBe(MAX_THROTTLES);
    const long = started(Date.now() - EXPRESS_PATIENCE_SECONDS * 1000 - 1);
    expect(await evaluate(throttles, long, { throttles: 0 })).toBe(MAX_THROTTLES);
  });

  test('ends with a conflict as with a reason of its own', () => {
    const write = all.find(([name]) => name === 'WriteItem' || name === 'DeleteItem')?.[1];
    const conflict = write?.Catch?.find(({ ErrorEquals }) => ErrorEquals.includes('WriteConflict'));
    const { name, cause } = (conflict?.Assign?.failure ?? {}) as { name: string; cause: string };
    expect(name).toBe('Conflict');
    expect(JSON.parse(cause)).toMatchObject({ plans: 1 });
    expect(conflict?.Next).toBe(operation === 'delete' ? 'Rejected' : 'DeleteCreatedObjects');
  });

  test('starts the Standard machine under the name that the run tells, with all that it knows', async () => {
    const handOver = machine.States.HandOver as unknown as { Arguments: { Name: string; Input: string } };
    const plan = { run, puts: [] };
    const known = { plan, at: 'WriteItem' };
    expect(await evaluate(handOver.Arguments.Name, states, known)).toBe(continuedName(ID));
    expect(await evaluate(handOver.Arguments.Input, states, known)).toEqual({
      key: { id: '1' },
      continues: {
        at: 'WriteItem',
        plan,
        writeStartedAt: expect.any(String),
        plannedAt: expect.any(String),
        puts: [],
        secondsToSettle: 0,
        failure: null,
      },
    });
    const puts = [{ attribute: 'a', put: true, inDoubt: true }];
    const later = {
      ...known,
      puts,
      secondsToSettle: 90,
      failure: { name: 'n', cause: '{}' },
      writeStartedAt: 't',
    };
    expect(await evaluate(handOver.Arguments.Input, states, later)).toMatchObject({
      continues: { puts, secondsToSettle: 90, failure: { name: 'n', cause: '{}' }, writeStartedAt: 't' },
    });
    const { Error: error, Cause } = machine.States.HandedOver as unknown as { Error: string; Cause: string };
    expect(error).toBe('Continued');
    const cause = JSON.parse((await evaluate(Cause, states, known)) as string) as object;
    expect(cause).toEqual({
      message: expect.any(String),
      executionArn: expect.stringMatching(`:${continuedName(ID)}$`),
      run,
    });
  });
});

describe.each(['create', 'update'] as const)('puts of %s', (operation) => {
  const machine = expressDefinition(operation, MACHINES[operation] as Machine & Definition);
  const settles = machine.States['SettlesHere?'] as unknown as State;

  test.each([
    [
      'that S3 has answered are waited for here',
      SETTLE_SECONDS.answered,
      [{ put: true }],
      true,
      'LetRequestsExpire',
    ],
    [
      'that one was lost of are made again elsewhere',
      SETTLE_SECONDS.inline,
      [{ put: false }],
      false,
      'PutObjects',
    ],
    [
      'that took long are waited for elsewhere',
      SETTLE_SECONDS.copy,
      [{ put: true }],
      false,
      'LetRequestsExpire',
    ],
  ])('%s', async (_, secondsToSettle, puts, isHere, at) => {
    const variables = { secondsToSettle, puts };
    expect(await evaluate(settles.Choices?.[0]?.Condition, states, variables)).toBe(isHere);
    expect(await evaluate(settles.Assign, states, variables)).toEqual({ at });
    expect(settles.Default).toBe('HandOver');
  });

  test('are never told to be compensated while one may land', () => {
    const way = machine.States.WriteItem?.Catch?.find(({ ErrorEquals }) =>
      ErrorEquals.includes('PutsUnsettled'),
    );
    expect(way?.Next).toBe('SettlesHere?');
    expect(machine.States['AnythingPut?']?.Choices?.map(({ Next }) => Next)).toEqual([
      'SettlesHere?',
      'DeleteCreatedObjects',
    ]);
  });

  test('of a run that no redrive is told of are in doubt by their retries alone', async () => {
    const puts = machine.States.PutObjects as unknown as State;
    const result = [{ put: true, inDoubt: true }];
    const plannedAt = new Date().toISOString();
    expect(
      await evaluate(puts.Assign, { ...states, result }, { redrivesAtPlan: 0, plannedAt }),
    ).toMatchObject({
      secondsToSettle: SETTLE_SECONDS.answered,
      redrivesBefore: 0,
    });
  });
});

test.each([
  [`create-42-${ID}`, ID],
  [ID, ID],
  ['7a3c1c5e-0b5f-4f53-9f0e-0c2d5a1f2b3c', '7a3c1c5e-0b5f-4f53-9f0e-0c2d5a1f2b3c'],
  ['order-17', undefined],
  [`${ID}-replay-1`, undefined],
  [`${'a'.repeat(MAX_EXECUTION_NAME_LENGTH)}-${ID}`, undefined],
  [`create-${ID.toLowerCase()}`, undefined],
])('an execution named %s has the id %s', (name, id) => {
  expect(expressId(name)).toBe(id);
});
