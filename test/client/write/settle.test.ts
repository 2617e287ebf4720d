// What has become of an Express run whose answer was lost: who tells, and what each answer means.

import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type ExpressRun,
  LargeItemClient,
  type OutcomeOptions,
  type Progress,
} from '../../../client/index.ts';
import { arnOf, awsError, dynamodb, executionsEnd, output, resetMocks, sfn, started } from '../mocks.ts';
import { expressStore, fails, ID, runText } from './express-store.ts';

const client = new LargeItemClient({ store: expressStore, pollIntervalMs: 1 });
const key = { id: { S: '42' } };
const run: ExpressRun = {
  operation: 'update',
  id: ID,
  key,
  startedAt: '2026-11-29T02:00:00.000Z',
  inline: true,
};
const settling = arnOf('Update', `x-${ID}`);
const before = { createdBy: 'create.e.20260101T000000000Z', version: 3 };
const other = 'update.y.20260101T000000000Z';

beforeEach(() => {
  resetMocks();
  executionsEnd();
  itemIs(undefined);
});

function itemIs(saga: { createdBy?: string; writtenBy?: string; version?: number } | undefined): void {
  const { createdBy = before.createdBy, writtenBy = other, version = 4 } = saga ?? {};
  const M = {
    ...{
      createdBy: { S: createdBy },
      writtenBy: { S: writtenBy },
      version: { N: String(version) },
      large: { L: [] },
    },
  };
  dynamodb.on(GetItemCommand).resolves(saga === undefined ? {} : { Item: { _saga: { M } } });
}

/** The Standard execution of the run is there, and has ended so. */
function executionIs(end: object, input: object = { key, settles: { id: ID } }): void {
  sfn.on(DescribeExecutionCommand).resolves({ executionArn: settling, input: JSON.stringify(input), ...end });
}

describe('the item', () => {
  it('tells at once that the run has written it last', async () => {
    itemIs({ writtenBy: runText, version: 5 });
    expect(await client.outcome(run)).toEqual({ outcome: 'written', version: 5 });
    expect(dynamodb.commandCalls(GetItemCommand)[0]?.args[0].input).toMatchObject({
      Key: key,
      ConsistentRead: true,
    });
    expect(sfn.calls()).toEqual([]);
  });

  it('tells that the run has created it, though others have written it since', async () => {
    const createdBy = runText.replace('update', 'create');
    itemIs({ createdBy });
    expect(await client.outcome({ ...run, operation: 'create' })).toEqual({ outcome: 'written' });
  });

  it.each([
    ['another id', runText.replace(ID, ID.replace('X', 'Y'))],
    ['another operation', runText.replace('update', 'create')],
  ])('does not tell of a run of %s', async (_, writtenBy) => {
    itemIs({ writtenBy });
    await client.outcome(run);
    expect(started()).toHaveLength(1);
  });

  it('need not be there, nor be allowed to be read', async () => {
    dynamodb.on(GetItemCommand).rejects(awsError('AccessDeniedException', 400));
    await client.outcome(run);
    expect(started()).toHaveLength(1);
  });
});

describe('the Standard execution of the run', () => {
  const settles = { key, attributeFormat: 'dynamodb', settles: { id: ID } };
  const continues = { key, continues: { at: 'WriteItem', plan: { run: runText } } };

  it.each<[string, object, object, object]>([
    [
      'goes on and succeeds',
      { status: 'SUCCEEDED', output: JSON.stringify({ ...output, run: runText, version: 9 }) },
      continues,
      { outcome: 'written', version: 9 },
    ],
    [
      'goes on and is rolled back',
      fails('RolledBack.WriteRefused', { message: 'no' }),
      continues,
      { outcome: 'not-written', message: 'WriteRefused: no' },
    ],
    [
      'goes on and is rejected',
      fails('Rejected.Conflict', { message: 'busy' }),
      continues,
      { outcome: 'not-written' },
    ],
    [
      'goes on and cannot tell',
      fails('OutcomeUnknown', { message: 'moved on' }),
      continues,
      { outcome: 'unknown', message: 'moved on' },
    ],
    [
      'has settled it as not written',
      fails('RolledBack.NotWritten', { message: 'not there', id: ID }),
      settles,
      { outcome: 'not-written', message: 'NotWritten: not there' },
    ],
    [
      'has settled it as not written, by hand in plain JSON',
      fails('RolledBack.NotWritten', { message: 'not there', id: ID }),
      { key: { id: '42' }, settles: { id: ID } },
      { outcome: 'not-written' },
    ],
    [
      'has looked at another item',
      fails('RolledBack.NotWritten', { message: 'not there', id: ID }),
      { ...settles, key: { id: { S: '43' } } },
      { outcome: 'unknown', message: expect.stringContaining('another item') },
    ],
    [
      'has looked at another item, of which it cannot tell either',
      fails('OutcomeUnknown', { message: 'there is no such item now' }),
      { ...settles, key: { id: { S: '43' } } },
      { outcome: 'unknown', message: expect.stringContaining('another item') },
    ],
    [
      'has settled it as unknown',
      fails('OutcomeUnknown', { message: 'gone' }),
      settles,
      { outcome: 'unknown', message: 'gone' },
    ],
    [
      'was refused before it could settle it',
      fails('Rejected.InvalidInput', { message: 'settles' }),
      {},
      { outcome: 'unknown', message: expect.stringContaining('InvalidInput: settles') },
    ],
    [
      'has told of another run',
      { status: 'SUCCEEDED', output: JSON.stringify(output) },
      {},
      { outcome: 'unknown', message: `the execution tells of another run, ${output.run}` },
    ],
    [
      'goes on with another run',
      fails('RolledBack.WriteRefused', { message: 'no' }),
      { key, continues: { at: 'WriteItem', plan: { run: output.run } } },
      { outcome: 'unknown', message: `the execution tells of another run, ${output.run}` },
    ],
  ])('%s', async (_, end, input, expected) => {
    executionIs(end, input);
    expect(await client.outcome(run)).toMatchObject({ ...expected, executionArn: settling });
    expect(started()).toEqual([]);
  });

  it('may be stuck, and is named', async () => {
    executionIs(fails('WriteInDoubt', { message: 'no' }), continues);
    await expect(client.outcome(run)).rejects.toMatchObject({ name: 'Stuck', executionArn: settling });
  });

  it('is told of while it is waited for, and named when the waiting ends', async () => {
    executionIs({ status: 'RUNNING' }, continues);
    const controller = new AbortController();
    const seen: Progress[] = [];
    const onProgress = (progress: Progress) => {
      seen.push(progress);
      controller.abort(new Error('enough'));
    };
    await expect(client.outcome(run, { signal: controller.signal, onProgress })).rejects.toMatchObject({
      ...{ name: 'WaitInterrupted', executionArn: settling },
    });
    expect(seen).toEqual([{ phase: 'waiting', executionArn: settling }]);
  });
});

describe('an execution that settles the run', () => {
  it.each<[string, ExpressRun, OutcomeOptions, object]>([
    ['of which nothing was staged', run, {}, { id: ID, inline: true }],
    ['of which something was staged', { ...run, inline: false }, {}, { id: ID }],
    ['of an item that was read before', run, { before }, { id: ID, inline: true, before }],
    [
      'of an item that no saga had written',
      run,
      { before: { createdBy: null, version: null } },
      { id: ID, inline: true },
    ],
  ])('is started for one %s', async (_, of, options, settles) => {
    await client.outcome(JSON.parse(JSON.stringify(of)) as ExpressRun, options);
    expect(started()).toMatchObject([
      { name: `x-${ID}`, input: { key, attributeFormat: 'dynamodb', settles } },
    ]);
    expect(sfn.commandCalls(StartExecutionCommand)[0]?.args[0].input.stateMachineArn).toBe(
      expressStore.stateMachines.update,
    );
  });

  it('is waited for all the same if the run has gone on by then', async () => {
    sfn.on(StartExecutionCommand).rejects(awsError('ExecutionAlreadyExists', 400));
    sfn
      .on(DescribeExecutionCommand)
      .rejectsOnce(awsError('ExecutionDoesNotExist', 400))
      .resolves({
        ...{
          executionArn: settling,
          status: 'SUCCEEDED',
          output: JSON.stringify({ ...output, run: runText }),
        },
        input: JSON.stringify({ key, continues: { plan: { run: runText } } }),
      });
    expect(await client.outcome(run)).toMatchObject({ outcome: 'written', executionArn: settling });
  });
});

describe('what is refused', () => {
  it.each<[string, object, OutcomeOptions]>([
    ['run', null as unknown as object, {}],
    ['run.operation', { ...run, operation: 'put' }, {}],
    ['run.id', { ...run, id: 'x' }, {}],
    ['run.id', { ...run, id: `update-${ID}` }, {}],
    ['run.inline', { ...run, inline: undefined }, {}],
    ['run.key', { ...run, key: '42' }, {}],
    ['key.id', { ...run, key: { id: '42' } }, {}],
    ['before', run, { before: { createdBy: 'x', version: null } }],
  ])('%s', async (field, of, options) => {
    await expect(client.outcome(of as ExpressRun, options)).rejects.toMatchObject({
      ...{ name: 'Rejected', reason: 'InvalidInput', field },
    });
    expect([...sfn.calls(), ...dynamodb.calls()]).toEqual([]);
  });
});
