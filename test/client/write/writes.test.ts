// The writing side against the local cloud: what guards an update, handles, and batches that are run again.

import { SFNClient } from '@aws-sdk/client-sfn';
import { beforeAll, describe, expect, it } from 'vitest';
import { LargeItemClient, type NotWritten } from '../../../client/index.ts';
import { objectsOf, useLocalCloud } from '../local-store.ts';

useLocalCloud();
let client: LargeItemClient;

beforeAll(async () => {
  client = await LargeItemClient.fromStack({ pollIntervalMs: 10 });
});

async function refusalOf(write: Promise<unknown>): Promise<Partial<NotWritten>> {
  return write.then(
    () => Promise.reject(new Error('it was written')),
    (error: NotWritten) => error,
  );
}

describe('an update', () => {
  it('is refused at another version, by its expectedVersion, and leaves the item as it is', async () => {
    const key = { id: 'versions' };
    const { version } = await client.create({ key, attributes: { n: 1 } });
    await client.update({ key, set: { n: 2 }, expectedVersion: version as number });
    const late = client.update({ key, set: { n: 3 }, largeAttributes: { page: 'x' }, expectedVersion: 1 });
    expect(await refusalOf(late)).toMatchObject({
      name: 'Rejected',
      reason: 'VersionMismatch',
      field: 'expectedVersion',
      value: 1,
      details: { actual: 2 },
    });
    const refused = await refusalOf(client.delete({ key, expectedVersion: 1 }));
    expect(refused).toMatchObject({ reason: 'VersionMismatch' });
    expect(await client.get(key)).toMatchObject({ version: 2, attributes: { n: 2 } });
    expect(await client.delete({ key, expectedVersion: 2 })).toMatchObject({ version: null });
  });

  it('one of two of the same version is refused', async () => {
    const key = { id: 'race' };
    await client.create({ key, attributes: { by: 'nobody' } });
    const both = await Promise.allSettled(
      ['ada', 'bob'].map((by) => client.update({ key, set: { by }, expectedVersion: 1 })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await client.get(key))?.version).toBe(2);
  });

  it('is made if its condition holds, with names and values of any type', async () => {
    const key = { id: 'condition' };
    await client.create({ key, attributes: { status: 'open', tags: new Set(['a']) } });
    const condition = {
      expression: '#s = :open AND contains(tags, :tag) AND attribute_not_exists(closedAt)',
      names: { '#s': 'status' },
      values: { ':open': 'open', ':tag': 'a' },
    };
    await client.update({ key, set: { status: 'closed' }, condition });
    const again = client.update({ key, set: { status: 'x' }, largeAttributes: { page: 'x' }, condition });
    expect(await refusalOf(again)).toMatchObject({ name: 'RolledBack', reason: 'ConditionFailed' });
    expect((await client.get(key))?.attributes.status).toBe('closed');
    expect((await objectsOf(client)).filter((object) => object.includes('condition'))).toEqual([]);
  });

  it('adds to numbers and sets, whether they are there or not, each once', async () => {
    const key = { id: 'add' };
    await client.create({ key, attributes: { views: 2n ** 60n } });
    const addends = { views: 1, votes: 5, tags: new Set(['a', 'b']), ids: new Set([1, 2n ** 60n + 1n]) };
    await client.update({ key, add: addends });
    await client.update({ key, add: { tags: new Set(['b', 'c']) } });
    expect((await client.get(key))?.attributes).toEqual({
      views: 2n ** 60n + 1n,
      votes: 5,
      tags: new Set(['a', 'b', 'c']),
      ids: new Set([1, 2n ** 60n + 1n]),
    });
    const refused = await refusalOf(client.update({ key, add: { title: 'x' } }));
    expect(refused).toMatchObject({ reason: 'InvalidInput', field: 'add.title' });
  });

  it('takes a DynamoDB update expression beside set, remove and content', async () => {
    const key = { id: 'expression' };
    await client.create({ key, attributes: { notes: ['a'], deep: { n: 1 }, old: true } });
    await client.update({
      key,
      set: { title: 'x' },
      remove: ['old'],
      updateExpression: {
        expression: 'SET notes = list_append(notes, :more), deep.#n = deep.#n + :one',
        names: { '#n': 'n' },
        values: { ':more': ['b'], ':one': 1 },
      },
      largeAttributes: { page: '<p>' },
    });
    const item = await client.get(key);
    expect(item?.attributes).toEqual({ notes: ['a', 'b'], deep: { n: 2 }, title: 'x' });
    expect(Object.keys(item?.large ?? {})).toEqual(['page']);
    const twice = client.update({
      key,
      set: { notes: [] },
      updateExpression: { expression: 'REMOVE notes' },
    });
    expect(await refusalOf(twice)).toMatchObject({ reason: 'InvalidInput' });
  });

  it('with an idempotency key is made once, however often it is called', async () => {
    const key = { id: 'idempotent' };
    await client.create({ key, attributes: { views: 0 } });
    const view = () => client.update({ key, add: { views: 1 } }, { idempotencyKey: 'view-1' });
    const results = await Promise.all([view(), view(), view()]);
    expect(new Set(results.map(({ executionArn }) => executionArn)).size).toBe(1);
    expect(await view()).toEqual(results[0]);
    expect((await client.get(key))?.attributes.views).toBe(1);
  });
});

describe('a handle', () => {
  it('is waited for by another client, which deletes what was staged', async () => {
    const key = { id: 'handle' };
    const large = 'x'.repeat(300_000);
    const { executionArn, name } = await client.create(
      { key, largeAttributes: { page: large } },
      { wait: false },
    );
    const other = await LargeItemClient.fromStack({ pollIntervalMs: 10 });
    expect(await other.handle(executionArn).wait()).toMatchObject({ version: 1, executionArn });
    expect(await objectsOf(client, `staging/create/${name}`)).toEqual([]);
    expect((await client.get(key))?.version).toBe(1);
  });
});

describe('a batch', () => {
  const items = Array.from({ length: 24 }, (_, n) => ({
    key: { id: `batch-${n}` },
    attributes: { n },
    largeAttributes: { page: `page ${n}` },
  }));

  it('that is interrupted and run again writes each item once', async () => {
    const controller = new AbortController();
    const statuses: string[] = [];
    const options = { batch: 'interrupted', concurrency: 8 };
    for await (const { status } of client.createMany(items, { ...options, signal: controller.signal })) {
      statuses.push(status);
      if (statuses.length === 5) controller.abort();
    }
    expect(statuses.length).toBeLessThan(items.length);
    const summary = await client.createMany(items, options).summary();
    expect(summary).toMatchObject({ taken: 24, failed: 0, interrupted: 0 });
    expect(summary.writtenBefore).toBeGreaterThanOrEqual(5);
    expect(summary.written + summary.writtenBefore).toBe(24);
    expect(await client.createMany(items, options).summary()).toMatchObject({ writtenBefore: 24 });
    expect((await objectsOf(client)).filter((key) => key.includes('pk=batch-'))).toHaveLength(24);
  });

  it('of updates and one of deletes reach each item', async () => {
    const updates = items.map(({ key }) => ({ key, add: { n: 1 } }));
    expect(await client.updateMany(updates).summary()).toMatchObject({ written: 24, failed: 0 });
    expect((await client.get({ id: 'batch-23' }))?.attributes.n).toBe(24);
    const deletes = items.map(({ key }) => ({ key, mustExist: true }));
    expect(await client.deleteMany(deletes).summary()).toMatchObject({ written: 24, failed: 0 });
    expect((await objectsOf(client)).filter((key) => key.includes('pk=batch-'))).toEqual([]);
  });
});

describe('a batch of creates', () => {
  it('tells what their outputs do, most without a look at their runs', async () => {
    const sfn = new SFNClient({});
    const described = new Set<string>();
    sfn.middlewareStack.add(
      (next) => async (args) => {
        const { executionArn } = args.input as { readonly executionArn?: string };
        if (executionArn !== undefined) described.add(executionArn);
        return next(args);
      },
      { step: 'initialize' },
    );
    const writer = await LargeItemClient.fromStack({ sfn, pollIntervalMs: 10 });
    const inputs = Array.from({ length: 60 }, (_, n) => ({
      key: { id: `listed-${n}` },
      largeAttributes: { page: `page ${n}` },
    }));
    for await (const outcome of writer.createMany(inputs, { concurrency: 60 })) {
      if (outcome.status !== 'written') throw new Error(outcome.status);
      expect(outcome.result).toEqual(await client.handle(outcome.result.executionArn).wait());
    }
    expect(described.size).toBeLessThan(inputs.length);
  });
});
