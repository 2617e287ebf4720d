// Starting without waiting, and waiting for a run that somebody else started.

import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, it } from 'vitest';
import { Rejected, RolledBack } from '../../../client/index.ts';
import { arnOf, clientOf, executionsEnd, output, s3, sfn, started, writesSucceed } from '../mocks.ts';

const client = clientOf();
const key = { id: '42' };
const large = 'x'.repeat(300_000);

beforeEach(writesSucceed);

function deleted(): (string | undefined)[] {
  return s3.commandCalls(DeleteObjectCommand).map(({ args: [{ input }] }) => input.Key);
}

describe('a write that is not waited for', () => {
  it('gives its run once that has started', async () => {
    const handle = await client.create({ key }, { wait: false, idempotencyKey: 'order-7' });
    expect(handle).toMatchObject({
      executionArn: arnOf('Create', 'order-7'),
      name: 'order-7',
      consoleUrl: expect.stringContaining(
        `.console.aws.amazon.com/states/home?region=eu-central-1#/v2/executions/details/${arnOf('Create', 'order-7')}`,
      ),
    });
    expect(started()).toHaveLength(1);
    expect(sfn.commandCalls(DescribeExecutionCommand)).toEqual([]);
  });

  it('can be waited for later, as if the call had', async () => {
    const handle = await client.create({ key, largeAttributes: { page: large } }, { wait: false });
    expect(deleted()).toEqual([]);
    expect(await handle.wait()).toMatchObject({ version: 1, executionArn: handle.executionArn });
    expect(deleted()).toEqual([`staging/create/${handle.name}/page`]);
  });

  it('that fails throws when it is waited for, and looks anew each time', async () => {
    executionsEnd({ status: 'FAILED', error: 'RolledBack.Conflict', cause: '{"message":"busy"}' });
    const handle = await client.update({ key, set: { a: 1 } }, { wait: false });
    await expect(handle.wait()).rejects.toBeInstanceOf(RolledBack);
    executionsEnd();
    expect((await handle.wait()).version).toBe(1);
  });

  it('is refused like any other', async () => {
    await expect(client.delete({ key: { id: 7 } }, { wait: false })).rejects.toBeInstanceOf(Rejected);
  });

  it('stops waiting when asked to, and can be waited for again', async () => {
    executionsEnd({ status: 'RUNNING' });
    const handle = await client.delete({ key }, { wait: false });
    const waiting = handle.wait({ signal: AbortSignal.timeout(1) });
    await expect(waiting).rejects.toMatchObject({
      name: 'WaitInterrupted',
      executionArn: handle.executionArn,
    });
    executionsEnd();
    expect((await handle.wait()).version).toBe(1);
  });
});

describe('the handle of a run', () => {
  it('waits for it in another process, and deletes what was staged for it', async () => {
    const executionArn = arnOf('Update', 'k');
    const staged = (Key: string) => ({ staged: { key: Key, sha256: '0'.repeat(64), size: 1 } });
    const largeAttributes = {
      page: staged('staging/update/k/page'),
      note: { text: 'x' },
      odd: staged('items/x'),
    };
    sfn.on(DescribeExecutionCommand, { executionArn }).resolves({
      executionArn,
      status: 'SUCCEEDED',
      input: JSON.stringify({ key, largeAttributes }),
      output: JSON.stringify({ ...output, version: 2 }),
    });
    const handle = client.handle(executionArn);
    expect(handle.name).toBe('k');
    expect(await handle.wait()).toMatchObject({ version: 2, executionArn });
    expect(deleted()).toEqual(['staging/update/k/page']);
  });

  it.each([
    '',
    'x',
    arnOf('Create', ''),
    arnOf('Create', 'a:b'),
    arnOf('Other' as 'Create', 'k'),
    arnOf('Create', 'k').replace('execution', 'stateMachine'),
    undefined as unknown as string,
  ])('is refused for what is no run of the store: %s', (executionArn) => {
    expect(() => client.handle(executionArn)).toThrow(Rejected);
    expect(() => client.handle(executionArn)).toThrow("not an execution of this store's state machines");
  });
});
