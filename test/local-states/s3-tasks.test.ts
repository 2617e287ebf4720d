import { describe, expect, it } from 'vitest';
import { createManualClock } from './clocks.ts';
import { BUCKET, type ObjectStore, objectStore } from './object-store.ts';
import { type Scenario, scenario } from './support.ts';

/** A task of aws-sdk:s3; its result is the state's output. */
const task = (action: string, args: Record<string, unknown>, fields: Record<string, unknown> = {}) => ({
  Type: 'Task',
  Resource: `arn:aws:states:::aws-sdk:s3:${action}`,
  Arguments: { Bucket: BUCKET, ...args },
  End: true,
  ...fields,
});

async function machine(states: Record<string, unknown>): Promise<Scenario & { readonly store: ObjectStore }> {
  const clock = createManualClock();
  const store = objectStore(clock);
  return { ...(await scenario(states, {}, {}, { clock, dispatch: store.dispatch })), store };
}

/** Runs one task and returns its result. */
async function result(action: string, args: Record<string, unknown>, fill: Record<string, string> = {}) {
  await using run = await machine({ Do: task(action, args) });
  for (const [key, content] of Object.entries(fill)) await run.store.put(key, content);
  const { output, error, cause } = await run.run();
  if (output === undefined) throw new Error(`${error}: ${cause}`);
  return { value: JSON.parse(output) as unknown, store: run.store };
}

describe('aws-sdk:s3 tasks', () => {
  it.for([
    ['text data', '"text data"'],
    [{ Dict: 'Value' }, '{"Dict":"Value"}'],
    [['List', 'Data'], '["List","Data"]'],
    [false, 'false'],
    [0, '0'],
  ])('putObject stores a body as JSON: %j', async ([Body, stored]) => {
    const { value, store } = await result('putObject', { Key: 'a b/c', Body });
    expect(await store.get('a%20b/c')).toBe(stored);
    expect(value).toEqual({
      ChecksumCRC32: expect.any(String),
      ChecksumType: 'FULL_OBJECT',
      ETag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
      ServerSideEncryption: 'AES256',
    });
  });

  it('putObject sends the checksum that AWS was recorded to send', async () => {
    const { value } = await result('putObject', { Key: 'k', Body: 'text data' });
    expect(value).toMatchObject({ ChecksumCRC32: 'KUmHvQ==', ETag: '"2b5df3712557f503a9977a8ea893b2c9"' });
  });

  it('getObject answers the content as text, with the description that AWS was recorded to give', async () => {
    const { value } = await result('getObject', { Key: 'k' }, { k: 'text data' });
    expect(value).toEqual({
      AcceptRanges: 'bytes',
      Body: 'text data',
      ContentLength: 9,
      ContentType: 'binary/octet-stream',
      ETag: '"332eec544317a6d340b8e77da7fe54ad"',
      LastModified: '2026-01-01T00:00:00Z',
      Metadata: {},
      ServerSideEncryption: 'AES256',
    });
  });

  it('keep metadata and content type, and answer them in headObject', async () => {
    await using run = await machine({
      Put: task(
        'putObject',
        { Key: 'k', Body: 1, ContentType: 'a/b', Metadata: { Owner: 'me' } },
        { Next: 'Head', End: undefined },
      ),
      Head: task('headObject', { Key: 'k' }),
    });
    expect(JSON.parse((await run.run()).output ?? '')).toMatchObject({
      ContentType: 'a/b',
      Metadata: { owner: 'me' },
    });
  });

  it('listObjectsV2 answers numbers, flags and lists, a single object too', async () => {
    const { value } = await result('listObjectsV2', { Prefix: 'p/' }, { 'p/1': 'x', q: 'y' });
    expect(value).toMatchObject({
      Contents: [{ Key: 'p/1', Size: 1, LastModified: '2026-01-01T00:00:00Z', StorageClass: 'STANDARD' }],
      IsTruncated: false,
      KeyCount: 1,
      MaxKeys: 1000,
      Prefix: 'p/',
    });
  });

  it('deleteObjects deletes and names what it deleted', async () => {
    const Delete = { Objects: [{ Key: 'a&b' }, { Key: 'c' }] };
    const { value, store } = await result('deleteObjects', { Delete }, { 'a%26b': 'x', c: 'y', d: 'z' });
    expect(value).toEqual({ Deleted: [{ Key: 'a&b' }, { Key: 'c' }] });
    expect(await store.keys()).toEqual(['d']);
  });

  it('copyObject copies, and nests its result as the SDK does', async () => {
    const { value, store } = await result(
      'copyObject',
      { Key: 'to', CopySource: `${BUCKET}/fr om` },
      { 'fr%20om': 'x' },
    );
    expect(value).toMatchObject({
      CopyObjectResult: { ETag: expect.any(String), LastModified: '2026-01-01T00:00:00Z' },
    });
    expect(await store.get('to')).toBe('x');
  });

  it('upload in parts', async () => {
    await using run = await machine({
      Create: task(
        'createMultipartUpload',
        { Key: 'k' },
        { Next: 'Upload', End: undefined, Assign: { id: '{% $states.result.UploadId %}' } },
      ),
      Upload: task(
        'uploadPart',
        { Key: 'k', UploadId: '{% $id %}', PartNumber: 1, Body: 'part' },
        { Next: 'Complete', End: undefined },
      ),
      Complete: task('completeMultipartUpload', {
        Key: 'k',
        UploadId: '{% $id %}',
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag: '{% $states.input.ETag %}' }] },
      }),
    });
    const { status, cause } = await run.run();
    expect(cause).toBeUndefined();
    expect(status).toBe('SUCCEEDED');
    expect(await run.store.get('k')).toBe('"part"');
  });

  it.for([
    ['getObject', { Key: 'none' }, 'S3.NoSuchKeyException', 404],
    ['headObject', { Key: 'none' }, 'S3.NoSuchKeyException', 404],
    ['getObject', { Bucket: 'none', Key: 'k' }, 'S3.NoSuchBucketException', 404],
    ['headBucket', { Bucket: 'none' }, 'S3.NoSuchBucketException', 404],
    ['putObject', { Key: 'k', Body: 1, IfNoneMatch: '*' }, 'S3.S3Exception', 412],
    ['abortMultipartUpload', { Key: 'k', UploadId: 'none' }, 'S3.NoSuchUploadException', 404],
  ] as const)('%s of %j fails with %s', async ([action, args, error, status]) => {
    await using run = await machine({ Do: task(action, args) });
    await run.store.put('k', 'there');
    const execution = await run.run();
    expect(execution).toMatchObject({ status: 'FAILED', error });
    expect(execution.cause).toContain(`(Service: S3, Status Code: ${status}, Request ID: `);
  });

  it('refuse arguments that the call does not have, when the machine is loaded', async () => {
    await expect(machine({ Do: task('putObject', { Key: 'k', Bdy: 1 }) })).rejects.toThrow(
      "The field 'Bdy' is not supported by Step Functions at /States/Do/Arguments",
    );
    await expect(machine({ Do: task('selectObjectContent', { Key: 'k' }) })).rejects.toThrow(
      'aws-sdk:s3:selectObjectContent is not supported by the local cloud at /States/Do/Resource',
    );
  });
});
