// Batches with a name, which are run again after they were cut short, or in part failed.

import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { describe, expect, it, vi } from 'vitest';
import type { Content } from '../../../client/index.ts';
import { IdempotencyConflict, UploadFailed } from '../../../client/index.ts';
import { awsError, clientOf, output, sfn, started } from '../mocks.ts';
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

describe('a named batch that is run again', () => {
  const batch = 'import-7';

  it('has names that say batch and item', async () => {
    await client.createMany([{ key: { id: 'a/b' } }, { key: { id: 'x'.repeat(300) } }], { batch }).summary();
    const names = started().map(({ name }) => name);
    expect(names[0]).toMatch(/^import-7-a-b-[0-9a-f]{24}$/);
    expect(names[1]).toMatch(/^import-7-x+-[0-9a-f]{24}$/);
    expect(names[1]?.length).toBe(65);
  });

  it.each(['x', 'x-01M8A42470BRZ4A0KNRHRYDN4H', 'a-replay-1'])(
    'takes no name that other runs have, in a batch %s',
    async (name) => {
      const ids = ['?', 'replay-1', '01M8A42470BRZ4A0KNRHRYDN4H', '0f8fad5b-d9cb-469f-a165-70867728950e'];
      const given = ids.map((id) => ({ key: { id } }));
      const outcomes = await outcomesOf(client.createMany(given, { batch: name }));
      expect(statuses(outcomes)).toEqual(ids.map(() => 'written'));
    },
  );

  it('writes nothing twice, and says what was written before', async () => {
    await client.createMany(inputs(6), { batch }).summary();
    expect(executions.size).toBe(6);
    const again = await outcomesOf(client.createMany(inputs(8), { batch }));
    expect(statuses(again)).toEqual([...Array(6).fill('written-before'), 'written', 'written']);
    expect(again[0]).toMatchObject({ result: { version: 1 } });
    expect(executions.size).toBe(8);
  });

  it('looks once at what was written before', async () => {
    await client.createMany(inputs(10), { batch }).summary();
    sfn.resetHistory();
    await client.createMany(inputs(10), { batch }).summary();
    expect(sfn.commandCalls(DescribeExecutionCommand)).toHaveLength(10);
  });

  it('looks patiently at what was written before, however long it is throttled', async () => {
    await client.createMany(inputs(2), { batch }).summary();
    let refusals = 25;
    sfn.on(DescribeExecutionCommand).callsFake(({ executionArn: arn }: { executionArn: string }) => {
      if (refusals-- > 0) throw awsError('ThrottlingException', 400);
      const { input } = executions.get(arn.split(':').at(-1) ?? '') ?? {};
      return { executionArn: arn, status: 'SUCCEEDED', input, output: JSON.stringify(output) };
    });
    vi.useFakeTimers();
    const again = outcomesOf(client.createMany(inputs(2), { batch }));
    await vi.advanceTimersByTimeAsync(120_000);
    expect(await again).toMatchObject([
      { status: 'written-before', result: { version: 1 } },
      { status: 'written-before' },
    ]);
  });

  it('waits for the runs that it was interrupted in', async () => {
    ends.of = () => RUNNING;
    const controller = new AbortController();
    const first = client.createMany(inputs(3), { batch, signal: controller.signal });
    const outcomes = outcomesOf(first);
    await expect.poll(() => executions.size).toBe(3);
    controller.abort();
    expect(statuses(await outcomes)).toEqual(['interrupted', 'interrupted', 'interrupted']);
    const second = client.createMany(inputs(3), { batch }).summary();
    for (const execution of executions.values()) execution.end = {};
    expect(await second).toMatchObject({ taken: 3, failed: 0 });
    expect(executions.size).toBe(3);
  });

  it('tries anew what had failed, under the next name, also when its input has been corrected', async () => {
    ends.of = () => ROLLED_BACK;
    const names = () => [...executions.keys()].map((name) => name.replace(/[0-9a-f]{24}/, ''));
    expect(await client.createMany(inputs(2), { batch }).summary()).toMatchObject({ failed: 2 });
    expect(await client.createMany(inputs(2, 'y'), { batch }).summary()).toMatchObject({ failed: 2 });
    ends.of = () => ({});
    expect(await client.createMany(inputs(2, 'z'), { batch }).summary()).toMatchObject({ written: 2 });
    expect(await client.createMany(inputs(2, 'z'), { batch }).summary()).toMatchObject({ writtenBefore: 2 });
    expect(names()).toEqual(
      ['', '-2', '-3'].flatMap((end) => ['item-0', 'item-1'].map((id) => `${batch}-${id}-${end}`)),
    );
  });

  it('does not write anew what is stuck: it may have been written', async () => {
    ends.of = () => STUCK;
    await client.createMany(inputs(1), { batch }).summary();
    ends.of = () => ({});
    const [outcome] = await outcomesOf(client.createMany(inputs(1), { batch }));
    expect(outcome).toMatchObject({ status: 'in-doubt', error: { name: 'Stuck' } });
    expect(executions.size).toBe(1);
  });

  it('refuses another input for an item that was written', async () => {
    await client.createMany(inputs(1, 'x'), { batch }).summary();
    const [outcome] = await outcomesOf(client.createMany(inputs(1, 'y'), { batch }));
    expect(outcome).toMatchObject({ status: 'not-written', error: expect.any(IdempotencyConflict) });
    expect(executions.size).toBe(1);
  });

  it('writes several updates of one item by their identity', async () => {
    const updates = [1, 2, 3].map((n) => ({ key: { id: 'a' }, add: { n }, set: { order: n } }));
    const identity = ({ set }: { set?: object }) => JSON.stringify(set);
    const run = () => client.updateMany(updates, { batch, identity, concurrency: 1 }).summary();
    expect(await run()).toMatchObject({ written: 3 });
    expect(await run()).toMatchObject({ writtenBefore: 3 });
  });

  it.each([
    ['text', () => 'x'],
    ['bytes', () => new Uint8Array(3)],
    ['an ArrayBuffer', () => new ArrayBuffer(3)],
    ['a DataView', () => new DataView(new ArrayBuffer(3))],
    ['a Blob', () => new Blob(['x'])],
    ['staged content', () => ({ staged: { key: 'staging/x', sha256: 'a'.repeat(64), size: 3 } })],
  ] as [string, () => Content][])(
    'tries anew what failed with %s, which can be read again',
    async (_, content) => {
      const input = () => [
        { key: { id: 'a' }, largeAttributes: { page: { content: content(), contentType: 'a/b' } } },
      ];
      ends.of = () => ROLLED_BACK;
      expect(await client.createMany(input(), { batch }).summary()).toMatchObject({ failed: 1 });
      ends.of = () => ({});
      expect(await client.createMany(input(), { batch }).summary()).toMatchObject({ written: 1 });
    },
  );

  it('does not write anew a stream that was read already: it would be empty', async () => {
    ends.of = () => ROLLED_BACK;
    const large = 'x'.repeat(300_000);
    const withStream = () => [{ key: { id: 'a' }, largeAttributes: { page: new Blob([large]).stream() } }];
    const first = await outcomesOf(client.createMany(withStream(), { batch }));
    expect(first[0]).not.toMatchObject({ error: expect.any(UploadFailed) });
    ends.of = () => ({});
    const [again] = await outcomesOf(client.createMany(withStream(), { batch }));
    expect(again).toMatchObject({ status: 'not-written', error: { name: 'RolledBack' } });
    const asText = [{ key: { id: 'a' }, largeAttributes: { page: large } }];
    expect(await client.createMany(asText, { batch }).summary()).toMatchObject({ written: 1 });
  });
});
