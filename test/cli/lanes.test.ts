// The command line and the Express lane: what it asks for, and how it tells what became of a run without an answer.

import { Readable } from 'node:stream';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import {
  DescribeExecutionCommand,
  StartSyncExecutionCommand,
  type StartSyncExecutionInput,
} from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { arnOf, awsError, dynamodb, sfn, started, writesSucceed } from '../client/mocks.ts';
import {
  calls,
  expressArn,
  expressStore,
  fails,
  ID,
  runText,
  syncAnswers,
} from '../client/write/express-store.ts';
import { Terminal, twinwrite } from './terminal.ts';

const name = `update-42-${ID}`;
const settling = arnOf('Update', `x-${ID}`);

beforeEach(() => {
  vi.stubEnv('TWINWRITE_STORE', JSON.stringify(expressStore));
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  writesSucceed();
  dynamodb.on(GetItemCommand).resolves({});
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe('--idempotency-key', () => {
  it.each([
    [`x-${ID}`, 'is the name of what goes on with an Express run'],
    ['order-7-replay-1', 'is the name of a replay of order-7; choose another'],
  ])('is not %s, a name that other runs have', async (own, why) => {
    const { code, out, err } = await twinwrite('create', '--key', 'id=42', '--idempotency-key', own);
    expect([code, out, started()]).toEqual([1, '', []]);
    expect(err).toMatch(/^error: rejected: InvalidInput: idempotencyKey: [^\n]+\n$/);
    expect(err).toContain(why);
  });
});

describe('--lane express', () => {
  it.each([['create'], ['put'], ['update', '--set', 'a=b'], ['delete']])(
    'is one call of %s',
    async (...argv) => {
      syncAnswers({});
      const { code, out } = await twinwrite(...argv, '--key', 'id=42', '--lane', 'express');
      expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('id=42: now at version 1\n') });
      expect(calls()).toHaveLength(1);
      expect(started()).toEqual([]);
    },
  );

  it('is one of two lanes', async () => {
    const { code, err } = await twinwrite('create', '--key', 'id=42', '--lane', 'fast');
    expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(/--lane.*standard, express/) });
  });

  it('names the run that was rolled back', async () => {
    syncAnswers(fails('RolledBack.WriteRefused', { message: 'no' }));
    const { code, err } = await twinwrite('create', '--key', 'id=42', '--lane', 'express');
    expect({ code, err }).toEqual({
      code: 1,
      err: `error: rolled back by ${calls()[0]?.name}: WriteRefused: no\n`,
    });
  });

  it('tells the command that finds out, where the answer is lost', async () => {
    sfn.on(StartSyncExecutionCommand).rejects(awsError('InternalServerError', 500));
    const argv = ['create', '--key', 'id=42', '--lane', 'express'];
    const { code, err } = await twinwrite(...argv);
    expect(code).toBe(1);
    expect(err).toContain(`or twinwrite settle ${calls()[0]?.name} --key id=42 --inline\n`);

    const json = JSON.parse((await twinwrite(...argv, '--json')).err) as object;
    expect(json).toMatchObject({
      error: 'AnswerLost',
      run: { operation: 'create', key: { id: { S: '42' } }, inline: true },
    });
  });

  it('tells it at Ctrl-C, too', async () => {
    const terminal = new Terminal();
    sfn.on(StartSyncExecutionCommand).callsFake(() => {
      terminal.signal('SIGINT');
      return new Promise(() => undefined);
    });
    const { code, err } = await terminal.run('delete', '--key', 'id=42', '--lane', 'express');
    expect(code).toBe(130);
    expect(err).toMatch(
      /^error: interrupted; the write may or may not take effect; to find out: twinwrite settle delete-42-\w+ --key id=42 --inline\n$/,
    );
  });

  it('imports without a name', async () => {
    sfn.on(StartSyncExecutionCommand).callsFake(({ name: of, input }: StartSyncExecutionInput) => {
      if (input?.includes('lost')) throw awsError('InternalServerError', 500);
      const output = {
        operation: 'create',
        key: { id: { S: '1' } },
        version: 1,
        run: 'r',
        largeAttributes: {},
        cleanup: 'done',
      };
      return { executionArn: expressArn(of), status: 'SUCCEEDED', output: JSON.stringify(output) };
    });
    const terminal = new Terminal({ stdin: Readable.from(['{"key":{"id":"1"}}\n{"key":{"id":"lost"}}\n']) });
    const { code, out, err } = await terminal.run('import', '-', '--lane', 'express', '--concurrency', '1');
    expect({ code, out }).toEqual({ code: 1, out: '1 created, 1 failed\n' });
    expect(err).toMatch(
      /^line 2: in-doubt: no answer of create-lost-.* twinwrite settle .*\nerror: 1 failed: their lines say why\n$/,
    );

    const named = await twinwrite('import', '-', '--lane', 'express', '--batch', 'cats');
    expect(named).toMatchObject({
      code: 2,
      err: expect.stringContaining('--batch: not together with --lane express'),
    });
  });
});

describe('settle', () => {
  const ends = (end: object) =>
    sfn.on(DescribeExecutionCommand).resolves({
      ...{ executionArn: settling, input: JSON.stringify({ key: { id: '42' }, settles: { id: ID } }) },
      ...end,
    });

  it.each([
    [name, []],
    [runText, []],
    [`update.x.${ID}`, []],
    [expressArn(name).replace(':Express:', ':UpdateExpress:'), []],
    [`strange-${ID}`, ['--operation', 'update']],
  ])('finds the run of %s', async (run, argv) => {
    const writtenBy = { S: runText };
    const M = { createdBy: { S: 'x' }, writtenBy, version: { N: '5' }, large: { L: [] } };
    dynamodb.on(GetItemCommand).resolves({ Item: { _saga: { M } } });
    expect(await twinwrite('settle', run, '--key', 'id=42', ...argv)).toMatchObject({
      ...{ code: 0, out: 'id=42: written, at version 5\n', err: '' },
    });
  });

  it('starts what settles it, with what is known', async () => {
    const createdBy = 'create.e.20260101T000000000Z';
    await twinwrite('settle', name, '--key', 'id=42', '--inline', '--before', `${createdBy}@3`);
    expect(started()).toMatchObject([
      { name: `x-${ID}`, input: { settles: { id: ID, inline: true, before: { createdBy, version: 3 } } } },
    ]);
  });

  it.each([
    [
      fails('RolledBack.NotWritten', { message: 'not there' }),
      0,
      'not-written',
      'id=42: not written: NotWritten: not there',
    ],
    [fails('OutcomeUnknown', { message: 'gone' }), 1, 'unknown', 'error: id=42: it cannot be known: gone'],
  ])('tells of %j', async (end, code, outcome, line) => {
    ends(end);
    const told = await twinwrite('settle', name, '--key', 'id=42');
    expect(told.code).toBe(code);
    expect(told.out + told.err).toContain(line);

    const json = await twinwrite('settle', name, '--key', 'id=42', '--json');
    expect(json.code).toBe(code);
    expect(JSON.parse(json.out)).toMatchObject({ outcome, executionArn: settling });
  });

  it("refuses another item than the run's name tells, before the one name is taken that settles it", async () => {
    const { code, err } = await twinwrite('settle', name, '--key', 'id=43');
    expect([code, err]).toEqual([2, expect.stringContaining('by its name the run is of 42')]);
    expect(started()).toEqual([]);
    ends(fails('OutcomeUnknown', { message: 'gone' }));
    const forced = await twinwrite('settle', name, '--key', 'id=43', '--force');
    expect([forced.code, forced.err]).toEqual([1, expect.stringContaining('has looked at another item')]);
  });

  it('says at Ctrl-C what goes on', async () => {
    const terminal = new Terminal();
    sfn.on(DescribeExecutionCommand).callsFake(() => {
      if (terminal.listens) terminal.signal('SIGINT');
      return { executionArn: settling, status: 'RUNNING' };
    });
    const { code, err } = await terminal.run('settle', name, '--key', 'id=42');
    expect(code).toBe(130);
    expect(err).toBe(`error: interrupted; x-${ID} goes on by itself: the same command waits for it\n`);
  });

  it.each([
    ['settle', 'update-42-nobody', '--key', 'id=42'],
    ['settle', `strange-${ID}`, '--key', 'id=42'],
    ['settle', settling, '--key', 'id=42'],
    ['settle', expressArn(name).replace(':Express:', ':Foreign:'), '--key', 'id=42', '--operation', 'update'],
    ['settle', expressArn(name).replace('Express', 'UpdateExpress').replace('eu-', 'us-'), '--key', 'id=42'],
    ['settle', name, '--key', 'id=42', '--before', '3'],
  ])('refuses a wrong command line: %s %s', async (...argv) => {
    expect(await twinwrite(...argv)).toMatchObject({ code: 2, out: '' });
    expect(started()).toEqual([]);
  });
});
