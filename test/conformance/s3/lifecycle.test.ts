// What lifecycle rules end, on a clock that the tests move: versions, markers, uploads.

import type { LifecycleRule } from '@aws-sdk/client-s3';
import { S3 } from '@aws-sdk/client-s3';
import { expect, onTestFinished, test } from 'vitest';
import { createClock } from '../../../local/clock.ts';
import { createS3 } from '../../../local/s3/index.ts';
import { DEFAULT_IDENTITY } from '../../../local/service.ts';
import { failureOf } from './harness.ts';
import { serve } from './serve.ts';

const Bucket = 'bucket';
const DAY_MS = 24 * 60 * 60 * 1000;

async function start({ versioned = false } = {}) {
  const clock = createClock();
  const service = createS3({ clock, identity: DEFAULT_IDENTITY });
  service.createBucket(Bucket, versioned ? { versioning: 'Enabled' } : {});
  const running = await serve(service);
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const s3 = new S3({
    endpoint: running.endpoint,
    region: 'us-east-1',
    credentials,
    forcePathStyle: true,
    maxAttempts: 1,
  });
  onTestFinished(async () => {
    s3.destroy();
    await running.close();
  });
  return {
    s3,
    pass: (days: number) => clock.advance(days * DAY_MS),
    now: () => clock.now(),
    rule: (...Rules: LifecycleRule[]) =>
      s3.putBucketLifecycleConfiguration({ Bucket, LifecycleConfiguration: { Rules } }),
    keys: async () => ((await s3.listObjectsV2({ Bucket })).Contents ?? []).map(({ Key }) => Key),
    versions: async () => {
      const { Versions = [], DeleteMarkers = [] } = await s3.listObjectVersions({ Bucket });
      return { objects: Versions.map(({ VersionId }) => VersionId), markers: DeleteMarkers.length };
    },
  };
}

const enabled = { Status: 'Enabled' } as const;

test('objects below a prefix go at the midnight after their days, and no others', async () => {
  const { s3, pass, now, rule, keys } = await start();
  await rule({ ...enabled, ID: 'old', Filter: { Prefix: 'tmp/' }, Expiration: { Days: 15 } });
  const { Expiration } = await s3.putObject({ Bucket, Key: 'tmp/a', Body: 'x' });
  await s3.putObject({ Bucket, Key: 'kept/a', Body: 'x' });
  const midnight = Math.ceil((Math.floor(now() / 1000) * 1000 + 15 * DAY_MS) / DAY_MS) * DAY_MS;

  expect(Expiration).toBe(`expiry-date="${new Date(midnight).toUTCString()}", rule-id="old"`);
  pass(14);
  expect(await keys()).toEqual(['kept/a', 'tmp/a']);
  pass((midnight - now()) / DAY_MS);
  expect(await keys()).toEqual(['kept/a']);
  pass(10_000);
  expect(await keys()).toEqual(['kept/a']);
});

test('a rule is for objects of its tags and sizes, and a disabled one for none', async () => {
  const { s3, pass, rule, keys } = await start();
  const Tag = { Key: 'keep', Value: 'no' };
  await rule(
    { ...enabled, Filter: { And: { Prefix: 'a', Tags: [Tag] } }, Expiration: { Days: 1 } },
    { ...enabled, Filter: { ObjectSizeGreaterThan: 3 }, Expiration: { Days: 1 } },
    { Status: 'Disabled', Filter: {}, Expiration: { Days: 1 } },
  );
  await s3.putObject({ Bucket, Key: 'a/tagged', Body: 'x', Tagging: 'keep=no' });
  await s3.putObject({ Bucket, Key: 'a/other', Body: 'x', Tagging: 'keep=yes' });
  await s3.putObject({ Bucket, Key: 'b/tagged', Body: 'x', Tagging: 'keep=no' });
  await s3.putObject({ Bucket, Key: 'c/large', Body: 'xxxx' });
  await s3.putObject({ Bucket, Key: 'c/small', Body: 'xxx' });
  pass(3);
  expect(await keys()).toEqual(['a/other', 'b/tagged', 'c/small']);
});

test('where versions are kept an expired object is hidden, then ended, and its marker after it', async () => {
  const { s3, pass, rule, keys, versions } = await start({ versioned: true });
  await rule({
    ...enabled,
    Filter: { Prefix: '' },
    Expiration: { Days: 2 },
    NoncurrentVersionExpiration: { NoncurrentDays: 5 },
  });
  const { VersionId } = await s3.putObject({ Bucket, Key: 'a', Body: 'x' });
  pass(4);
  expect(await keys()).toEqual([]);
  expect(await versions()).toEqual({ objects: [VersionId], markers: 1 });
  expect(await (await s3.getObject({ Bucket, Key: 'a', VersionId })).Body?.transformToString()).toBe('x');
  pass(4);
  expect(await versions()).toEqual({ objects: [VersionId], markers: 1 });
  pass(3);
  expect(await versions()).toEqual({ objects: [], markers: 1 });
  pass(1);
  expect(await versions()).toEqual({ objects: [], markers: 0 });
});

test('of versions that are no longer current the newest can be kept', async () => {
  const { s3, pass, rule, versions } = await start({ versioned: true });
  await rule({
    ...enabled,
    Filter: {},
    NoncurrentVersionExpiration: { NoncurrentDays: 1, NewerNoncurrentVersions: 2 },
  });
  const ids: (string | undefined)[] = [];
  for (const Body of ['1', '2', '3', '4'])
    ids.unshift((await s3.putObject({ Bucket, Key: 'a', Body })).VersionId);
  pass(400);
  expect(await versions()).toEqual({ objects: ids.slice(0, 3), markers: 0 });
});

test('a marker that hides nothing goes by a rule for markers; one that hides something stays', async () => {
  const { s3, pass, rule, versions } = await start({ versioned: true });
  await rule({ ...enabled, Filter: {}, Expiration: { ExpiredObjectDeleteMarker: true } });
  await s3.putObject({ Bucket, Key: 'a', Body: 'x' });
  await s3.deleteObject({ Bucket, Key: 'a' });
  await s3.deleteObject({ Bucket, Key: 'never-there' });
  pass(1);
  expect(await versions()).toMatchObject({ objects: [expect.any(String)], markers: 1 });
});

test('an upload that is not completed is aborted after its days', async () => {
  const { s3, pass, rule } = await start();
  await rule({
    ...enabled,
    Filter: { Prefix: 'a' },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
  });
  const { UploadId } = await s3.createMultipartUpload({ Bucket, Key: 'a' });
  await s3.createMultipartUpload({ Bucket, Key: 'b' });
  await s3.uploadPart({ Bucket, Key: 'a', UploadId, PartNumber: 1, Body: 'x' });
  pass(6);
  expect((await s3.listMultipartUploads({ Bucket })).Uploads).toHaveLength(2);
  pass(2);
  expect((await s3.listMultipartUploads({ Bucket })).Uploads).toMatchObject([{ Key: 'b' }]);
  expect(await failureOf(s3.listParts({ Bucket, Key: 'a', UploadId }))).toBe('NoSuchUpload 404');
});

test('rules come back as they were put, and can be deleted', async () => {
  const { s3, pass, rule, keys } = await start();
  const rules: LifecycleRule[] = [
    { ...enabled, ID: 'prefix', Prefix: 'p', Expiration: { Date: new Date('2030-01-01T00:00:00Z') } },
    {
      ...enabled,
      ID: 'filter',
      Filter: { And: { Prefix: 'f', Tags: [{ Key: 'k', Value: 'v' }], ObjectSizeLessThan: 9 } },
      NoncurrentVersionExpiration: { NoncurrentDays: 3, NewerNoncurrentVersions: 1 },
    },
    { Status: 'Disabled', ID: 'off', Filter: { Prefix: '' }, Expiration: { Days: 1 } },
  ];
  await rule(...rules);
  expect((await s3.getBucketLifecycleConfiguration({ Bucket })).Rules).toEqual(rules);
  await rule({ ...enabled, Filter: {}, Expiration: { Days: 1 } });
  await s3.putObject({ Bucket, Key: 'a', Body: 'x' });
  await s3.deleteBucketLifecycle({ Bucket });
  expect(await failureOf(s3.getBucketLifecycleConfiguration({ Bucket }))).toBe(
    'NoSuchLifecycleConfiguration 404',
  );
  pass(10);
  expect(await keys()).toEqual(['a']);
});

test.each<[string, LifecycleRule]>([
  ['MalformedXML 400', { ...enabled, Expiration: { Days: 1 } }],
  ['MalformedXML 400', { ...enabled, Filter: {}, Prefix: '', Expiration: { Days: 1 } }],
  ['MalformedXML 400', { Status: 'enabled' as 'Enabled', Filter: {}, Expiration: { Days: 1 } }],
  ['MalformedXML 400', { ...enabled, Filter: {}, Expiration: { Days: 1, Date: new Date(0) } }],
  ['InvalidRequest 400', { ...enabled, Filter: {} }],
  ['InvalidArgument 400', { ...enabled, Filter: {}, Expiration: { Days: 0 } }],
  ['InvalidArgument 400', { ...enabled, Filter: {}, Expiration: { Date: new Date(1) } }],
  ['InvalidArgument 400', { ...enabled, ID: 'x'.repeat(256), Filter: {}, Expiration: { Days: 1 } }],
  [
    'InvalidRequest 400',
    {
      ...enabled,
      Filter: { Tag: { Key: 'k', Value: 'v' } },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
    },
  ],
  ['NotImplemented 501', { ...enabled, Filter: {}, Transitions: [{ Days: 1, StorageClass: 'GLACIER' }] }],
])('%s: %j', async (expected, wrong) => {
  const { s3, rule } = await start();
  expect(await failureOf(rule(wrong))).toBe(expected);
  expect(await failureOf(s3.getBucketLifecycleConfiguration({ Bucket }))).toBe(
    'NoSuchLifecycleConfiguration 404',
  );
});
