import './environment.ts';

import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { DeleteObjectsCommand } from '@aws-sdk/client-s3';
import { beforeEach, expect, test } from 'vitest';
import type { Item } from '../../core/values/attributes.ts';
import { toSdkItem } from '../../core/values/sdk-item.ts';
import { handler, type StreamRecord } from '../../lambdas/clean-up-removed.ts';
import { keyOf, pointer, sagaItem } from '../core/items.ts';
import { awsError, dynamodbMock, logLines, s3Mock } from './environment.ts';

/** The removal of an item with one object. */
function removal(id: string): StreamRecord & { readonly objectKey: string } {
  const key: Item = { id: { S: id } };
  const objectKey = keyOf('page', 'x', 'create', key);
  const before = { ...sagaItem({ page: objectKey }), ...key };
  return { objectKey, dynamodb: { SequenceNumber: `at-${id}`, Keys: key, OldImage: before } };
}

const [a, b] = [removal('a'), removal('b')];

function deleted(): (string | undefined)[] {
  return s3Mock
    .commandCalls(DeleteObjectsCommand)
    .flatMap(({ args }) => args[0].input.Delete?.Objects?.map(({ Key }) => Key) ?? []);
}

beforeEach(() => {
  dynamodbMock.on(GetItemCommand).resolves({});
  s3Mock.on(DeleteObjectsCommand).resolves({});
});

test('the objects of all removed items go in one call', async () => {
  expect(await handler({ Records: [a, b] })).toEqual({ batchItemFailures: [] });
  expect(deleted()).toEqual([a.objectKey, b.objectKey]);
  expect(s3Mock).toHaveReceivedCommandTimes(DeleteObjectsCommand, 1);
});

test('what the item references by now stays, by a consistent read', async () => {
  const again = { ...a.dynamodb.OldImage };
  dynamodbMock.on(GetItemCommand).resolves({ Item: toSdkItem(again) });
  expect(await handler({ Records: [a] })).toEqual({ batchItemFailures: [] });
  expect(deleted()).toEqual([]);
  expect(dynamodbMock).toHaveReceivedCommandWith(GetItemCommand, { ConsistentRead: true });
});

test('so does what it mentions by now within a list or a map', async () => {
  const Item = toSdkItem({ id: { S: 'a' }, former: { L: [{ M: { page: { S: pointer(a.objectKey) } } }] } });
  dynamodbMock.on(GetItemCommand).resolves({ Item });
  expect(await handler({ Records: [a] })).toEqual({ batchItemFailures: [] });
  expect(deleted()).toEqual([]);
});

test('a record that releases nothing costs no call', async () => {
  const { Keys, OldImage } = a.dynamodb;
  const unchanged = { dynamodb: { SequenceNumber: 'at-a', Keys, OldImage, NewImage: OldImage as Item } };
  expect(await handler({ Records: [unchanged] })).toEqual({ batchItemFailures: [] });
  expect([...dynamodbMock.calls(), ...s3Mock.calls()]).toEqual([]);
});

test('only the records of objects that S3 keeps are delivered again', async () => {
  const lines = logLines();
  s3Mock.on(DeleteObjectsCommand).resolves({ Errors: [{ Key: b.objectKey, Code: 'AccessDenied' }] });
  expect(await handler({ Records: [a, b] })).toEqual({ batchItemFailures: [{ itemIdentifier: 'at-b' }] });
  expect(lines).toMatchObject([
    { level: 'ERROR', sequenceNumber: 'at-b', problems: [`${b.objectKey}: AccessDenied`] },
    { level: 'INFO', records: 2, failed: 1, deleted: 1 },
  ]);
});

test('a record whose item cannot be read deletes nothing and is delivered again', async () => {
  const lines = logLines();
  dynamodbMock.on(GetItemCommand, { Key: { id: { S: 'a' } } }).rejects(awsError('ThrottlingException', 400));
  expect(await handler({ Records: [a, b] })).toEqual({ batchItemFailures: [{ itemIdentifier: 'at-a' }] });
  expect(deleted()).toEqual([b.objectKey]);
  expect(lines).toMatchObject([
    { level: 'ERROR', problems: 'the item cannot be read: ThrottlingException' },
    { level: 'INFO', records: 2, failed: 1, deleted: 1 },
  ]);
});

test('when S3 does not answer, every record with objects is delivered again', async () => {
  const lines = logLines();
  s3Mock.on(DeleteObjectsCommand).rejects(awsError('SlowDown', 503));
  expect(await handler({ Records: [a, b] })).toEqual({
    batchItemFailures: [{ itemIdentifier: 'at-a' }, { itemIdentifier: 'at-b' }],
  });
  expect(lines.map(({ level }) => level)).toEqual(['ERROR', 'ERROR', 'INFO']);
});
