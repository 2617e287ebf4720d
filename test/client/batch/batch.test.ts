// Many writes at once: bounded, each item with an outcome, and resumable.

import { PutObjectCommand } from '@aws-sdk/client-s3';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { describe, expect, it, vi } from 'vitest';
import type { BatchOutcome, CreateInput } from '../../../client/index.ts';
import { Rejected } from '../../../client/index.ts';
import { awsError, clientOf, s3, sfn, started } from '../mocks.ts';
import {
  ends,
  executions,
  inputs,
  outcomesOf,
  ROLLED_BACK,
  RUNNING,
  STUCK,
  statuses,
  useExecutions,
} from './executions.ts';

const client = clientOf();
useExecutions();

describe('a batch', () => {
  it.each([
    ['an array', () => inputs(100)],
    [
      'an async generator',
      () =>
        (async function* () {
          yield* inputs(100);
        })(),
    ],
    [
      'a generator',
      () =>
        (function* () {
          yield* inputs(100);
        })(),
    ],
  ])('over %s gives each item its outcome', async (_, source) => {
    const outcomes = await outcomesOf(client.createMany(source()));
    expect(outcomes.map(({ index }) => index)).toEqual(Array.from({ length: 100 }, (_, n) => n));
    expect(
      outcomes.every(({ status, input, index }) => status === 'written' && input.key.id === `item-${index}`),
    ).toBe(true);
    expect(new Set(started().map(({ name }) => name)).size).toBe(100);
  });

  it('updates and deletes as well', async () => {
    const updated = client.updateMany([{ key: { id: 'a' }, set: { n: 1 } }]);
    const deleted = client.deleteMany([{ key: { id: 'a' } }]);
    expect([await updated.summary(), await deleted.summary()]).toMatchObject([
      { written: 1 },
      { written: 1 },
    ]);
    expect(started().map(({ input }) => input)).toEqual([
      { key: { id: 'a' }, set: { n: 1 } },
      { key: { id: 'a' } },
    ]);
  });

  it('that is not asked for its outcomes does nothing, and one of nothing ends', async () => {
    client.createMany(inputs(3));
    expect(await outcomesOf(client.createMany([]))).toEqual([]);
    expect(started()).toEqual([]);
  });

  it('is never further ahead of its consumer than its concurrency', async () => {
    let taken = 0;
    let seen = 0;
    let furthest = 0;
    async function* source() {
      for (const input of inputs(300)) {
        taken += 1;
        furthest = Math.max(furthest, taken - seen);
        yield input;
      }
    }
    for await (const _ of client.createMany(source(), { concurrency: 7 })) {
      await new Promise((resolve) => setImmediate(resolve));
      seen += 1;
    }
    expect(seen).toBe(300);
    expect(furthest).toBeLessThanOrEqual(7 + 1);
    expect(furthest).toBeGreaterThan(3);
  });

  it('gives outcomes as they come: a run that does not end holds up no other', async () => {
    ends.of = (id) => (id === 'item-0' ? RUNNING : {});
    const seen: number[] = [];
    for await (const { index } of client.createMany(inputs(50), { concurrency: 4 })) {
      seen.push(index);
      if (seen.length === 49) for (const execution of executions.values()) execution.end = {};
    }
    expect(seen.at(-1)).toBe(0);
    expect(seen).toHaveLength(50);
  });

  it('goes on past what fails, and tells why', async () => {
    ends.of = (id) => ({ 'item-1': ROLLED_BACK, 'item-2': STUCK })[id] ?? {};
    const wrong = { key: { id: 7 } };
    const outcomes = await outcomesOf(client.createMany([...inputs(4), wrong]));
    expect(statuses(outcomes)).toEqual(['written', 'not-written', 'in-doubt', 'written', 'not-written']);
    expect(outcomes[1]).toMatchObject({ error: { name: 'RolledBack', reason: 'Conflict' } });
    expect(outcomes[2]).toMatchObject({
      error: { name: 'Stuck' },
      executionArn: expect.stringContaining(':execution:Create:create-item-2-'),
    });
    expect(outcomes[4]).toMatchObject({ error: { name: 'Rejected', field: 'key.id' } });
  });

  it('stops at the first failure when asked to', async () => {
    ends.of = (id) => (id === 'item-5' ? ROLLED_BACK : {});
    const batch = client.createMany(inputs(1000), { stopAtFailure: true, concurrency: 2 });
    const outcomes = await outcomesOf(batch);
    expect(outcomes.length).toBeGreaterThanOrEqual(6);
    expect(outcomes.length).toBeLessThan(12);
    expect(batch.progress).toMatchObject({ taken: outcomes.length, failed: 1, inFlight: 0 });
  });

  it('reports its progress', async () => {
    ends.of = (id) => (id === 'item-3' ? ROLLED_BACK : {});
    const seen: { taken: number; inFlight: number }[] = [];
    const summary = await client
      .createMany(inputs(20), { concurrency: 5, onProgress: (progress) => seen.push(progress) })
      .summary();
    expect(summary).toMatchObject({ taken: 20, written: 19, failed: 1, inFlight: 0, interrupted: 0 });
    expect(summary.perSecond).toBeGreaterThan(0);
    expect(Math.max(...seen.map(({ inFlight }) => inFlight))).toBeLessThanOrEqual(5);
    expect(seen.at(-1)).toMatchObject({ taken: 20, inFlight: 0 });
  });

  it('ends with what its progress callback throws', async () => {
    const onProgress = () => {
      throw new Error('my mistake');
    };
    const batch = client.createMany(inputs(50), { onProgress, concurrency: 4 });
    await expect(batch.summary()).rejects.toThrow('my mistake');
    expect(batch.progress).toMatchObject({ inFlight: 0 });
    expect(batch.progress.taken).toBeLessThan(10);
  });

  it('whose source fails throws that, after the outcomes of what was taken', async () => {
    async function* source() {
      yield* inputs(3);
      throw new Error('the disk is gone');
    }
    const seen: string[] = [];
    const loop = async () => {
      for await (const { status } of client.createMany(source())) seen.push(status);
    };
    await expect(loop()).rejects.toThrow('the disk is gone');
    expect(seen).toEqual(['written', 'written', 'written']);
  });

  it('meets throttled starts by backing off', async () => {
    let refusals = 3;
    sfn.on(StartExecutionCommand).callsFake(({ name, input }: { name: string; input: string }) => {
      if (refusals-- > 0) throw awsError('ThrottlingException', 400);
      executions.set(name, { input, end: {} });
      return {};
    });
    expect(await client.createMany(inputs(2)).summary()).toMatchObject({ written: 2, failed: 0 });
  });

  it.each([
    ['refused', awsError('AccessDeniedException', 400), 'not-written'],
    ['lost', awsError('InternalServerError', 500), 'in-doubt'],
    [
      'refused after others',
      Object.assign(awsError('AccessDeniedException', 400), {
        $metadata: { httpStatusCode: 400, attempts: 2 },
      }),
      'in-doubt',
    ],
  ])('tells of a start that is %s what is known', async (_, error, status) => {
    sfn.on(StartExecutionCommand).rejects(error);
    expect(statuses(await outcomesOf(client.createMany(inputs(1))))).toEqual([status]);
  });

  it.each<[object, string]>([
    [{ batch: '' }, 'batch'],
    [{ batch: 'a b' }, 'batch'],
    [{ batch: 'x'.repeat(33) }, 'batch'],
    [{ concurrency: 0 }, 'concurrency'],
    [{ concurrency: 1.5 }, 'concurrency'],
  ])('is refused with the options %o', (options, field) => {
    expect(() => client.createMany([], options)).toThrow(Rejected);
    expect(() => client.createMany([], options)).toThrow(`${field}: expected`);
  });
});

describe('a batch that is aborted', () => {
  it('loses no item that it took: each is written, interrupted or not started', async () => {
    ends.of = (id) => (Number(id.slice(5)) < 3 ? {} : RUNNING);
    const controller = new AbortController();
    let taken = 0;
    async function* source() {
      for (const input of inputs(100)) {
        taken += 1;
        yield input;
      }
    }
    const outcomes: BatchOutcome<CreateInput>[] = [];
    for await (const outcome of client.createMany(source(), { concurrency: 8, signal: controller.signal })) {
      outcomes.push(outcome);
      if (outcomes.length === 3) setImmediate(() => controller.abort(new Error('enough')));
    }
    expect(outcomes).toHaveLength(taken);
    expect(taken).toBeLessThan(13);
    const others = outcomes.filter(({ status }) => status !== 'written');
    expect(others.every(({ status }) => status === 'interrupted' || status === 'not-started')).toBe(true);
    for (const outcome of others) {
      if (outcome.status !== 'interrupted') continue;
      expect(outcome.executionArn).toMatch(/:execution:Create:create-item-/);
      expect(outcome.error.cause).toMatchObject({ message: 'enough' });
    }
  });

  it('starts nothing any more, and says so of what is being uploaded', async () => {
    const controller = new AbortController();
    s3.on(PutObjectCommand).callsFake(() => {
      setImmediate(() => controller.abort(new Error('enough')));
      return new Promise((_, reject) => {
        controller.signal.addEventListener('abort', () => reject(new Error('aborted')));
      });
    });
    const large = inputs(3).map((input) => ({ ...input, largeAttributes: { page: 'x'.repeat(300_000) } }));
    const outcomes = await outcomesOf(client.createMany(large, { signal: controller.signal }));
    expect(statuses(outcomes)).toEqual(['not-started', 'not-started', 'not-started']);
    expect(started()).toEqual([]);
  });

  it('before it begins takes nothing', async () => {
    let taken = 0;
    function* source() {
      taken += 1;
      yield* inputs(1);
    }
    expect(await outcomesOf(client.createMany(source(), { signal: AbortSignal.abort() }))).toEqual([]);
    expect(taken).toBe(0);
  });

  it('ends although its source does not answer, and closes it', async () => {
    const controller = new AbortController();
    let closed = false;
    const source: AsyncIterable<CreateInput> = {
      [Symbol.asyncIterator]: () => {
        let first = true;
        return {
          next: () => {
            if (!first) return new Promise(() => undefined);
            first = false;
            return Promise.resolve({ done: false, value: inputs(1)[0] as CreateInput });
          },
          return: () => {
            closed = true;
            return new Promise(() => undefined);
          },
        };
      },
    };
    vi.useFakeTimers();
    const outcomes = outcomesOf(client.createMany(source, { signal: controller.signal }));
    await vi.advanceTimersByTimeAsync(10);
    controller.abort();
    await vi.advanceTimersByTimeAsync(1000);
    expect(statuses(await outcomes)).toEqual(['written']);
    expect(closed).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('gives the item that comes late an outcome too', async () => {
    const controller = new AbortController();
    async function* source() {
      yield inputs(1)[0] as CreateInput;
      await new Promise((resolve) => controller.signal.addEventListener('abort', resolve));
      yield inputs(2)[1] as CreateInput;
    }
    const seen: string[] = [];
    for await (const { status } of client.createMany(source(), { signal: controller.signal })) {
      seen.push(status);
      controller.abort();
    }
    expect(seen).toEqual(['written', 'not-started']);
  });

  it('by leaving its loop closes the source and leaves no wait behind', async () => {
    ends.of = (id) => (id === 'item-0' ? {} : RUNNING);
    let closed = false;
    function* source() {
      try {
        yield* inputs(100);
      } finally {
        closed = true;
      }
    }
    vi.useFakeTimers();
    const batch = client.createMany(source(), { concurrency: 4 });
    for await (const _ of batch) break;
    expect(closed).toBe(true);
    expect(batch.progress.inFlight).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
