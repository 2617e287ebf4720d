// The product's sagas on a cloud that is killed: wherever a run was cut off, it is ABORTED, and a redrive ends it well.

import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { expect, inject, test, vi } from 'vitest';
import { type StoreDescriptor, storeIn } from '../../core/contract/store.ts';
import { type CloudProcess, newFolder, startProcess } from './harness.ts';

/** So slow that no wait ends by itself: a run whose task fails stays in the pause before its next attempt. */
const STANDSTILL = 1e-6;
const CAUSE = 'The local cloud ended while the execution ran.';
const TEXT = 'A large text, byte for byte. ĄŻ 🙂\n'.repeat(500);

const start = (data: string, timeScale = 100): Promise<CloudProcess> =>
  startProcess({ data, assembly: inject('assembly'), timeScale });

function storeOf(cloud: CloudProcess): StoreDescriptor {
  return storeIn(cloud.outputs.Twinwrite ?? {});
}

async function historyOf({ sfn }: CloudProcess, executionArn: string): Promise<HistoryEvent[]> {
  return (await sfn.getExecutionHistory({ executionArn, maxResults: 1000 })).events ?? [];
}

async function ended({ sfn }: CloudProcess, executionArn: string) {
  return vi.waitUntil(
    async () => {
      const now = await sfn.describeExecution({ executionArn });
      return now.status === 'RUNNING' ? undefined : now;
    },
    { timeout: 60_000, interval: 20 },
  );
}

function createInput(id: string): string {
  return JSON.stringify({
    key: { id },
    attributes: { title: 'kept' },
    largeAttributes: { page: { text: TEXT }, other: { text: `${TEXT}!` } },
  });
}

/** The large attributes of an item, read as any reader of the table would. */
async function contentsOf(cloud: CloudProcess, id: string): Promise<Record<string, string | undefined>> {
  const { Item } = await cloud.dynamodb.getItem({ TableName: storeOf(cloud).table, Key: { id: { S: id } } });
  const read = async (name: string): Promise<string | undefined> => {
    const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(Item?.[name]?.S ?? '') ?? [];
    if (!Bucket || !Key) return undefined;
    return (await cloud.s3.getObject({ Bucket, Key })).Body?.transformToString();
  };
  return { page: await read('page'), other: await read('other') };
}

/** Where a run is cut off: what its call there fails with for ever. Runs are told apart by the id of their item. */
const FAULTS = {
  Plan: { service: 'lambda', operation: 'Invoke', error: 'Lambda.ServiceException' },
  PutObjects: { service: 's3', operation: 'PutObject', error: 'SlowDown', status: 503 },
  WriteItem: {
    service: 'dynamodb',
    operation: 'TransactWriteItems',
    error: 'InternalServerError',
    status: 500,
  },
  WriteItemApplied: {
    service: 'dynamodb',
    operation: 'TransactWriteItems',
    when: 'after',
    error: 'InternalServerError',
    status: 500,
  },
} as const;

test('after a kill, ended runs are as they were, cut off ones are ABORTED and are redriven to success', async () => {
  const data = await newFolder();
  const cloud = await start(data, STANDSTILL);
  const stateMachineArn = storeOf(cloud).stateMachines.create;
  for (const [id, fault] of Object.entries(FAULTS)) {
    const body = JSON.stringify({ when: 'before', ...fault, match: `run-${id}-end`, times: 'always' });
    expect((await fetch(`${cloud.endpoint}/_local/faults`, { method: 'POST', body })).status).toBe(201);
  }
  const run = (id: string) => ({ stateMachineArn, name: id, input: createInput(`run-${id}-end`) });
  const startRun = async (id: string): Promise<string> =>
    (await cloud.sfn.startExecution(run(id))).executionArn ?? '';
  const endedArn = await startRun('whole');
  const { $metadata: _, ...whole } = await ended(cloud, endedArn);
  expect(whole).toMatchObject({ status: 'SUCCEEDED' });
  const wholeHistory = await historyOf(cloud, endedArn);
  const cutOff = await Promise.all(Object.keys(FAULTS).map(startRun));
  await vi.waitUntil(
    async () => {
      const histories = await Promise.all(cutOff.map((arn) => historyOf(cloud, arn)));
      return histories.every((events) => events.some(({ type }) => type === 'TaskFailed'));
    },
    { timeout: 60_000, interval: 50 },
  );
  const before = await Promise.all(cutOff.map((arn) => historyOf(cloud, arn)));
  await cloud.kill();

  const between = await start(data);
  const aborted = await Promise.all(cutOff.map((arn) => ended(between, arn)));
  const histories = await Promise.all(cutOff.map((arn) => historyOf(between, arn)));
  await between.kill();
  const again = await start(data);

  expect(await ended(again, endedArn)).toMatchObject(whole);
  expect(await historyOf(again, endedArn)).toEqual(wholeHistory);
  await expect(again.sfn.startExecution(run('whole'))).rejects.toMatchObject({
    name: 'ExecutionAlreadyExists',
  });
  const { executions = [] } = await again.sfn.listExecutions({ stateMachineArn, statusFilter: 'ABORTED' });
  expect(executions.map(({ executionArn }) => executionArn).sort()).toEqual([...cutOff].sort());
  for (const [index, executionArn] of cutOff.entries()) {
    const events = histories[index] ?? [];
    expect(aborted[index]).toMatchObject({
      status: 'ABORTED',
      cause: CAUSE,
      redriveStatus: 'REDRIVABLE',
      stopDate: expect.any(Date),
    });
    expect(events.slice(0, before[index]?.length)).toEqual(before[index]);
    expect(events.at(-1)).toMatchObject({
      type: 'ExecutionAborted',
      executionAbortedEventDetails: { cause: CAUSE },
    });
    expect(await historyOf(again, executionArn)).toEqual(events);
    await again.sfn.redriveExecution({ executionArn });
    expect(await ended(again, executionArn)).toMatchObject({ status: 'SUCCEEDED', redriveCount: 1 });
  }
  const ids = ['whole', ...Object.keys(FAULTS)];
  for (const id of ids) {
    expect(await contentsOf(again, `run-${id}-end`)).toEqual({ page: TEXT, other: `${TEXT}!` });
  }
  const { bucket, prefix } = storeOf(again);
  const { Contents = [] } = await again.s3.listObjectsV2({ Bucket: bucket, Prefix: `${prefix}/` });
  expect(Contents).toHaveLength(2 * ids.length);
});
