// Waiting for a run, and what its end means to the caller.

import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  type ExecutionStatus,
  GetExecutionHistoryCommand,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  Aborted,
  LargeItemClient,
  NotWritten,
  OutcomeUnknown,
  Rejected,
  RolledBack,
  Stuck,
  TwinwriteError,
  WaitInterrupted,
} from '../../../client/index.ts';
import { arnOf, awsError, clientOf, executionsEnd, output, resetMocks, sfn, store } from '../mocks.ts';

const key = { id: '42' };
const options = { idempotencyKey: 'run' };
const arn = arnOf('Create', 'run');

beforeEach(() => {
  resetMocks();
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A run that answers each look in turn, the last one for ever; and the times of the looks. */
function looks(...answers: (Error | Partial<DescribeExecutionOutput>)[]): number[] {
  const times: number[] = [];
  sfn.on(StartExecutionCommand).resolves({});
  sfn.on(DescribeExecutionCommand).callsFake(() => {
    times.push(Date.now());
    const answer = answers[Math.min(times.length, answers.length) - 1];
    if (answer instanceof Error) throw answer;
    return { executionArn: arn, ...answer };
  });
  return times;
}

const running = { status: 'RUNNING' } as const;
const succeeded = { status: 'SUCCEEDED', output: JSON.stringify(output) } as const;

describe('waiting', () => {
  it('looks when a run has likely ended, often for a second, then more rarely, with jitter, up to every two seconds', async () => {
    const times = looks(running);
    const controller = new AbortController();
    const client = new LargeItemClient({ store });
    const attempt = client.create({ key }, { ...options, signal: controller.signal });
    attempt.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(60_000);
    const pauses = times.slice(1).map((time, at) => time - (times[at] as number));
    expect(times[0]).toBe(250);
    for (const pause of pauses.filter((_, at) => (times[at] as number) < 1250)) {
      expect(pause).toBeGreaterThanOrEqual(40);
      expect(pause).toBeLessThanOrEqual(80);
    }
    const late = pauses.filter((_, at) => (times[at] as number) > 10_000);
    for (const pause of late) {
      expect(pause).toBeGreaterThanOrEqual(1000);
      expect(pause).toBeLessThanOrEqual(2000);
    }
    expect(new Set(late).size).toBeGreaterThan(1);
    controller.abort();
    await expect(attempt).rejects.toThrow();
  });

  it('asks for the status alone while a run goes on for long, and for all once it has ended', async () => {
    looks(...Array.from({ length: 40 }, () => running), succeeded);
    const attempt = new LargeItemClient({ store }).create({ key }, options);
    await vi.advanceTimersByTimeAsync(120_000);
    expect((await attempt).version).toBe(1);
    const asked = sfn.commandCalls(DescribeExecutionCommand).map(({ args }) => args[0].input.includedData);
    const early = asked.indexOf('METADATA_ONLY');
    expect(early).toBeGreaterThan(15);
    expect(new Set(asked.slice(0, early))).toEqual(new Set(['ALL_DATA']));
    expect(new Set(asked.slice(early, -1))).toEqual(new Set(['METADATA_ONLY']));
    expect(asked.at(-1)).toBe('ALL_DATA');
  });

  it('looks at once at a run that was started before', async () => {
    const times = looks(succeeded);
    expect((await new LargeItemClient({ store }).handle(arn).wait()).version).toBe(1);
    expect(times).toEqual([0]);
  });

  it('slows down also from an interval of 0', async () => {
    const times = looks(running);
    const controller = new AbortController();
    const client = new LargeItemClient({ store, pollIntervalMs: 0 });
    const attempt = client.create({ key }, { ...options, signal: controller.signal });
    attempt.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(times.length).toBeLessThan(90);
    controller.abort();
    await expect(attempt).rejects.toThrow();
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses an interval of %d', (pollIntervalMs) => {
    expect(() => new LargeItemClient({ store, pollIntervalMs })).toThrow(/pollIntervalMs/);
  });

  it('ends at once when the run has ended', async () => {
    looks(running, succeeded);
    const attempt = clientOf().create({ key }, options);
    await vi.advanceTimersByTimeAsync(5);
    expect(await attempt).toEqual({
      key,
      version: 1,
      run: output.run,
      executionArn: arn,
      largeAttributes: {},
      cleanup: 'done',
      letGo: [],
    });
  });

  it('reports the execution before it begins', async () => {
    looks(succeeded);
    const onProgress = vi.fn();
    await clientOf().create({ key }, { ...options, onProgress });
    expect(onProgress.mock.calls).toEqual([[{ phase: 'waiting', executionArn: arn }]]);
  });

  it('ends with what its progress callback throws, and names the run, which goes on', async () => {
    const cause = new Error('the screen is gone');
    const onProgress = () => {
      throw cause;
    };
    await expect(clientOf().create({ key }, { ...options, onProgress })).rejects.toMatchObject({
      name: 'WaitInterrupted',
      executionArn: arn,
      cause,
    });
  });

  it('stops when its signal is aborted, and names the run, which goes on', async () => {
    looks(running);
    const controller = new AbortController();
    const attempt = clientOf().create({ key }, { ...options, signal: controller.signal });
    const settled = expect(attempt).rejects.toMatchObject({
      name: 'WaitInterrupted',
      executionArn: arn,
      message: expect.stringContaining(arn),
      cause: expect.objectContaining({ message: 'enough' }),
    });
    await vi.advanceTimersByTimeAsync(1000);
    controller.abort(new Error('enough'));
    await settled;
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    ['throttling', awsError('ThrottlingException', 400)],
    ['a fault of the service', awsError('InternalServerError', 500)],
    ['a broken connection', awsError('Error', undefined, 'socket')],
    ['an execution too new to be seen', awsError('ExecutionDoesNotExist', 400)],
  ])('goes on after %s', async (kind, error) => {
    const failure = kind === 'a broken connection' ? Object.assign(error, { code: 'ECONNRESET' }) : error;
    looks(failure, failure, running, succeeded);
    const attempt = clientOf().create({ key }, options);
    await vi.advanceTimersByTimeAsync(10_000);
    expect((await attempt).version).toBe(1);
  });

  it.each([
    ['cannot be allowed', awsError('AccessDeniedException', 400), 1],
    ['fails for minutes', awsError('InternalServerError', 500), 21],
  ])('gives up when looking %s', async (_, error, expected) => {
    const times = looks(error);
    const attempt = clientOf().create({ key }, options);
    const settled = expect(attempt).rejects.toMatchObject({
      name: 'WaitInterrupted',
      executionArn: arn,
      cause: error,
    });
    await vi.advanceTimersByTimeAsync(120_000);
    await settled;
    await expect(attempt).rejects.toBeInstanceOf(WaitInterrupted);
    expect(times).toHaveLength(expected);
  });
});

describe('the end of a run', () => {
  const cause = (fields: object) => JSON.stringify({ message: 'so it is', ...fields });

  async function outcome(end: Partial<DescribeExecutionOutput>): Promise<Error> {
    executionsEnd(end);
    return clientOf()
      .create({ key }, options)
      .then(
        () => Promise.reject(new Error('succeeded')),
        (error: Error) => error,
      );
  }

  it.each([
    ['Rejected.VersionMismatch', Rejected],
    ['Rejected.SomethingNew', Rejected],
    ['RolledBack.ConditionFailed', RolledBack],
    ['RolledBack.VersionMismatch', RolledBack],
  ])('%s is an error of its own class, with its reason', async (error, expected) => {
    const thrown = await outcome({
      status: 'FAILED',
      error,
      cause: cause({ field: 'expectedVersion', value: 3, actual: 4 }),
    });
    expect(thrown).toBeInstanceOf(expected);
    expect(thrown).toBeInstanceOf(NotWritten);
    expect(thrown).toMatchObject({
      name: expected.name,
      reason: error.split('.')[1],
      field: 'expectedVersion',
      value: 3,
      details: { actual: 4 },
      executionArn: arn,
      message: expect.stringContaining('so it is'),
    });
  });

  it('OutcomeUnknown is neither written nor not written', async () => {
    const thrown = await outcome({ status: 'FAILED', error: 'OutcomeUnknown', cause: cause({ plan: 2 }) });
    expect(thrown).toBeInstanceOf(OutcomeUnknown);
    expect(thrown).not.toBeInstanceOf(NotWritten);
    expect(thrown).toMatchObject({ executionArn: arn, details: { plan: 2 }, message: 'so it is' });
  });

  it.each<[ExecutionStatus, string | undefined, typeof Stuck | typeof Aborted]>([
    ['FAILED', 'WriteInDoubt', Stuck],
    ['FAILED', 'Lambda.Unknown', Stuck],
    ['FAILED', 'States.Timeout', Stuck],
    ['FAILED', undefined, Stuck],
    ['ABORTED', undefined, Aborted],
    ['TIMED_OUT', 'States.Timeout', Aborted],
  ])('%s with %s can be redriven, from the state where it stopped', async (status, error, expected) => {
    sfn.on(GetExecutionHistoryCommand, { executionArn: arn, reverseOrder: true }).resolves({
      events: [
        { id: 3, type: 'ExecutionFailed', timestamp: new Date(0) },
        {
          id: 2,
          type: 'TaskStateEntered',
          timestamp: new Date(0),
          stateEnteredEventDetails: { name: 'WriteItem' },
        },
        {
          id: 1,
          type: 'TaskStateEntered',
          timestamp: new Date(0),
          stateEnteredEventDetails: { name: 'Plan' },
        },
      ],
    });
    const thrown = await outcome({ status, error, cause: 'no JSON' });
    expect(thrown).toBeInstanceOf(expected);
    expect(thrown).not.toBeInstanceOf(NotWritten);
    expect(thrown).toMatchObject({
      name: expected.name,
      state: 'WriteItem',
      redrive: `aws stepfunctions redrive-execution --execution-arn ${arn}`,
      message: expect.stringMatching(
        / at WriteItem .*: twinwrite replay [\w-]+, or aws stepfunctions redrive/,
      ),
    });
  });

  it("says what the task said, without the function's stack trace", async () => {
    sfn.on(GetExecutionHistoryCommand).resolves({ events: [] });
    const errorMessage = JSON.stringify({ message: 'the write may or may not take effect' });
    const failed = JSON.stringify({ errorType: 'WriteInDoubt', errorMessage, trace: ['at handler'] });
    const { message } = (await outcome({ status: 'FAILED', error: 'WriteInDoubt', cause: failed })) as Stuck;
    expect(message).toContain('failed with WriteInDoubt: the write may or may not take effect; to go on');
    expect(message).not.toContain('at handler');
  });

  it('is told without the state to callers who may not read the history', async () => {
    sfn.on(GetExecutionHistoryCommand).rejects(awsError('AccessDeniedException', 400));
    expect(await outcome({ status: 'FAILED', error: 'WriteInDoubt' })).toMatchObject({
      name: 'Stuck',
      state: undefined,
      error: 'WriteInDoubt',
    });
  });

  it('with a cause that is no JSON shows it as it is', async () => {
    const thrown = await outcome({ status: 'FAILED', error: 'Rejected.PlanFailed', cause: 'plain words' });
    expect(thrown).toMatchObject({ reason: 'PlanFailed', message: 'PlanFailed: plain words' });
  });

  it('with an output that is none of a saga is an error of the library', async () => {
    const thrown = await outcome({ status: 'SUCCEEDED', output: '{}' });
    expect(thrown).toBeInstanceOf(TwinwriteError);
    expect(thrown.message).toMatch(
      /succeeded, but its output is none of a saga's: .*none of this store, or of another version of it \(operation: .*; key: /,
    );
  });
});
