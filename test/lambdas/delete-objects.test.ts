import './environment.ts';

import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import {
  AbortMultipartUploadCommand,
  DeleteObjectsCommand,
  ListMultipartUploadsCommand,
} from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, test } from 'vitest';
import { toSdkItem } from '../../core/values/sdk-item.ts';
import { handler } from '../../lambdas/delete-objects.ts';
import { KEY, keyOf, sagaItem } from '../core/items.ts';
import { awsError, dynamodbMock, failure, s3Mock } from './environment.ts';

const OLD = keyOf('page', 'y', 'create');
const LIVE = keyOf('page', 'x', 'create');

function deleted(): (string | undefined)[][] {
  return s3Mock
    .commandCalls(DeleteObjectsCommand)
    .map(({ args }) => args[0].input.Delete?.Objects?.map(({ Key }) => Key) ?? []);
}

beforeEach(() => {
  dynamodbMock.on(GetItemCommand).resolves({ Item: toSdkItem(sagaItem()) });
  s3Mock.on(DeleteObjectsCommand).resolves({});
  s3Mock.on(ListMultipartUploadsCommand).resolves({});
  s3Mock.on(AbortMultipartUploadCommand).resolves({});
});

describe('a clean-up', () => {
  test('deletes what the item does not reference, by a consistent read', async () => {
    const result = await handler({ key: KEY, objectKeys: [OLD, LIVE], purpose: 'cleanup' });
    expect(result).toEqual({ deleted: 1, kept: [LIVE] });
    expect(deleted()).toEqual([[OLD]]);
    expect(dynamodbMock).toHaveReceivedCommandWith(GetItemCommand, {
      TableName: 'Docs',
      ConsistentRead: true,
    });
  });

  test('keeps an object that any attribute references, large or not', async () => {
    const item = { ...KEY, copy: { S: `s3://bucket/${OLD}` } };
    dynamodbMock.on(GetItemCommand).resolves({ Item: item });
    expect(await handler({ key: KEY, objectKeys: [OLD], purpose: 'cleanup' })).toEqual({
      deleted: 0,
      kept: [OLD],
    });
    expect(deleted()).toEqual([]);
  });

  test('of a deleted item deletes everything', async () => {
    dynamodbMock.on(GetItemCommand).resolves({});
    expect(await handler({ key: KEY, objectKeys: [OLD, LIVE], purpose: 'cleanup' })).toEqual({
      deleted: 2,
      kept: [],
    });
  });

  test('of nothing makes no call', async () => {
    expect(await handler({ key: KEY, objectKeys: [], purpose: 'cleanup' })).toEqual({ deleted: 0, kept: [] });
    expect(dynamodbMock.calls()).toEqual([]);
  });

  test('deletes in batches of 1,000', async () => {
    const objectKeys = Array.from({ length: 2001 }, (_, at) => `${OLD}${at}`);
    expect(await handler({ key: KEY, objectKeys, purpose: 'cleanup' })).toEqual({ deleted: 2001, kept: [] });
    expect(deleted().map((batch) => batch.length)).toEqual([1000, 1000, 1]);
    expect(deleted().flat()).toEqual(objectKeys);
  });
});

test('objects of a legacy place in another bucket are deleted there, unless the item references them', async () => {
  const [gone, live] = ['gone', 'live'].map((name) => `s3://old/docs/${name}`);
  dynamodbMock.on(GetItemCommand).resolves({ Item: { ...KEY, html: { S: live as string } } });
  const objectKeys = [OLD, gone as string, live as string];
  expect(await handler({ key: KEY, objectKeys, purpose: 'cleanup' })).toEqual({ deleted: 2, kept: [live] });
  const calls = s3Mock.commandCalls(DeleteObjectsCommand).map(({ args }) => args[0].input);
  expect(calls.map(({ Bucket, Delete }) => [Bucket, Delete?.Objects?.map(({ Key }) => Key)])).toEqual([
    ['bucket', [OLD]],
    ['old', ['docs/gone']],
  ]);
});

describe('a compensation', () => {
  test('deletes every key of its run', async () => {
    expect(await handler({ key: KEY, objectKeys: [OLD], purpose: 'compensation' })).toEqual({
      deleted: 1,
      kept: [],
    });
  });

  test('A11: deletes nothing when the item references one: then the write did take effect', async () => {
    const { name, cause } = await failure(
      handler({ key: KEY, objectKeys: [OLD, LIVE], purpose: 'compensation' }),
    );
    expect(name).toBe('StillReferenced');
    expect(cause.objects).toEqual([LIVE]);
    expect(deleted()).toEqual([]);
  });
});

describe('unfinished uploads', () => {
  const others = [{ Key: LIVE, UploadId: 'live' }, { Key: `${OLD}0` }];
  const mine = { Key: OLD, UploadId: 'mine' };
  const ended = () => s3Mock.commandCalls(AbortMultipartUploadCommand).map(({ args }) => args[0].input);
  const compensate = () => handler({ key: KEY, objectKeys: [OLD], purpose: 'compensation' });

  test('of its run are ended by a compensation, before the objects go, and of no other run', async () => {
    s3Mock
      .on(ListMultipartUploadsCommand)
      .resolvesOnce({ Uploads: others, IsTruncated: true, NextKeyMarker: 'k', NextUploadIdMarker: 'u' })
      .resolvesOnce({ Uploads: [mine] })
      .resolves({ Uploads: others });
    expect(await compensate()).toEqual({ deleted: 1, kept: [] });
    expect(ended()).toEqual([{ Bucket: 'bucket', ...mine }]);
    const [first, second] = s3Mock.commandCalls(ListMultipartUploadsCommand).map(({ args }) => args[0].input);
    expect(first).toEqual({ Bucket: 'bucket', Prefix: OLD });
    expect(second).toMatchObject({ KeyMarker: 'k', UploadIdMarker: 'u' });
    const order = s3Mock.calls().map(({ args }) => args[0].constructor);
    expect(order.indexOf(AbortMultipartUploadCommand)).toBeLessThan(order.indexOf(DeleteObjectsCommand));
  });

  test('of several keys are found by what those begin with', async () => {
    const objectKeys = [OLD, keyOf('picture', 'y', 'create')];
    await handler({ key: KEY, objectKeys, purpose: 'compensation' });
    const [{ args } = { args: [] }] = s3Mock.commandCalls(ListMultipartUploadsCommand);
    expect(args[0]?.input.Prefix).toMatch(/\/attr=p$/);
  });

  test('that have ended meanwhile are no error', async () => {
    s3Mock
      .on(ListMultipartUploadsCommand)
      .resolvesOnce({ Uploads: [mine] })
      .resolves({});
    s3Mock.on(AbortMultipartUploadCommand).rejects(awsError('NoSuchUpload', 404));
    expect(await compensate()).toMatchObject({ deleted: 1 });
  });

  test('that are still there after it fail the task, to be tried again', async () => {
    s3Mock.on(ListMultipartUploadsCommand).resolves({ Uploads: [mine] });
    const { name, cause } = await failure(compensate());
    expect(name).toBe('DeleteFailed');
    expect(cause.failed).toEqual([{ key: OLD, code: 'UploadNotEnded' }]);
  });

  test('are not looked for by a clean-up, whose objects are complete', async () => {
    await handler({ key: KEY, objectKeys: [OLD], purpose: 'cleanup' });
    expect(s3Mock).toHaveReceivedCommandTimes(ListMultipartUploadsCommand, 0);
  });
});

describe('what S3 refuses', () => {
  test('for single keys fails the task and is reported, some of many', async () => {
    const Errors = Array.from({ length: 30 }, (_, at) => ({ Key: `k${at}`, Code: 'AccessDenied' }));
    s3Mock.on(DeleteObjectsCommand).resolves({ Errors });
    const objectKeys = Errors.map(({ Key }) => Key);
    const { name, cause } = await failure(handler({ key: KEY, objectKeys, purpose: 'cleanup' }));
    expect(name).toBe('DeleteFailed');
    expect(cause.message).toContain('30 of 30');
    expect(cause.failed).toHaveLength(10);
  });

  test('altogether passes on as it is, to be tried again', async () => {
    s3Mock.on(DeleteObjectsCommand).rejects(awsError('SlowDown', 503));
    expect((await failure(handler({ key: KEY, objectKeys: [OLD], purpose: 'cleanup' }))).name).toBe(
      'SlowDown',
    );
  });
});
