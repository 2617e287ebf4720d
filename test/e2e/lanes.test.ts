// The client's Express lane on what is deployed: writes, what goes on as a Standard execution, and answers that are lost.

import { SFNClient } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { AnswerLost, LargeItemClient, type Progress } from '../../client/index.ts';
import { useStage } from './one-item.ts';

const stage = useStage({ lane: 'express' });

/** @param loses - synchronous calls get no answer, and reach nobody unless they are `sent` */
function clientOf(loses?: { readonly sent: boolean }): LargeItemClient {
  const { cloud, descriptor, s3, dynamodb } = stage.store;
  const { endpoint, region, credentials } = cloud;
  const sfn = new SFNClient({ endpoint, region, credentials });
  if (loses !== undefined) {
    sfn.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          if (commandName !== 'StartSyncExecutionCommand') return next(args);
          if (loses.sent) await next(args);
          throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
        },
      { step: 'deserialize', priority: 'low', name: 'losesAnswers' },
    );
  }
  return new LargeItemClient({ store: descriptor, lane: 'express', pollIntervalMs: 10, sfn, s3, dynamodb });
}

/** Time stands still but while a Standard execution is waited for. */
async function onProgress(progress: Progress): Promise<void> {
  if (progress.phase !== 'waiting') return;
  await stage.store.passUntilEnd(stage.store.runOf(progress.executionArn), 100);
}

async function lost(write: Promise<unknown>): Promise<AnswerLost> {
  const error = await write.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AnswerLost);
  return error as AnswerLost;
}

const content = (page: string) => ({ key: stage.key, largeAttributes: { page } });

it('writes, refuses and deletes, with content in the input and staged', async () => {
  const client = clientOf();
  const created = await client.create(content('A'));
  expect(created).toMatchObject({ version: 1, executionArn: expect.stringContaining(':express:') });
  const big = 'x'.repeat(300 * 1024);
  expect(await client.update(content(big))).toMatchObject({ version: 2, cleanup: 'done' });
  const read = await client.get(stage.key, { load: true });
  expect(await read?.large.page?.text()).toBe(big);
  expect(read?.createdBy).toBe(created.run);
  await expect(client.create({ key: stage.key })).rejects.toMatchObject({
    name: 'Rejected',
    reason: 'AlreadyExists',
  });
  expect(await client.delete({ key: stage.key })).toMatchObject({ version: null });
  expect(await client.get(stage.key)).toBeUndefined();
  expect(await stage.objects()).toEqual([]);
});

it('goes on in the Standard lane where the write is in doubt, and gives its result', async () => {
  stage.writeFault({ when: 'after', error: 'InternalServerError' });
  const result = await clientOf().create(content('A'), { onProgress });
  expect(result).toMatchObject({
    ...{ version: 1, run: expect.stringMatching(/^create\.x\./) },
    executionArn: expect.stringMatching(/:execution:.*:x-[0-9A-Z]{26}$/),
  });
});

describe('an answer that is lost', () => {
  it('is found in the item', async () => {
    const { run } = await lost(clientOf({ sent: true }).create(content('A')));
    expect(await clientOf().outcome(run)).toEqual({ outcome: 'written', version: 1 });
  });

  it('of a write that never came is proved to be none by the item as it was', async () => {
    const client = clientOf();
    await client.create(content('A'));
    const before = await client.get(stage.key);
    const { run } = await lost(clientOf({ sent: false }).update(content('B')));
    const kept: typeof run = JSON.parse(JSON.stringify(run));
    expect(await client.outcome(kept, { before, onProgress })).toMatchObject({ outcome: 'not-written' });
    expect(await client.outcome(kept)).toMatchObject({ outcome: 'not-written' });
    expect(await stage.page()).toBe('A');
  });

  it('of a write that others have followed is settled by what the Standard execution reads', async () => {
    const client = clientOf();
    await client.create(content('A'));
    const { run } = await lost(clientOf({ sent: true }).delete({ key: stage.key }));
    expect(await client.outcome(run, { onProgress })).toMatchObject({ outcome: 'unknown' });
  });

  it('of a run that goes on is what that comes to', async () => {
    await clientOf().create(content('A'));
    stage.writeFault({ when: 'after', error: 'InternalServerError' });
    const { run } = await lost(clientOf({ sent: true }).update(content('B')));
    stage.store.cloud.faults.clear();
    await clientOf().update({ key: stage.key, set: { n: 1 } }); // so that the item does not show it any more
    expect(await clientOf().outcome(run, { onProgress })).toMatchObject({
      ...{ outcome: 'written', version: 2, executionArn: expect.stringContaining(`:x-${run.id}`) },
    });
  });
});
