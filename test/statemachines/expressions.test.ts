import { describe, expect, test } from 'vitest';
import { causeSchema, outputSchema } from '../../core/contract/output.ts';
import { MAX_PAYLOAD_BYTES } from '../../core/errors/limits.ts';
import type { Operation } from '../../core/keys/run.ts';
import { type BeforeWrite, branchBeforeWrite } from '../../core/saga/branch.ts';
import { SETTLE_SECONDS } from '../../core/saga/waits.ts';
import { allStates, evaluate, MACHINES, type State, stateOf, writeTask } from './machines.ts';

const input = {
  key: { id: '1' },
  set: { tags: ['one'], empty: [], nothing: null, n: 1 },
  largeAttributes: { p0: { text: 'a' }, p1: { text: 'b' }, 'odd name.$[0]': { text: 'c' } },
};

function states(extra: object = {}, { retries = 0, redrives = 0 } = {}) {
  return {
    context: {
      Execution: { Name: 'n', StartTime: '2026-11-23T15:33:00.123Z', Input: input, RedriveCount: redrives },
      State: { RetryCount: retries },
    },
    ...extra,
  };
}

function put(attribute: string) {
  return { attribute, key: `items/${attribute}`, sha256: 'a', size: 1 };
}

function plan(puts: readonly string[]) {
  return {
    number: 1,
    run: 'r',
    key: { id: { S: '1' } },
    expected: { kind: 'absent' },
    puts: puts.map(put),
    placed: puts,
    pointers: Object.fromEntries(puts.map((name) => [name, `s3://b/${name}`])),
    saga: { version: 1 },
    replaced: puts,
    created: puts,
  };
}

const succeeded = (attribute: string, inDoubt = false) => ({ attribute, put: true, inDoubt });
const failed = (attribute: string, inDoubt = false) => ({
  attribute,
  put: false,
  inDoubt,
  failure: { name: `Failed${attribute}`, cause: '{}' },
});

const settledPuts = { secondsToSettle: 0, puts: [] };

describe.each(Object.keys(MACHINES) as Operation[])('a plan that fails in %s', (operation) => {
  test.each([
    ['the first', 'n', {}, {}, 'Rejected'],
    ['the first of what goes on with an Express run', 'x-1', { continues: {} }, {}, 'ResumeExpressRun'],
    ['the first of what settles one', 'x-1', { settles: {} }, {}, 'ResumeExpressRun'],
    ['the first of what does neither under its name', 'x-1', {}, {}, 'Rejected'],
    ['the first of what says so under another name', 'n', { continues: {}, settles: {} }, {}, 'Rejected'],
    [
      'a later one of what goes on with an Express run',
      'x-1',
      { continues: {} },
      { plan: plan([]) },
      operation === 'delete' ? 'Rejected' : 'DeleteCreatedObjects',
    ],
  ])('leads on, %s', async (_, Name, given, variables, next) => {
    const { Choices = [], Default } = stateOf(
      operation,
      operation === 'delete' ? 'InDoubt?' : 'AnythingPut?',
    );
    const context = { Execution: { Name, Input: { ...input, ...given } } };
    const conditions = Choices.map(({ Condition }) => evaluate(Condition, { context }, variables));
    const taken = (await Promise.all(conditions)).indexOf(true);
    expect(taken < 0 ? Default : Choices[taken]?.Next).toBe(next);
  });
});

describe.each(['create', 'update'] as const)('%s', (operation) => {
  const counts = [[], ['p0'], ['p0', 'p1']] as const;

  test.each(counts.map((puts) => [puts.length, puts] as const))(
    'keeps arrays of %i as arrays',
    async (_, puts) => {
      const variables = { plan: plan(puts), redrivesAtPlan: 0 };
      expect(await evaluate(stateOf(operation, 'PutObjects').Items, states(), variables)).toEqual(
        puts.map(put),
      );
      expect(
        await evaluate(stateOf(operation, 'Plan').Arguments?.Payload, states(), variables),
      ).toMatchObject({
        previous: { number: 1, placed: puts },
      });
      const undo = stateOf(operation, 'DeleteCreatedObjects').Arguments?.Payload;
      expect(await evaluate(undo, states(), variables)).toMatchObject({ objectKeys: puts });
      const write = await evaluate(writeTask(operation).Arguments?.Payload, states(), {
        ...variables,
        ...settledPuts,
        writeStartedAt: 't',
        redrivesBefore: 0,
        throttles: 0,
      });
      expect(write).toMatchObject({ plan: plan(puts), retries: 0, redriven: false });
    },
  );

  test('plans for the first time without a previous plan', async () => {
    expect(await evaluate(stateOf(operation, 'Plan').Arguments?.Payload, states())).toMatchObject({
      operation,
      input,
      previous: null,
    });
  });

  test.each([
    ['no put', [], false, false],
    ['one that succeeded', [succeeded('p0')], false, false],
    ['one in doubt', [succeeded('p0', true)], false, true],
    ['one that failed', [failed('p0')], true, false],
    ['two that succeeded', [succeeded('p0'), succeeded('p1')], false, false],
    ['the second failed, in doubt', [succeeded('p0'), failed('p1', true)], true, true],
    ['both failed', [failed('p0'), failed('p1')], true, false],
  ])('decides on the puts: %s', async (_, results, anyFailed, inDoubt) => {
    const map = stateOf(operation, 'PutObjects');
    const atPlan = { redrivesAtPlan: 0, plannedAt: new Date().toISOString() };
    const assigned = await evaluate(map.Assign, states({ result: results }, { redrives: 2 }), {
      ...atPlan,
      redrivesAtPlan: 2,
    });
    const secondsToSettle = inDoubt ? SETTLE_SECONDS.answered : 0;
    expect(assigned).toMatchObject({ puts: results, secondsToSettle, redrivesBefore: 2 });
    const variables = { ...(assigned as object), plan: plan([]), throttles: 0 };

    const write = writeTask(operation);
    const payload = await evaluate(write.Arguments?.Payload, states({}, { redrives: 2 }), variables);
    expect(payload).toMatchObject({ puts: { secondsToSettle, anyFailed }, redriven: false });
    const branch = branchBeforeWrite(payload as BeforeWrite)?.name;
    expect(branch).toBe(inDoubt ? 'PutsUnsettled' : anyFailed ? 'PutFailed' : undefined);
    if (anyFailed) {
      const caught = write.Catch?.find(({ ErrorEquals }) => ErrorEquals.includes('PutFailed'));
      const first = results.find((result) => !result.put) as ReturnType<typeof failed>;
      expect(await evaluate(caught?.Assign, states(), variables)).toEqual({ failure: first.failure });
    }
    const wait = stateOf(operation, 'LetRequestsExpire');
    expect(await evaluate(wait.Seconds, states(), variables)).toBe(secondsToSettle);
    const [stillUnsettled] = stateOf(operation, 'AnythingPut?').Choices ?? [];
    expect(await evaluate(stillUnsettled?.Condition, states(), variables)).toBe(inDoubt);
    const settled = { ...variables, ...((await evaluate(wait.Assign, states(), variables)) as object) };
    expect(await evaluate(stillUnsettled?.Condition, states(), settled)).toBe(false);
    expect([1, 2, 3]).toContain(await evaluate(stateOf(operation, 'PauseBeforeReplan').Seconds, states()));
  });

  test.each([
    ['nothing is in doubt', [succeeded('p0'), { ...succeeded('p1'), staged: true }], {}, 0],
    ['S3 answered each attempt', [succeeded('p0', true)], {}, SETTLE_SECONDS.answered],
    ['it did so of a copy', [{ ...succeeded('p0', true), staged: true }], {}, SETTLE_SECONDS.answered],
    ['a copy took long', [{ ...succeeded('p0', true), staged: true }], { seconds: 61 }, SETTLE_SECONDS.copy],
    ['inline content took long', [succeeded('p0', true)], { seconds: 61 }, SETTLE_SECONDS.answered],
    ['the last attempt was lost', [{ ...failed('p0', true), lost: true }], {}, SETTLE_SECONDS.inline],
    ['that of a copy', [{ ...failed('p0', true), lost: true, staged: true }], {}, SETTLE_SECONDS.copy],
    ['the run was redriven', [succeeded('p0', true)], { redrives: 1 }, SETTLE_SECONDS.inline],
    ['redriven, a copy', [{ ...succeeded('p0', true), staged: true }], { redrives: 1 }, SETTLE_SECONDS.copy],
    ['redriven, nothing in doubt', [succeeded('p0')], { redrives: 1 }, 0],
    [
      'the longest of several',
      [succeeded('p0', true), { ...failed('p1', true), lost: true }, succeeded('p2')],
      {},
      SETTLE_SECONDS.inline,
    ],
  ])('waits for puts by what may still land: %s', async (_, result, given, seconds) => {
    const { redrives = 0, seconds: elapsed = 0 } = given as { redrives?: number; seconds?: number };
    const plannedAt = new Date(Date.now() - elapsed * 1000).toISOString();
    const assigned = await evaluate(
      stateOf(operation, 'PutObjects').Assign,
      states({ result }, { redrives }),
      { redrivesAtPlan: 0, plannedAt },
    );
    expect(assigned).toMatchObject({ secondsToSettle: seconds });
  });

  test('puts content of the input and staged content by functions of their own', async () => {
    const { Arguments, TimeoutSeconds, Output } = stateOf(operation, 'PutObject');
    const staged = { p0: { staged: { key: 'staging/a' } }, p1: { text: 'b' } };
    for (const [attribute, name] of [
      ['p0', 'PutObjectFunction'],
      ['p1', 'PutInlineFunction'],
    ] as const) {
      const attempt = states({
        input: put(attribute),
        result: { Payload: succeeded(attribute) },
        context: {
          Execution: { Input: { ...input, largeAttributes: staged }, RedriveCount: 0 },
          State: { RetryCount: 0 },
        },
      });
      expect(await evaluate(Arguments?.FunctionName, attempt)).toBe(`\${${name}}`);
      expect(await evaluate(TimeoutSeconds, attempt)).toBeGreaterThan(60);
      expect(await evaluate(Output, attempt)).toEqual({
        ...succeeded(attribute),
        staged: attribute === 'p0',
      });
    }
  });

  test('finds the content of an attribute by its name, whatever that is', async () => {
    const { Payload } = stateOf(operation, 'PutObject').Arguments ?? {};
    const name = 'odd name.$[0]';
    const attempt = states({ input: put(name) }, { retries: 2, redrives: 1 });
    expect(await evaluate(Payload, attempt, { redrivesAtPlan: 0 })).toEqual({
      log: { run: 'n', attempt: 3, redrive: 1 },
      put: put(name),
      content: { text: 'c' },
      updatedAt: '2026-11-23T15:33:00.123Z',
      retries: 2,
      redriven: true,
    });
  });

  test('hands the write its input without large attributes and otherwise untouched', async () => {
    const variables = {
      plan: plan([]),
      ...settledPuts,
      writeStartedAt: 't',
      redrivesBefore: 0,
      throttles: 0,
    };
    const write = await evaluate(
      writeTask(operation).Arguments?.Payload,
      states({}, { redrives: 1 }),
      variables,
    );
    expect(write).toMatchObject({ operation, redriven: true, startedAt: 't' });
    expect((write as { input: object }).input).toEqual({ key: input.key, set: input.set });
  });

  test('reports a put that was tried before, in this entry or before a redrive, as in doubt', async () => {
    const [refused] = stateOf(operation, 'PutObject').Catch ?? [];
    const errorOutput = { Error: 'PutRefused', Cause: JSON.stringify({ errorMessage: '{"message":"no"}' }) };
    for (const [counts, inDoubt] of [
      [{}, false],
      [{ retries: 1 }, true],
      [{ redrives: 1 }, true],
    ] as const) {
      const attempt = states({ input: put('p0'), errorOutput }, counts);
      expect(await evaluate(refused?.Output, attempt, { redrivesAtPlan: 0 })).toEqual({
        attribute: 'p0',
        put: false,
        inDoubt,
        staged: false,
        failure: { name: 'PutRefused', cause: '{"message":"no"}' },
      });
    }
  });

  test('holds the failures of as many puts as a plan can hold, however long their causes', async () => {
    const trace = Array.from(
      { length: 500 },
      (_, line) => `    at call (file:///var/task/index.mjs:${line})`,
    );
    const errorOutput = {
      Error: 'TimeoutError',
      Cause: JSON.stringify({ errorType: 'TimeoutError', trace }),
    };
    const everything = stateOf(operation, 'PutObject').Catch?.at(-1);
    const failure = await evaluate(everything?.Output, states({ input: put('p100'), errorOutput }));
    expect(JSON.stringify(Array(370).fill(failure)).length).toBeLessThan(MAX_PAYLOAD_BYTES);
    expect(failure).toMatchObject({ put: false, inDoubt: true, failure: { name: 'PutFailed' } });
  });

  test('reports a failed put that came without a cause, as a time-out does', async () => {
    const everything = stateOf(operation, 'PutObject').Catch?.at(-1);
    const timeout = states({ input: put('p0'), errorOutput: { Error: 'States.Timeout' } });
    expect(await evaluate(everything?.Output, timeout)).toMatchObject({
      failure: { name: 'PutFailed', cause: '{"message":"States.Timeout"}' },
    });
  });
});

describe('delete', () => {
  test.each([
    ['absent', 'NoItem'],
    ['saga', undefined],
    ['foreign', undefined],
  ])('of an item that is %s', async (kind, branch) => {
    const variables = {
      plan: { ...plan([]), expected: { kind } },
      writeStartedAt: 't',
      redrivesBefore: 0,
      throttles: 0,
    };
    const payload = await evaluate(writeTask('delete').Arguments?.Payload, states(), variables);
    expect(branchBeforeWrite(payload as BeforeWrite)?.name).toBe(branch);
  });

  test('pauses before it plans again', async () => {
    expect([1, 2, 3]).toContain(await evaluate(stateOf('delete', 'PauseBeforeReplan').Seconds, states()));
  });
});

/** Where a run succeeds that is none of the other lane's. */
const ENDS = {
  create: ['WriteItem', 'DeleteReplacedObjects', 'CleanupDeferred'],
  update: ['DeleteReplacedObjects', 'CleanupDeferred'],
  delete: ['DeleteReplacedObjects', 'CleanupDeferred', 'AlreadyGone'],
};

function isEnd(name: string, { Type, End }: State): boolean {
  return Type === 'Succeed' || (End === true && !['PutObject', 'PutFailed', 'SettleRun'].includes(name));
}

describe.each(Object.entries(MACHINES))('what %s answers', (operation, machine) => {
  test.each([[[]], [['p0']], [['p0', 'p1']]])(
    'is an output of the contract, with pointers %j',
    async (puts) => {
      const made = plan(puts);
      const variables = { plan: operation === 'delete' ? { ...made, saga: null } : made };
      const ends = allStates(machine).filter(([name, end]) => isEnd(name, end));
      const outputs = await Promise.all(ends.map(([, { Output }]) => evaluate(Output, states(), variables)));
      expect(ends.map(([name]) => name)).toEqual(ENDS[operation as keyof typeof ENDS]);
      for (const [at, [name]] of ends.entries()) {
        expect(outputSchema.parse(outputs[at])).toMatchObject({
          operation,
          largeAttributes: made.pointers,
          cleanup: name === 'CleanupDeferred' ? 'deferred' : 'done',
        });
      }
    },
  );

  test('as the cause of a failure is JSON with a message', async () => {
    const reason = JSON.stringify({ message: 'why', field: 'key.id', value: '' });
    const errorOutput = {
      Error: 'Reason',
      Cause: JSON.stringify({ errorType: 'Reason', errorMessage: reason, trace: [] }),
    };
    const refused = { put: false, failure: { name: 'Reason', cause: reason } };
    const catchers = allStates(machine).flatMap(([, { Catch = [] }]) => Catch);
    // But for what an Express run hands over, which is one of those.
    const failures = catchers.flatMap(({ Assign, Next }) =>
      Assign?.failure === undefined || Next === 'GoOnAt?' ? [] : [Assign.failure],
    );
    expect(failures.length).toBeGreaterThan(3);
    for (const failure of failures) {
      const { name, cause } = (await evaluate(failure, states({ errorOutput }), { puts: [refused] })) as {
        name: string;
        cause: string;
      };
      expect(name).toMatch(/^[A-Z]\w+$/);
      expect(causeSchema.parse(JSON.parse(cause)).message).toMatch(/why|Reason/);
    }
  });
});
