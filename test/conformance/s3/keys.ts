// Keys: any Unicode, up to 1,024 bytes, with path-style and virtual-host addressing.

import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { failureOf, rawRequest, type TestGroup } from './harness.ts';

const ODD_KEYS = [
  'pk=a%2Fb/sk=1/attr=page/sha256=abc/create.x.2026-01-01T00:00:00Z',
  'with space and + plus',
  '100% & <tag> "quoted" \'single\'',
  'emoji/🦊/ünï©ødé',
  'double//slash',
  'trailing/',
  '/leading',
  'question?mark#hash',
  'a%20b',
  'tilde~star*(paren)!',
  'back\\slash|pipe^caret`tick{brace}[bracket]',
  'semi;colon:at@dollar$comma,',
];

export const keys: TestGroup = (s3) => {
  s3.test('odd keys put, read, list, copy and delete as themselves', async () => {
    const Bucket = await s3.newBucket();
    for (const Key of ODD_KEYS) {
      await s3.client.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
    }
    for (const Key of ODD_KEYS) {
      const got = await s3.client.send(new GetObjectCommand({ Bucket, Key }));
      expect(await got.Body?.transformToString()).toBe(Key);
    }
    const { Contents = [] } = await s3.client.send(new ListObjectsV2Command({ Bucket }));
    expect(Contents.map(({ Key }) => Key).sort()).toEqual([...ODD_KEYS].sort());
    for (const Key of ODD_KEYS) {
      const CopySource = encodeURIComponent(`${Bucket}/${Key}`);
      await s3.client.send(new CopyObjectCommand({ Bucket, Key: `copy of ${Key}`, CopySource }));
      await s3.client.send(new DeleteObjectCommand({ Bucket, Key }));
    }
    const rest = await s3.client.send(new ListObjectsV2Command({ Bucket }));
    expect(rest.Contents?.map(({ Key }) => Key).sort()).toEqual(
      ODD_KEYS.map((key) => `copy of ${key}`).sort(),
    );
  });

  s3.test('dot segments are part of a key', async () => {
    const Bucket = await s3.newBucket();
    const path = `/${Bucket}/a/./b/../c`;
    await rawRequest(s3.endpoint, 'PUT', path, {}, 'dots');
    const { Contents = [] } = await s3.client.send(new ListObjectsV2Command({ Bucket }));

    expect(Contents.map(({ Key }) => Key)).toEqual(['a/./b/../c']);
    expect((await rawRequest(s3.endpoint, 'GET', path)).text).toBe('dots');
  });

  s3.test('a key has at most 1,024 bytes of UTF-8', async () => {
    const Bucket = await s3.newBucket();
    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'ü'.repeat(512), Body: 'x' }));
    expect(
      await failureOf(
        s3.client.send(new PutObjectCommand({ Bucket, Key: `${'ü'.repeat(512)}a`, Body: 'x' })),
      ),
    ).toBe('KeyTooLongError 400');
  });

  s3.test('a listing with encoding-type=url carries keys that XML cannot', async () => {
    const Bucket = await s3.newBucket();
    const Key = 'control\u0001/a b+c';
    await s3.client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
    const list = await s3.client.send(new ListObjectsV2Command({ Bucket, EncodingType: 'url' }));

    expect(list.EncodingType).toBe('url');
    expect(list.Contents?.map((object) => decodeURIComponent(object.Key ?? ''))).toEqual([Key]);
    expect(list.Contents?.[0]?.Key).toContain('%2B');
  });

  s3.test('a bucket in the host name is addressed like one in the path', async () => {
    const Bucket = await s3.newBucket();
    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'dir/a b', Body: 'hello' }));
    const read = async (host: string): Promise<string> =>
      (await rawRequest(s3.endpoint, 'GET', '/dir/a%20b', { host })).text;
    expect(await read(`${Bucket}.s3.amazonaws.com`)).toBe('hello');
    expect(await read(`${Bucket}.s3.us-east-1.amazonaws.com`)).toBe('hello');
    expect(await read(`${Bucket}.localhost:4566`)).toBe('hello');
  });

  s3.test('a path with percent signs that encode nothing is refused', async () => {
    const Bucket = await s3.newBucket();
    expect((await rawRequest(s3.endpoint, 'GET', `/${Bucket}/%E0%A4`)).status).toBe(400);
    expect(await failureOf(s3.client.send(new HeadObjectCommand({ Bucket, Key: '%E0%A4' })))).toBe(
      'NotFound 404',
    );
  });
};
