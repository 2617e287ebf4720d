// Each alarm on the clean-up after removed items goes off when what it is about happens, by itself.

import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, it, vi } from 'vitest';
import { toSdkItem } from '../../core/values/sdk-item.ts';
import { page } from '../e2e/one-item.ts';
import { useWatched } from './watched.ts';

const MINUTE = 60;
const stage = useWatched({ cleanUpForeignDeletes: true });

/** Another program deletes an item whose objects cannot be deleted. */
async function removeInVain(): Promise<void> {
  await stage.commit('create', page('A'));
  stage.fault({
    ...{ service: 's3', operation: 'DeleteObjects', when: 'before', error: 'InternalError' },
    times: 'always',
  });
  const key = { TableName: stage.store.descriptor.table, Key: toSdkItem(stage.typedKey) };
  const tried = stage.measured('IteratorAge');
  await stage.store.dynamodb.send(new DeleteItemCommand(key));
  await tried;
}

it('delayed: for a quarter of an hour', async () => {
  await removeInVain();
  for (const minutes of [61, 5, 5]) {
    expect(stage.alarms()).toEqual([]);
    await triedAfter(minutes);
  }
  expect(stage.alarms()).toEqual(['stream-delayed']);
  stage.store.cloud.faults.clear();
  await vi.waitUntil(
    async () => {
      stage.store.pass(1);
      return (await stage.objects()).length === 0;
    },
    { timeout: 60_000, interval: 10 },
  );
});

/** The next try may only just have begun to wait: time passes second by second until it is made. */
async function triedAfter(minutes: number): Promise<void> {
  const tried = stage.measured('IteratorAge', 1, () => stage.store.pass(1));
  stage.store.pass(minutes * MINUTE);
  await tried;
}

it('records given up: after eleven tries', async () => {
  await removeInVain();
  await stage.measured('OnFailureDestinationDeliveredEventCount', 1, () => stage.store.pass(1));
  expect(stage.alarms()).toEqual(['stream-records-given-up']);
});

it('records lost: they cannot be kept either', async () => {
  stage.fault({
    ...{ service: 's3', operation: 'PutObject', when: 'before', error: 'AccessDenied', status: 403 },
    ...{ match: '/aws/lambda/', times: 'always' },
  });
  await removeInVain();
  await stage.measured('DroppedEventCount', 1, () => stage.store.pass(1));
  expect(stage.alarms()).toEqual(['stream-records-lost']);
});
