// Writes by the Express lane: what is called, what each answer means to the caller, and which writes go by the Standard lane.

import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  StartExecutionCommand,
  StartSyncExecutionCommand,
  type StartSyncExecutionInput,
} from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  AnswerLost,
  type Lane,
  LargeItemClient,
  type Progress,
  StartFailed,
  type StoreDescriptor,
  type WriteOptions,
} from '../../../client/index.ts';
import { arnOf, awsError, dynamodb, output, s3, sfn, started, store, writesSucceed } from '../mocks.ts';
import { calls, expressArn, expressStore, fails, ID, runText, syncAnswers } from './express-store.ts';

const key = { id: '42' };
const express = { lane: 'express' } as const;
const client = new LargeItemClient({ store: expressStore, pollIntervalMs: 1 });

beforeEach(writesSucceed);
afterEach(() => {
  vi.useRealTimers();
});

/** What a call comes to, whose pauses take no time. */
async function withoutPauses<T>(call: () => Promise<T>): Promise<T> {
  vi.useFakeTimers();
  const called = call();
  called.catch(() => undefined);
  await vi.advanceTimersByTimeAsync(60_000);
  return called;
}

describe('a write by the Express lane', () => {
  it('is one call of its state machine, with the name and input that it always had', async () => {
    syncAnswers({});
    const result = await client.create({ key, largeAttributes: { page: '<p>' } }, express);

    expect(result).toMatchObject({ key, version: 1, executionArn: expressArn(calls()[0]?.name) });
    expect(calls()).toEqual([
      {
        stateMachineArn: expressStore.express?.stateMachines.create,
        name: expect.stringMatching(/^create-42-[0-9A-Z]{26}$/),
        input: JSON.stringify({ key, largeAttributes: { page: { text: '<p>' } } }),
      },
    ]);
    expect(sfn.calls()).toHaveLength(1);
  });

  it.each(['create', 'put', 'update', 'delete'] as const)(
    'is a %s, by the default of the client',
    async (call) => {
      syncAnswers({});
      const byDefault = new LargeItemClient({ store: expressStore, ...express });
      const write = byDefault[call] as (input: object) => Promise<unknown>;
      await write.call(byDefault, { key });
      const operation = call === 'put' ? 'create' : call;
      expect(calls()[0]?.stateMachineArn).toBe(expressStore.express?.stateMachines[operation]);
    },
  );

  it('tells when it runs, and not that it waits', async () => {
    syncAnswers({});
    const seen: Progress[] = [];
    await client.create({ key }, { ...express, onProgress: (progress) => seen.push(progress) });
    expect(seen).toEqual([{ phase: 'running', executionName: calls()[0]?.name }]);
  });

  it('deletes what was staged for it once it has succeeded', async () => {
    syncAnswers({});
    await client.create({ key, largeAttributes: { page: '<p>' } }, { ...express, inlineContent: false });
    const name = calls()[0]?.name;
    expect(JSON.parse(calls()[0]?.input ?? '')).toMatchObject({
      largeAttributes: { page: { staged: { key: `staging/create/${name}/page` } } },
    });
    expect(s3.commandCalls(DeleteObjectCommand)).toHaveLength(1);
  });

  it.each([
    ['Rejected.NotFound', { name: 'Rejected', reason: 'NotFound' }],
    ['RolledBack.WriteRefused', { name: 'RolledBack', reason: 'WriteRefused' }],
    ['OutcomeUnknown', { name: 'OutcomeUnknown' }],
  ])('that ends as %s fails as a Standard one', async (error, expected) => {
    syncAnswers(fails(error, { message: 'as the saga says' }));
    const failed = await client.update({ key, set: { a: 1 } }, express).catch((thrown: unknown) => thrown);
    expect(failed).toMatchObject({
      ...expected,
      message: expect.stringContaining('as the saga says'),
      executionArn: expressArn(calls()[0]?.name),
    });
    expect(sfn.calls()).toHaveLength(1);
  });
});

describe('which lane', () => {
  it.each<[string, WriteOptions & { wait?: false }]>([
    ['with an idempotency key', { idempotencyKey: 'order-1', ...express }],
    ['when the call says so', { lane: 'standard' }],
    ['that is not waited for, by the default of the client', { wait: false }],
  ])('is the Standard one for a write %s', async (_, options) => {
    const byDefault = new LargeItemClient({ store: expressStore, ...express, pollIntervalMs: 1 });
    await byDefault.create({ key }, options);
    expect(calls()).toEqual([]);
    expect(started()).toHaveLength(1);
  });

  it.each<[string, object]>([
    ['over 192 KiB', { attributes: { text: 'x'.repeat(193 * 1024) } }],
    [
      'of 41 large attributes',
      { largeAttributes: Object.fromEntries(Array.from({ length: 41 }, (_, n) => [`a${n}`, 'x'])) },
    ],
    [
      'of a staged object over 64 MiB',
      {
        largeAttributes: {
          film: { staged: { key: 'staging/f', sha256: '0'.repeat(64), size: 64 * 1024 ** 2 + 1 } },
        },
      },
    ],
  ])('is the Standard one for an input %s', async (_, input) => {
    await client.create({ key, ...input }, express);
    expect(calls()).toEqual([]);
    expect(started()).toHaveLength(1);
  });

  it('is the Standard one for an input that has no room with its plan', async () => {
    syncAnswers(
      fails('Rejected.InvalidInput', { message: 'too large; use the Standard lane', field: 'input' }),
    );
    await client.create({ key }, express);
    expect(calls()).toHaveLength(1);
    expect(started()).toHaveLength(1);
    expect(started()[0]?.name).not.toBe(calls()[0]?.name);
  });

  it.each<[string, StoreDescriptor, WriteOptions & { wait?: boolean }, object]>([
    ['a lane that is none', expressStore, { lane: 'fast' as Lane }, { field: 'lane', value: 'fast' }],
    [
      'a lane that the store has not',
      store,
      express,
      { field: 'lane', message: expect.stringMatching(/`express: true`/) },
    ],
    ['not to wait', expressStore, { ...express, wait: false }, { field: 'wait' }],
  ])('refuses %s', async (_, of, options, expected) => {
    const error = { name: 'Rejected', reason: 'InvalidInput', ...expected };
    await expect(new LargeItemClient({ store: of }).create({ key }, options)).rejects.toMatchObject(error);
    expect(sfn.calls()).toEqual([]);
  });

  it('is checked when a client and a batch are made', () => {
    const refused = expect.objectContaining({ name: 'Rejected', reason: 'InvalidInput' });
    expect(() => new LargeItemClient({ store, ...express })).toThrow(refused);
    expect(() => client.createMany([], { lane: 'fast' as Lane })).toThrow(refused);
  });
});

describe('a run that others came before', () => {
  const conflict = fails('RolledBack.Conflict', { message: 'busy', plans: 1 });

  it('is started again, under a new name, with what was staged', async () => {
    syncAnswers(conflict, fails('Rejected.Conflict', { message: 'busy' }), {});
    const input = { key, largeAttributes: { page: '<p>' } };
    await withoutPauses(() => client.put(input, { ...express, inlineContent: false }));
    expect(new Set(calls().map(({ name }) => name)).size).toBe(3);
    expect(new Set(calls().map(({ input }) => input)).size).toBe(1);
    expect(s3.commandCalls(DeleteObjectCommand)).toHaveLength(1);
  });

  it('goes by the Standard lane after the fifth', async () => {
    syncAnswers(conflict);
    const { executionArn } = await withoutPauses(() => client.put({ key }, express));
    expect(calls()).toHaveLength(5);
    expect(started()).toHaveLength(1);
    expect(executionArn).toBe(arnOf('Create', started()[0]?.name ?? ''));
  });

  it('is not started again once the signal is aborted', async () => {
    const controller = new AbortController();
    sfn.on(StartSyncExecutionCommand).callsFake((input: StartSyncExecutionInput) => {
      controller.abort(new Error('enough'));
      return { executionArn: expressArn(input.name), ...conflict };
    });
    await expect(client.put({ key }, { ...express, signal: controller.signal })).rejects.toThrow('enough');
    expect(calls()).toHaveLength(1);
  });
});

describe('a run that goes on as a Standard one', () => {
  const standard = arnOf('Update', `x-${ID}`);
  const continued = fails('Continued', { message: 'goes on', executionArn: standard, run: runText });

  it('is waited for, and its result is the result', async () => {
    syncAnswers(continued);
    sfn.on(DescribeExecutionCommand).resolves({
      ...{
        executionArn: standard,
        status: 'SUCCEEDED',
        output: JSON.stringify({ ...output, run: runText, version: 7 }),
      },
    });
    const seen: Progress[] = [];
    const options = { ...express, onProgress: (progress: Progress) => seen.push(progress) };
    const result = await client.update({ key, set: { a: 1 } }, options);
    expect(result).toMatchObject({ version: 7, run: runText, executionArn: standard });
    expect(seen.at(-1)).toEqual({ phase: 'waiting', executionArn: standard });
  });

  it.each<[string, object]>([
    ['succeeded', { status: 'SUCCEEDED', output: JSON.stringify(output) }],
    [
      'failed',
      {
        ...fails('RolledBack.WriteRefused', { message: 'no' }),
        input: JSON.stringify({ key, continues: { at: 'WriteItem', plan: { run: output.run } } }),
      },
    ],
  ])('is unknown if that was of another run, and %s', async (_, end) => {
    syncAnswers(continued);
    sfn.on(DescribeExecutionCommand).resolves({ executionArn: standard, ...end });
    await expect(client.update({ key, set: { a: 1 } }, express)).rejects.toMatchObject({
      ...{ name: 'OutcomeUnknown', executionArn: standard, details: { run: runText, actual: output.run } },
    });
  });

  // An execution of its name that others have started says nothing of a write that is in doubt already.
  it.each<[string, object, object]>([
    ['Rejected.InvalidInput', {}, {}],
    ['RolledBack.NotWritten', { settles: { id: ID } }, { key: { id: 'another' } }],
    ['OutcomeUnknown', { settles: { id: ID } }, { key: { id: 'another' } }],
  ])('is unknown if that ends as %s of %j', async (error, given, changes) => {
    syncAnswers(continued);
    const input = JSON.stringify({ key, ...given, ...changes });
    sfn
      .on(DescribeExecutionCommand)
      .resolves({ executionArn: standard, ...fails(error, { message: 'no' }), input });
    await expect(client.update({ key, set: { a: 1 } }, express)).rejects.toMatchObject({
      ...{ name: 'OutcomeUnknown', executionArn: standard, details: { run: runText, error } },
    });
  });

  it('is not written if that has settled it so', async () => {
    syncAnswers(continued);
    const input = JSON.stringify({ key, settles: { id: ID } });
    const end = fails('RolledBack.NotWritten', { message: 'no' });
    sfn.on(DescribeExecutionCommand).resolves({ executionArn: standard, ...end, input });
    await expect(client.update({ key, set: { a: 1 } }, express)).rejects.toMatchObject({
      ...{ name: 'RolledBack', reason: 'NotWritten' },
    });
  });

  it('may be stuck there', async () => {
    syncAnswers(continued);
    sfn
      .on(DescribeExecutionCommand)
      .resolves({ executionArn: standard, ...fails('WriteInDoubt', { message: 'no' }) });
    await expect(client.update({ key, set: { a: 1 } }, express)).rejects.toMatchObject({
      ...{ name: 'Stuck', executionArn: standard },
    });
  });

  it('is named when the waiting is interrupted', async () => {
    syncAnswers(continued);
    sfn.on(DescribeExecutionCommand).resolves({ executionArn: standard, status: 'RUNNING' });
    const controller = new AbortController();
    const onProgress = ({ phase }: Progress) => phase === 'waiting' && controller.abort(new Error('enough'));
    const options = { ...express, signal: controller.signal, onProgress };
    await expect(client.update({ key, set: { a: 1 } }, options)).rejects.toMatchObject({
      ...{ name: 'WaitInterrupted', executionArn: standard },
    });
  });
});

describe('a call that starts nothing', () => {
  it('is made again under a new name when it is throttled', async () => {
    sfn
      .on(StartSyncExecutionCommand)
      .rejectsOnce(awsError('ThrottlingException', 400))
      .rejectsOnce(awsError('TooManyRequestsException', 429))
      .callsFake(({ name }) => ({
        executionArn: expressArn(name),
        status: 'SUCCEEDED',
        output: JSON.stringify(output),
      }));
    await withoutPauses(() => client.create({ key }, express));
    expect(new Set(calls().map(({ name }) => name)).size).toBe(3);
  });

  it('is given up when it is throttled for long', async () => {
    sfn.on(StartSyncExecutionCommand).rejects(awsError('ThrottlingException', 400));
    await expect(withoutPauses(() => client.create({ key }, express))).rejects.toBeInstanceOf(StartFailed);
    expect(calls()).toHaveLength(10);
  });

  it.each([
    ['AccessDeniedException', 400],
    ['StateMachineDoesNotExist', 400],
    ['ValidationException', 400],
    ['UnrecognizedClientException', 403],
  ])('says so: %s', async (name, status) => {
    sfn.on(StartSyncExecutionCommand).rejects(awsError(name, status));
    await expect(client.create({ key }, express)).rejects.toMatchObject({
      ...{
        name: 'StartFailed',
        cause: { name },
        executionArn: expect.stringContaining(':express:CreateExpress:create-42-'),
      },
    });
    expect(calls()).toHaveLength(1);
  });
});

describe('an answer that is lost', () => {
  it.each<[string, Error]>([
    ['a broken connection', Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })],
    ['a time-out', Object.assign(new Error('slow'), { name: 'TimeoutError' })],
    ['a fault of the service', awsError('InternalServerError', 500)],
    ['throttling by what is no longer the front door', awsError('ThrottlingException', 503)],
    ['a request that was broken off', awsError('RequestAbortedException', 400)],
    ['a page of something on the way', awsError('Unknown', 404)],
  ])('in %s leaves all open, and nothing is sent again', async (_, error) => {
    sfn.on(StartSyncExecutionCommand).rejects(error);
    const lost = await client.update({ key, set: { a: 1 } }, express).catch((thrown: unknown) => thrown);
    expect(lost).toBeInstanceOf(AnswerLost);
    expect((lost as AnswerLost).cause).toBe(error);
    expect(sfn.calls()).toHaveLength(1);
  });

  it.each([
    [{ status: 'TIMED_OUT' }, 'it ended as TIMED_OUT'],
    [fails('States.Runtime', { message: 'odd' }), 'it ended as FAILED, States.Runtime: odd'],
    [{ status: 'FAILED', error: 'Continued', cause: 'cut o' }, 'it ended as FAILED, Continued: cut o'],
  ])('in %j leaves all open', async (answer, why) => {
    syncAnswers(answer);
    const lost = await client.update({ key, set: { a: 1 } }, express).catch((thrown: unknown) => thrown);
    expect(lost).toBeInstanceOf(AnswerLost);
    expect((lost as AnswerLost).message).toContain(`(${why})`);
  });

  it('says all that is needed to find out, in JSON and as a command', async () => {
    vi.setSystemTime('2026-11-29T02:00:00Z');
    sfn.on(StartSyncExecutionCommand).rejects(awsError('InternalServerError', 500));
    const lost = await client.create({ key: { id: "it's 42" } }, express).catch((thrown: unknown) => thrown);
    const { name = '' } = calls()[0] ?? {};
    const id = name.slice(-26);
    const command = `twinwrite settle ${name} --key 'id=it'\\''s 42' --inline`;
    expect({ ...(lost as AnswerLost), cause: undefined }).toEqual({
      ...{ name: 'AnswerLost', cause: undefined, executionName: name, settle: command },
      executionArn: arnOf('Create', `x-${id}`),
      run: {
        ...{ operation: 'create', id, inline: true, startedAt: '2026-11-29T02:00:00.000Z' },
        key: { id: { S: "it's 42" } },
      },
    });
    expect((lost as AnswerLost).message).toMatch(/may or may not take effect/);
    expect((lost as AnswerLost).message).toContain(command);
  });

  it('says that something was staged', async () => {
    sfn.on(StartSyncExecutionCommand).rejects(awsError('InternalServerError', 500));
    const input = { key, largeAttributes: { page: '<p>' } };
    const lost = client.create(input, { ...express, inlineContent: false });
    await expect(lost).rejects.toMatchObject({
      run: { inline: false },
      settle: expect.not.stringContaining('--inline'),
    });
    expect(s3.commandCalls(DeleteObjectCommand)).toEqual([]);
  });

  it('is what an abort leaves while the call is under way', async () => {
    const controller = new AbortController();
    sfn.on(StartSyncExecutionCommand).callsFake(() => {
      controller.abort(new Error('enough'));
      return new Promise(() => undefined);
    });
    await expect(client.create({ key }, { ...express, signal: controller.signal })).rejects.toMatchObject({
      ...{ name: 'AnswerLost', cause: { message: 'enough' } },
    });
  });
});

describe('a batch by the Express lane', () => {
  it('makes a call for each write, and tells of each what came of it', async () => {
    sfn.on(StartSyncExecutionCommand).callsFake(({ name, input }: { name: string; input: string }) => {
      if (input.includes('lost')) throw awsError('InternalServerError', 500);
      if (input.includes('denied')) throw awsError('AccessDeniedException', 400);
      if (input.includes('refused'))
        return {
          ...fails('Rejected.AlreadyExists', { message: 'is there' }),
          executionArn: expressArn(name),
        };
      return { executionArn: expressArn(name), status: 'SUCCEEDED', output: JSON.stringify(output) };
    });
    const ids = ['written', 'lost', 'refused', 'denied'];
    const outcomes = [];
    const inputs = ids.map((id) => ({ key: { id } }));
    for await (const outcome of client.createMany(inputs, { ...express, concurrency: 1 }))
      outcomes.push(outcome);
    expect(outcomes.map(({ status, input }) => [input.key.id, status])).toEqual([
      ['written', 'written'],
      ['lost', 'in-doubt'],
      ['refused', 'not-written'],
      ['denied', 'not-written'],
    ]);
    expect(outcomes[1]).toMatchObject({ error: { name: 'AnswerLost', run: { key: { id: { S: 'lost' } } } } });
    expect(sfn.commandCalls(StartExecutionCommand)).toEqual([]);
    expect(dynamodb.commandCalls(GetItemCommand)).toEqual([]);
  });

  it('goes by the Standard lane when it has a name', async () => {
    const summary = await client.createMany([{ key }], { ...express, batch: 'cats' }).summary();
    expect(summary.written).toBe(1);
    expect(calls()).toEqual([]);
  });
});
