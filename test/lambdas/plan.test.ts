import './environment.ts';
import { createHash } from 'node:crypto';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, test } from 'vitest';
import { objectKey } from '../../core/keys/object-key.ts';
import { formatRun } from '../../core/keys/run.ts';
import type { Plan } from '../../core/saga/plan.ts';
import { toSdkItem } from '../../core/values/sdk-item.ts';
import { handler, type PlanEvent } from '../../lambdas/plan.ts';
import { run, STORE } from '../core/fixtures.ts';
import { foreignItem, KEY, pointer, sagaItem } from '../core/items.ts';
import { awsError, dynamodbMock, failure, hexToBase64, s3Mock } from './environment.ts';

const CONTENT = 'hello';
const DIGEST = createHash('sha256').update(CONTENT).digest('hex');
const OTHER = 'f'.repeat(64);
const STAGED = { key: 'staging/u1', sha256: DIGEST, size: 5 };

function event(
  operation: PlanEvent['operation'],
  input: object,
  previous: PlanEvent['previous'] = null,
): PlanEvent {
  const { name, startTime } = run(operation);
  return { operation, execution: { name, startTime }, input: { key: { id: '1' }, ...input }, previous };
}

function pageKey(by: PlanEvent['operation'], key: typeof KEY | { id: { S: string } } = KEY): string {
  return objectKey(STORE, key, 'page', DIGEST, formatRun(run(by)));
}

function body(text: string) {
  return {
    async *[Symbol.asyncIterator]() {
      yield Buffer.from(text);
    },
  } as never;
}

beforeEach(() => {
  dynamodbMock.on(GetItemCommand).resolves({});
});

test('plans on a consistent read of the item, with the digest of inline content', async () => {
  const made = await handler(event('create', { largeAttributes: { page: { text: CONTENT } } }));
  expect(made.puts).toEqual([{ attribute: 'page', key: pageKey('create'), sha256: DIGEST, size: 5 }]);
  expect(dynamodbMock).toHaveReceivedCommandWith(GetItemCommand, { Key: KEY, ConsistentRead: true });
  expect(s3Mock.calls()).toEqual([]);
});

test('refuses bad input before any call, its reason as JSON', async () => {
  const { name, cause } = await failure(handler(event('create', { attributes: { a: 1e300 } })));
  expect(name).toBe('InvalidInput');
  expect(cause).toMatchObject({ field: 'attributes.a', value: 1e300, message: expect.any(String) });
  expect(dynamodbMock.calls()).toEqual([]);
});

test('passes on what AWS throws, to be tried again', async () => {
  dynamodbMock.on(GetItemCommand).rejects(awsError('InternalServerError', 500));
  expect((await failure(handler(event('create', {})))).name).toBe('InternalServerError');
});

test('plans again with the next number and what is in place', async () => {
  const placed = [pageKey('create')];
  const input = { largeAttributes: { page: { text: CONTENT } } };
  const made = await handler(event('create', input, { number: 1, placed, proof: 'condition' }));
  expect(made).toMatchObject({ number: 2, puts: [], placed });
});

describe('staged content', () => {
  const input = { largeAttributes: { page: { staged: STAGED } } };
  const head = { ContentLength: 5, ETag: '"e"' };

  test("with S3's own digest of the whole object is not read", async () => {
    s3Mock
      .on(HeadObjectCommand)
      .resolves({ ...head, ChecksumSHA256: hexToBase64(DIGEST), ChecksumType: 'FULL_OBJECT' });
    expect((await handler(event('create', input))).puts).toMatchObject([{ sha256: DIGEST, size: 5 }]);
    expect(s3Mock).toHaveReceivedCommandWith(HeadObjectCommand, { Key: STAGED.key, ChecksumMode: 'ENABLED' });
    expect(s3Mock).toHaveReceivedCommandTimes(GetObjectCommand, 0);
  });

  test('is handed on as it was found, so that the copy need not look again', async () => {
    const found = { ...head, ContentType: 'image/png', ChecksumCRC64NVME: 'crc' };
    s3Mock.on(HeadObjectCommand).resolves({ ...found, ChecksumSHA256: hexToBase64(DIGEST) });
    const staged = { etag: '"e"', contentType: 'image/png', checksum: 'crc' };
    expect((await handler(event('create', input))).puts).toMatchObject([{ sha256: DIGEST, size: 5, staged }]);
    s3Mock.on(HeadObjectCommand).resolves({ ...head, ChecksumSHA256: hexToBase64(DIGEST) });
    expect((await handler(event('create', input))).puts[0]?.staged).toEqual({ etag: '"e"' });
  });

  test.each([
    ['without an ETag', { ETag: undefined }],
    ['with a content type that would fill the plan', { ContentType: 'x'.repeat(257) }],
  ])('%s is left to the copy to look at', async (_, fields) => {
    s3Mock.on(HeadObjectCommand).resolves({ ...head, ChecksumSHA256: hexToBase64(DIGEST), ...fields });
    expect((await handler(event('create', input))).puts[0]).not.toHaveProperty('staged');
  });

  test.each([
    ['no digest', {}],
    ['a digest of digests', { ChecksumSHA256: hexToBase64(OTHER), ChecksumType: 'COMPOSITE' as const }],
  ])('with %s is read, the very object that was looked at', async (_, checksum) => {
    s3Mock.on(HeadObjectCommand).resolves({ ...head, ...checksum });
    s3Mock.on(GetObjectCommand).resolves({ Body: body(CONTENT) });
    expect((await handler(event('create', input))).puts).toHaveLength(1);
    expect(s3Mock).toHaveReceivedCommandWith(GetObjectCommand, { Key: STAGED.key, IfMatch: '"e"' });
  });

  test('that is too large to read is left to the copy to check', async () => {
    const size = 64 * 1024 ** 2 + 1;
    s3Mock.on(HeadObjectCommand).resolves({ ...head, ContentLength: size });
    const large = { largeAttributes: { page: { staged: { ...STAGED, size } } } };
    expect((await handler(event('create', large))).puts).toMatchObject([{ size }]);
    expect(s3Mock).toHaveReceivedCommandTimes(GetObjectCommand, 0);
  });

  test('that is missing, of another size, or of other content is refused by the field that is wrong', async () => {
    const field = async () => (await failure(handler(event('create', input)))).cause.field;
    s3Mock.on(HeadObjectCommand).rejects(awsError('NotFound', 404));
    expect(await field()).toBe('largeAttributes.page.staged.key');
    s3Mock.on(HeadObjectCommand).resolves({ ...head, ContentLength: 6 });
    expect(await field()).toBe('largeAttributes.page.staged.size');
    s3Mock.on(HeadObjectCommand).resolves({ ...head, ChecksumSHA256: hexToBase64(OTHER) });
    expect(await field()).toBe('largeAttributes.page.staged.sha256');
    s3Mock.on(HeadObjectCommand).resolves(head);
    s3Mock.on(GetObjectCommand).resolves({ Body: body('other') });
    expect(await field()).toBe('largeAttributes.page.staged.sha256');
  });

  test('outside the staging prefix is refused unseen', async () => {
    const elsewhere = { largeAttributes: { page: { staged: { ...STAGED, key: pageKey('create') } } } };
    expect((await failure(handler(event('create', elsewhere)))).cause.field).toBe(
      'largeAttributes.page.staged.key',
    );
    expect(s3Mock.calls()).toEqual([]);
  });

  test('is looked at by the first plan only: a later one finds it copied', async () => {
    const made = await handler(
      event('create', input, { number: 1, placed: [pageKey('create')], proof: 'condition' }),
    );
    expect(made.puts).toEqual([]);
    expect(s3Mock.calls()).toEqual([]);
  });
});

describe('unchanged content', () => {
  const current = pageKey('create');
  const large = (options: object = {}) => ({ largeAttributes: { page: { text: CONTENT, ...options } } });

  async function planned(options: object = {}, head: object = {}): Promise<Plan> {
    dynamodbMock.on(GetItemCommand).resolves({ Item: toSdkItem(sagaItem({ page: current })) });
    s3Mock
      .on(HeadObjectCommand)
      .resolves({ ContentType: 'text/html', Metadata: { 'updated-at': 't' }, ...head });
    return handler(event('update', large(options)));
  }

  test.each([
    ['no options asked for', {}, {}],
    ['the same type', { contentType: 'text/html' }, {}],
    [
      'the same metadata',
      { metadata: { a: 'ü' } },
      { Metadata: { a: '=?UTF-8?B?w7w=?=', 'updated-at': 't' } },
    ],
    ['the same cache control', { cacheControl: 'no-store' }, { CacheControl: 'no-store' }],
  ])('is not put again: %s', async (_, options, head) => {
    const made = await planned(options, head);
    expect(made).toMatchObject({ puts: [], replaced: [], pointers: { page: pointer(current) } });
    expect(s3Mock).toHaveReceivedCommandWith(HeadObjectCommand, { Key: current });
  });

  test.each([
    ['another type', { contentType: 'text/plain' }],
    ['an encoding', { contentEncoding: 'gzip' }],
    ['other metadata', { metadata: { a: '1' } }],
    ['metadata that objects inherit', { metadata: { constructor: '1' } }],
  ])('is put again for %s', async (_, options) => {
    expect((await planned(options)).replaced).toEqual([current]);
  });

  test('whose object is missing is put again, which heals the item', async () => {
    dynamodbMock.on(GetItemCommand).resolves({ Item: toSdkItem(sagaItem({ page: current })) });
    s3Mock.on(HeadObjectCommand).rejects(awsError('NotFound', 404));
    expect((await handler(event('update', large()))).puts).toHaveLength(1);
  });

  test("is put again when the pointer is another item's, copied", async () => {
    const others = pageKey('create', { id: { S: '2' } });
    for (const item of [sagaItem({ page: others }), foreignItem({ page: others })]) {
      dynamodbMock.on(GetItemCommand).resolves({ Item: toSdkItem(item) });
      s3Mock.on(HeadObjectCommand).resolves({});
      const made = await handler(event('update', large()));
      expect(made).toMatchObject({ puts: [{ key: pageKey('update') }], replaced: [] });
    }
  });
});
