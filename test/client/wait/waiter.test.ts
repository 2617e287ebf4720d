// Many waits at once: how many calls they cost, and that a list is never taken for the truth.

import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  type ListExecutionsInput,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Waiter } from '../../../client/wait/wait.ts';
import { arnOf, awsError, resetMocks, sfn } from '../mocks.ts';

const RUN_MS = 60_000;

let waiter: Waiter;
beforeEach(() => {
  resetMocks();
  vi.useFakeTimers({ now: 0 });
  waiter = new Waiter({ sfn: new SFNClient({ region: 'eu-central-1' }) });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Runs that all started at 0; each ends at its own time. */
function machine(ends: ReadonlyMap<string, number>, { lagMs = 0, others = 0, pageSize = 1000 } = {}): void {
  sfn.on(DescribeExecutionCommand).callsFake(({ executionArn }: { executionArn: string }) => ({
    executionArn,
    status: Date.now() >= (ends.get(executionArn) ?? 0) ? 'SUCCEEDED' : 'RUNNING',
  }));
  sfn.on(ListExecutionsCommand).callsFake((input: ListExecutionsInput) => {
    const { stateMachineArn, statusFilter, nextToken = '0' } = input;
    const at = Date.now() - lagMs;
    const all = [
      ...Array.from({ length: others }, (_, n) => ({ arn: arnOf('Create', `newer-${n}`), end: RUN_MS * 9 })),
      ...[...ends].flatMap(([arn, end]) => (at >= 0 ? [{ arn, end }] : [])),
    ]
      .map(({ arn, end }) => ({ executionArn: arn, status: at < end ? 'RUNNING' : 'SUCCEEDED' }))
      .filter(({ executionArn }) =>
        executionArn.startsWith(`${stateMachineArn?.replace(':stateMachine:', ':execution:')}:`),
      )
      .filter(({ status }) => statusFilter === undefined || status === statusFilter);
    const from = Number(nextToken);
    const executions = all.slice(from, from + pageSize).map((each) => ({ ...each, startDate: new Date(0) }));
    return {
      executions,
      ...(from + pageSize < all.length && { nextToken: String(from + pageSize) }),
    };
  });
}

function runs(count: number, endOf: (n: number) => number): Map<string, number> {
  return new Map(Array.from({ length: count }, (_, n) => [arnOf('Create', `run-${n}`), endOf(n)]));
}

/** Waits for all, and the calls that it took. */
async function waitForAll(ends: ReadonlyMap<string, number>) {
  const waits = Promise.all([...ends.keys()].map((arn) => waiter.wait(arn, undefined)));
  await vi.advanceTimersByTimeAsync(RUN_MS * 3);
  const statuses = (await waits).map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set(['SUCCEEDED']));
  expect(vi.getTimerCount()).toBe(0);
  return {
    describes: sfn.commandCalls(DescribeExecutionCommand).length,
    lists: sfn.commandCalls(ListExecutionsCommand).length,
  };
}

describe('the calls for a minute of waiting', () => {
  it('for one run are a look every one or two seconds, and no list', async () => {
    const ends = runs(1, () => RUN_MS);
    machine(ends);
    const { describes, lists } = await waitForAll(ends);
    expect(lists).toBe(0);
    expect(describes).toBeGreaterThan(30);
    expect(describes).toBeLessThan(70);
  });

  it('for 500 runs are one look for each, and a list every one or two seconds', async () => {
    const ends = runs(500, () => RUN_MS);
    machine(ends);
    const { describes, lists } = await waitForAll(ends);
    expect(describes).toBeGreaterThanOrEqual(500);
    expect(describes).toBeLessThanOrEqual(500 + 10);
    expect(lists).toBeGreaterThan(25);
    expect(lists).toBeLessThan(70);
  });

  it('for 500 runs that end one after another are the same', async () => {
    const ends = runs(500, (n) => 100 * n);
    machine(ends);
    const { describes, lists } = await waitForAll(ends);
    expect(describes).toBeLessThanOrEqual(500 + 10);
    expect(lists).toBeLessThan(120);
  });

  it('for callers who may not list are looks at the rate that an account has', async () => {
    const ends = runs(500, () => RUN_MS);
    machine(ends);
    sfn.on(ListExecutionsCommand).rejects(awsError('AccessDeniedException', 400));
    const { describes, lists } = await waitForAll(ends);
    expect(lists).toBe(1);
    expect(describes).toBeLessThan(500 * 6);
  });
});

describe('a list', () => {
  it('that shows none of the runs concludes nothing: each is looked at until it has ended', async () => {
    const ends = runs(20, () => 5000);
    machine(ends);
    sfn.on(ListExecutionsCommand).resolves({ executions: [] });
    const settled: number[] = [];
    for (const arn of ends.keys()) void waiter.wait(arn, undefined).then(() => settled.push(Date.now()));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(settled).toHaveLength(20);
    expect(Math.min(...settled)).toBeGreaterThanOrEqual(5000);
  });

  it('that lags behind only delays', async () => {
    const ends = runs(50, () => 5000);
    machine(ends, { lagMs: 3000 });
    await waitForAll(ends);
  });

  it('is read on past the newer runs of others, as long as that tells of more than looks would', async () => {
    const ends = runs(20, () => 10_000);
    machine(ends, { others: 2500 });
    const { describes } = await waitForAll(ends);
    expect(describes).toBeLessThanOrEqual(20 + 10);
    const tokens = sfn.commandCalls(ListExecutionsCommand).map(({ args: [{ input }] }) => input.nextToken);
    expect(new Set(tokens)).toEqual(new Set([undefined, '1000', '2000']));
    const filters = sfn
      .commandCalls(ListExecutionsCommand)
      .map(({ args: [{ input }] }) => input.statusFilter);
    expect(filters.slice(0, 4)).toEqual([undefined, 'RUNNING', 'RUNNING', 'RUNNING']);
  });

  it('that shows runs as succeeded spares those who want no more the look at each', async () => {
    const ends = runs(500, (n) => 20 * n);
    machine(ends);
    const waits = Promise.all([...ends.keys()].map((arn) => waiter.waitOrSee(arn, undefined)));
    await vi.advanceTimersByTimeAsync(RUN_MS);
    const seen = (await waits).filter((end) => end instanceof Date);
    expect(seen.length).toBeGreaterThanOrEqual(490); // the last few are looked at
    expect(sfn.commandCalls(DescribeExecutionCommand).length).toBeLessThanOrEqual(30);
  });

  it('is of one state machine', async () => {
    const deletes = Array.from({ length: 10 }, (_, n) => [arnOf('Delete', `run-${n}`), 10_000] as const);
    const ends = new Map([...runs(10, () => 10_000), ...deletes]);
    machine(ends);
    await waitForAll(ends);
    const calls = sfn.commandCalls(ListExecutionsCommand).map(({ args: [{ input }] }) => input);
    const machines = calls.map(({ stateMachineArn }) => stateMachineArn?.split(':').at(-1));
    expect(new Set(machines)).toEqual(new Set(['Create', 'Delete']));
    expect(calls[0]).toMatchObject({ maxResults: 1000 });
  });

  it.each([
    ['throttled', awsError('ThrottlingException', 400)],
    ['refused by a fault of the service', awsError('InternalServerError', 500)],
  ])('that is %s for long leaves the looks', async (_, error) => {
    const ends = runs(50, () => 20_000);
    machine(ends);
    sfn.on(ListExecutionsCommand).rejects(error);
    const { describes } = await waitForAll(ends);
    expect(describes).toBeGreaterThan(50);
    expect(describes).toBeLessThan(50 * 10);
  });
});

describe('one of many waits', () => {
  it('stops alone when its signal is aborted', async () => {
    const ends = runs(20, () => 10_000);
    machine(ends);
    const controller = new AbortController();
    const [first = '', ...rest] = ends.keys();
    const stopped = expect(waiter.wait(first, controller.signal)).rejects.toMatchObject({
      name: 'WaitInterrupted',
      executionArn: first,
    });
    const others = Promise.all(rest.map((arn) => waiter.wait(arn, undefined)));
    await vi.advanceTimersByTimeAsync(3000);
    controller.abort();
    await stopped;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await others).toHaveLength(19);
  });

  it('and all of them leave no timer and no call behind', async () => {
    machine(runs(20, () => RUN_MS));
    const controllers = Array.from({ length: 20 }, () => new AbortController());
    const waits = Promise.allSettled(
      controllers.map(({ signal }, n) => waiter.wait(arnOf('Create', `run-${n}`), signal)),
    );
    await vi.advanceTimersByTimeAsync(3000);
    for (const controller of controllers) controller.abort();
    expect((await waits).every(({ status }) => status === 'rejected')).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('looks at ten runs at a time, and goes on after throttling however long', async () => {
    const ends = runs(100, () => 0);
    let underWay = 0;
    let most = 0;
    let refusals = 0;
    machine(ends);
    sfn.on(DescribeExecutionCommand).callsFake(async ({ executionArn }: { executionArn: string }) => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setTimeout(resolve, 20));
      underWay -= 1;
      if (Date.now() < 100_000) {
        refusals += 1;
        throw awsError('ThrottlingException', 400);
      }
      return { executionArn, status: 'SUCCEEDED' };
    });
    await waitForAll(ends);
    expect(most).toBe(10);
    expect(refusals).toBeGreaterThan(100);
  });
});
