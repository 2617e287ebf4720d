// Access control lists of a bucket whose owner is enforced, as every new one is.

import {
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetBucketAclCommand,
  GetObjectAclCommand,
  PutBucketAclCommand,
  PutObjectAclCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { failureOf, type TestGroup } from './harness.ts';

export const accessLists: TestGroup = (s3) => {
  s3.test('the owner has full control of buckets and objects, and nobody else has anything', async () => {
    const Bucket = await s3.newBucket();
    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
    for (const command of [
      new GetBucketAclCommand({ Bucket }),
      new GetObjectAclCommand({ Bucket, Key: 'a' }),
    ]) {
      const { Owner, Grants } = await s3.client.send(command as GetObjectAclCommand);
      expect(Owner?.ID).toBeDefined();
      expect(Grants).toEqual([
        { Grantee: { ID: Owner?.ID, Type: 'CanonicalUser' }, Permission: 'FULL_CONTROL' },
      ]);
    }
    const none = new GetObjectAclCommand({ Bucket, Key: 'none' });
    expect(await failureOf(s3.client.send(none))).toBe('NoSuchKey 404');
  });

  s3.test('lists cannot be set, but for the one that says what holds anyway', async () => {
    const Bucket = await s3.newBucket();
    const at = { Bucket, Key: 'a' };
    const put = (ACL: 'private' | 'public-read' | 'bucket-owner-full-control') =>
      s3.client.send(new PutObjectCommand({ ...at, Body: 'x', ACL }));
    await put('bucket-owner-full-control');
    const refused = [
      () => put('private'),
      () => put('public-read'),
      () => s3.client.send(new PutObjectCommand({ ...at, Body: 'x', GrantRead: 'uri=someone' })),
      () =>
        s3.client.send(new CopyObjectCommand({ ...at, CopySource: `${Bucket}/a`, Key: 'b', ACL: 'private' })),
      () => s3.client.send(new CreateMultipartUploadCommand({ ...at, ACL: 'private' })),
      () => s3.client.send(new PutObjectAclCommand({ ...at, ACL: 'private' })),
      () => s3.client.send(new PutBucketAclCommand({ Bucket, ACL: 'private' })),
    ];
    for (const call of refused) expect(await failureOf(call())).toBe('AccessControlListNotSupported 400');
  });

  s3.test('a bucket that others would have rights to is not created', async () => {
    const Bucket = `${await s3.newBucket()}-open`;
    const create = (ACL: 'private' | 'public-read') =>
      s3.client.send(new CreateBucketCommand({ Bucket, ACL }));
    expect(await failureOf(create('public-read'))).toBe('InvalidBucketAclWithObjectOwnership 400');
    await create('private');
  });
};
