// Buckets, and what tools read of their configuration.

import {
  CreateBucketCommand,
  DeleteBucketCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutBucketAccelerateConfigurationCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { failureOf, rawRequest, type TestGroup } from './harness.ts';

export const buckets: TestGroup = (s3) => {
  s3.test('a new bucket is there, is listed, and is gone when deleted', async () => {
    const Bucket = await s3.newBucket();
    const head = await s3.client.send(new HeadBucketCommand({ Bucket }));
    const { Buckets = [] } = await s3.client.send(new ListBucketsCommand({}));

    expect(head.BucketRegion).toBe('us-east-1');
    expect(Buckets.find(({ Name }) => Name === Bucket)?.CreationDate).toBeInstanceOf(Date);
    await s3.client.send(new DeleteBucketCommand({ Bucket }));
    expect(await failureOf(s3.client.send(new HeadBucketCommand({ Bucket })))).toBe('NotFound 404');
    expect(await failureOf(s3.client.send(new DeleteBucketCommand({ Bucket })))).toBe('NoSuchBucket 404');
  });

  s3.test('buckets are listed in the order of their names, by prefix, in pages', async () => {
    const prefix = `page-${Date.now()}-`;
    for (const suffix of ['b', 'c', 'a']) {
      await s3.client.send(new CreateBucketCommand({ Bucket: prefix + suffix }));
    }
    const first = await s3.client.send(new ListBucketsCommand({ Prefix: prefix, MaxBuckets: 2 }));
    const { ContinuationToken } = first;
    const second = await s3.client.send(
      new ListBucketsCommand({ Prefix: prefix, MaxBuckets: 2, ContinuationToken }),
    );

    expect(first.Buckets?.map(({ Name }) => Name)).toEqual([`${prefix}a`, `${prefix}b`]);
    expect(second.Buckets?.map(({ Name }) => Name)).toEqual([`${prefix}c`]);
    expect(second.ContinuationToken).toBeUndefined();
  });

  s3.test('a bucket with an object in it is not deleted', async () => {
    const Bucket = await s3.newBucket();
    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
    expect(await failureOf(s3.client.send(new DeleteBucketCommand({ Bucket })))).toBe('BucketNotEmpty 409');
  });

  s3.test('in us-east-1 an own bucket can be created again, and keeps its objects', async () => {
    const Bucket = await s3.newBucket();
    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
    await s3.client.send(new CreateBucketCommand({ Bucket }));
    expect(await failureOf(s3.client.send(new DeleteBucketCommand({ Bucket })))).toBe('BucketNotEmpty 409');
  });

  s3.test('names that are no bucket names are refused', async () => {
    for (const name of ['ab', 'UPPER', 'under_score', 'a..b', '-dash', '192.168.5.4', 'x'.repeat(64)]) {
      const answer = await rawRequest(s3.endpoint, 'PUT', `/${name}`);
      expect([name, answer.status, /<Code>(\w+)</.exec(answer.text)?.[1]]).toEqual([
        name,
        400,
        'InvalidBucketName',
      ]);
    }
  });

  s3.test('the location of us-east-1 has no name', async () => {
    const Bucket = await s3.newBucket();
    const { LocationConstraint } = await s3.client.send(new GetBucketLocationCommand({ Bucket }));
    expect(LocationConstraint ?? '').toBe('');
  });

  s3.test('a location that is not the endpoint’s is refused', async () => {
    const call = new CreateBucketCommand({
      Bucket: 'somewhere-else',
      CreateBucketConfiguration: { LocationConstraint: 'not-a-region' as 'eu-west-1' },
    });
    expect(await failureOf(s3.client.send(call))).toMatch(/LocationConstraint(Exception)? 400$/);
  });

  s3.test('a request for another owner’s bucket is denied', async () => {
    const Bucket = await s3.newBucket();
    const call = new PutObjectCommand({ Bucket, Key: 'a', Body: 'x', ExpectedBucketOwner: '999999999999' });
    expect(await failureOf(s3.client.send(call))).toBe('AccessDenied 403');
  });
};

export const bucketConfiguration: TestGroup = (s3) => {
  s3.test('a new bucket is unversioned, encrypted with S3’s keys, and has no lifecycle', async () => {
    const Bucket = await s3.newBucket();
    const versioning = await s3.client.send(new GetBucketVersioningCommand({ Bucket }));
    const encryption = await s3.client.send(new GetBucketEncryptionCommand({ Bucket }));

    expect(versioning.Status).toBeUndefined();
    expect(
      encryption.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault,
    ).toEqual({ SSEAlgorithm: 'AES256' });
    expect(await failureOf(s3.client.send(new GetBucketLifecycleConfigurationCommand({ Bucket })))).toBe(
      'NoSuchLifecycleConfiguration 404',
    );
  });

  s3.test('a new bucket blocks public access', async () => {
    const Bucket = await s3.newBucket();
    const answer = await s3.client.send(new GetPublicAccessBlockCommand({ Bucket }));
    expect(answer.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    });
  });

  s3.test('the configuration of a bucket that is not there is NoSuchBucket', async () => {
    const Bucket = 'there-is-no-such-bucket';
    expect(await failureOf(s3.client.send(new GetBucketVersioningCommand({ Bucket })))).toBe(
      'NoSuchBucket 404',
    );
  });
};

/** Only for an implementation that does not have these: it must say so, not pretend. */
export const refusals: TestGroup = (s3) => {
  s3.test('an operation that is not there is NotImplemented, by name', async () => {
    const Bucket = await s3.newBucket();
    const call = new PutBucketAccelerateConfigurationCommand({
      Bucket,
      AccelerateConfiguration: { Status: 'Enabled' },
    });
    await expect(s3.client.send(call)).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining('PutBucketAccelerateConfiguration'),
    });
  });

  s3.test('an unknown query parameter is NotImplemented, and nothing is done', async () => {
    const Bucket = await s3.newBucket();
    const answer = await rawRequest(s3.endpoint, 'PUT', `/${Bucket}/a?teleport`, {}, 'x');
    expect(answer.status).toBe(501);
    expect(answer.text).toContain('teleport');
    expect((await rawRequest(s3.endpoint, 'HEAD', `/${Bucket}/a`)).status).toBe(404);
  });

  s3.test('a checksum algorithm that is not there is NotImplemented', async () => {
    const Bucket = await s3.newBucket();
    const headers = { 'x-amz-checksum-sha512': 'AAAA' };
    const answer = await rawRequest(s3.endpoint, 'PUT', `/${Bucket}/a`, headers, 'x');
    expect([answer.status, answer.text.includes('SHA512')]).toEqual([501, true]);
  });

  s3.test('keys for encryption are NotImplemented', async () => {
    const Bucket = await s3.newBucket();
    const call = new PutObjectCommand({ Bucket, Key: 'a', Body: 'x', ServerSideEncryption: 'aws:kms' });
    expect(await failureOf(s3.client.send(call))).toBe('NotImplemented 501');
  });

  s3.test('a method that no operation has is MethodNotAllowed', async () => {
    const Bucket = await s3.newBucket();
    const answer = await rawRequest(s3.endpoint, 'PATCH', `/${Bucket}/a`);
    expect([answer.status, answer.text.includes('MethodNotAllowed')]).toEqual([405, true]);
  });
};
