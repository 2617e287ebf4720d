// Buckets that keep versions: what writes, reads, deletes and listings do there.

import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { failure, failureOf, type Harness, rawRequest, type TestGroup } from './harness.ts';

const Key = 'a';

class Versions {
  readonly #s3: Harness;
  readonly Bucket: string;

  private constructor(s3: Harness, Bucket: string) {
    this.#s3 = s3;
    this.Bucket = Bucket;
  }

  static async open(s3: Harness): Promise<Versions> {
    const versions = new Versions(s3, await s3.newBucket());
    await versions.set('Enabled');
    return versions;
  }

  async set(Status: 'Enabled' | 'Suspended'): Promise<void> {
    const { Bucket } = this;
    await this.#s3.client.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }),
    );
  }

  async put(Body: string, key = Key): Promise<string | undefined> {
    const { Bucket } = this;
    return (await this.#s3.client.send(new PutObjectCommand({ Bucket, Key: key, Body }))).VersionId;
  }

  async read(VersionId?: string, key = Key): Promise<string> {
    const { Bucket } = this;
    const answer = await this.#s3.client.send(new GetObjectCommand({ Bucket, Key: key, VersionId }));
    return `${await answer.Body?.transformToString()} ${answer.VersionId}`;
  }

  async delete(VersionId?: string, key = Key) {
    const { Bucket } = this;
    const answer = await this.#s3.client.send(new DeleteObjectCommand({ Bucket, Key: key, VersionId }));
    return { marker: answer.DeleteMarker, id: answer.VersionId };
  }

  async list(options: object = {}): Promise<ListObjectVersionsCommandOutput> {
    return this.#s3.client.send(new ListObjectVersionsCommand({ Bucket: this.Bucket, ...options }));
  }

  /** `key id`, with `*` for the latest, and the markers' ids after those of objects. */
  async ids(options: object = {}): Promise<string[]> {
    const { Versions: objects = [], DeleteMarkers: markers = [] } = await this.list(options);
    const shown = (prefix: string) => (entry: { VersionId?: string; IsLatest?: boolean }) =>
      `${prefix}${entry.VersionId}${entry.IsLatest ? '*' : ''}`;
    return [...objects.map(shown('')), ...markers.map(shown('marker '))];
  }
}

export const versions: TestGroup = (s3) => {
  s3.test('versioning is set, read, and refused as it is not', async () => {
    const bucket = await Versions.open(s3);
    const { Bucket } = bucket;
    const status = async () => (await s3.client.send(new GetBucketVersioningCommand({ Bucket }))).Status;
    const put = (body: string) =>
      rawRequest(
        s3.endpoint,
        'PUT',
        `/${Bucket}?versioning`,
        {},
        `<VersioningConfiguration>${body}</VersioningConfiguration>`,
      );

    expect(await status()).toBe('Enabled');
    expect((await put('<Status>enabled</Status>')).text).toContain('<Code>MalformedXML</Code>');
    expect((await put('')).text).toContain('<Code>IllegalVersioningConfigurationException</Code>');
    await bucket.set('Suspended');
    expect(await status()).toBe('Suspended');
  });

  s3.test('each write is a version of its own, and all can be read', async () => {
    const bucket = await Versions.open(s3);
    const [first = '', second = ''] = [await bucket.put('one'), await bucket.put('two')];

    expect(first).not.toBe(second);
    expect(await bucket.read()).toBe(`two ${second}`);
    expect(await bucket.read(first)).toBe(`one ${first}`);
    const head = await s3.client.send(
      new HeadObjectCommand({ Bucket: bucket.Bucket, Key, VersionId: first }),
    );
    expect([head.ContentLength, head.VersionId]).toEqual([3, first]);
    expect(await bucket.ids()).toEqual([`${second}*`, first]);
  });

  s3.test('a delete hides the object behind a marker, and the marker’s deletion brings it back', async () => {
    const bucket = await Versions.open(s3);
    const { Bucket } = bucket;
    const id = await bucket.put('one');
    const { marker, id: hidden = '' } = await bucket.delete();

    expect(marker).toBe(true);
    expect(await failureOf(bucket.read())).toBe('NoSuchKey 404');
    const head = await rawRequest(s3.endpoint, 'HEAD', `/${Bucket}/${Key}`);
    expect([head.status, head.headers['x-amz-delete-marker'], head.headers['x-amz-version-id']]).toEqual([
      404,
      'true',
      hidden,
    ]);
    expect((await s3.client.send(new ListObjectsV2Command({ Bucket }))).Contents).toBeUndefined();
    expect(await bucket.read(id)).toBe(`one ${id}`);
    expect(await bucket.ids()).toEqual([id, `marker ${hidden}*`]);

    expect(await bucket.delete(hidden)).toEqual({ marker: true, id: hidden });
    expect(await bucket.read()).toBe(`one ${id}`);
  });

  s3.test('a marker cannot be read, but for its deletion', async () => {
    const bucket = await Versions.open(s3);
    await bucket.put('one');
    const { id = '' } = await bucket.delete();
    const path = `/${bucket.Bucket}/${Key}?versionId=${encodeURIComponent(id)}`;

    const get = await rawRequest(s3.endpoint, 'GET', path);
    expect([get.status, get.headers.allow, get.headers['x-amz-delete-marker']]).toEqual([
      405,
      'DELETE',
      'true',
    ]);
    expect(get.text).toContain('<ResourceType>DeleteMarker</ResourceType>');
    expect((await rawRequest(s3.endpoint, 'HEAD', path)).status).toBe(405);
  });

  s3.test('a version is deleted for good, and then is none', async () => {
    const bucket = await Versions.open(s3);
    const [first, second] = [await bucket.put('one'), await bucket.put('two')];

    expect(await bucket.delete(second)).toEqual({ marker: undefined, id: second });
    expect(await bucket.read()).toBe(`one ${first}`);
    expect(await failure(bucket.read(second))).toMatchObject({
      name: 'NoSuchVersion',
      Key,
      VersionId: second,
    });
    expect(await bucket.delete(second)).toEqual({ marker: undefined, id: second });
  });

  s3.test('an id that no version ever had is invalid', async () => {
    const bucket = await Versions.open(s3);
    await bucket.put('one');
    const VersionId = 'HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD';
    expect(await failureOf(bucket.read(VersionId))).toBe('InvalidArgument 400');
    expect(await failureOf(bucket.delete(VersionId))).toBe('InvalidArgument 400');
  });

  s3.test('an old version is restored by a copy of it onto its key', async () => {
    const bucket = await Versions.open(s3);
    const { Bucket } = bucket;
    const first = await bucket.put('one');
    await bucket.put('two');
    const CopySource = `${Bucket}/${Key}?versionId=${first}`;
    const copy = await s3.client.send(new CopyObjectCommand({ Bucket, Key, CopySource }));

    expect(copy.CopySourceVersionId).toBe(first);
    expect(await bucket.read()).toBe(`one ${copy.VersionId}`);
    expect(await bucket.ids()).toHaveLength(3);
  });

  s3.test('a marker is no source of a copy', async () => {
    const bucket = await Versions.open(s3);
    const { Bucket } = bucket;
    await bucket.put('one');
    const { id } = await bucket.delete();
    const copy = (CopySource: string) =>
      failureOf(s3.client.send(new CopyObjectCommand({ Bucket, Key: 'b', CopySource })));

    expect(await copy(`${Bucket}/${Key}`)).toBe('NoSuchKey 404');
    expect(await copy(`${Bucket}/${Key}?versionId=${id}`)).toBe('InvalidRequest 400');
  });

  s3.test('a completed upload is a version, too', async () => {
    const bucket = await Versions.open(s3);
    const target = { Bucket: bucket.Bucket, Key };
    const { UploadId } = await s3.client.send(new CreateMultipartUploadCommand(target));
    const part = { ...target, UploadId, PartNumber: 1 };
    const { ETag } = await s3.client.send(new UploadPartCommand({ ...part, Body: 'parts' }));
    const completed = await s3.client.send(
      new CompleteMultipartUploadCommand({
        ...target,
        UploadId,
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
      }),
    );
    expect(await bucket.read()).toBe(`parts ${completed.VersionId}`);
  });

  s3.test('what was there before is the version null, and suspended writes replace that alone', async () => {
    const Bucket = await s3.newBucket();
    await s3.client.send(new PutObjectCommand({ Bucket, Key, Body: 'before' }));
    const VersioningConfiguration = { Status: 'Enabled' as const };
    await s3.client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    const { VersionId } = await s3.client.send(new PutObjectCommand({ Bucket, Key, Body: 'kept' }));
    const read = async (id?: string) => {
      const answer = await s3.client.send(new GetObjectCommand({ Bucket, Key, VersionId: id }));
      return `${await answer.Body?.transformToString()} ${answer.VersionId}`;
    };
    expect([await read(), await read('null')]).toEqual([`kept ${VersionId}`, 'before null']);

    await s3.client.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Suspended' } }),
    );
    const suspended = await s3.client.send(new PutObjectCommand({ Bucket, Key, Body: 'after' }));
    expect(suspended.VersionId).toBeUndefined();
    expect([await read(), await read(VersionId)]).toEqual(['after null', `kept ${VersionId}`]);

    const deleted = await s3.client.send(new DeleteObjectCommand({ Bucket, Key }));
    expect([deleted.DeleteMarker, deleted.VersionId]).toEqual([true, 'null']);
    const { Versions: left, DeleteMarkers } = await s3.client.send(new ListObjectVersionsCommand({ Bucket }));
    expect(left?.map((version) => version.VersionId)).toEqual([VersionId]);
    expect(DeleteMarkers).toMatchObject([{ VersionId: 'null', IsLatest: true }]);
  });

  s3.test('DeleteObjects hides, deletes versions and markers, and tells which', async () => {
    const bucket = await Versions.open(s3);
    const { Bucket } = bucket;
    const id = await bucket.put('one');
    const remove = async (VersionId?: string) =>
      await s3.client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key, VersionId }] } }));

    const hidden = (await remove()).Deleted?.[0];
    expect(hidden).toEqual({ Key, DeleteMarker: true, DeleteMarkerVersionId: expect.any(String) });
    const marker = hidden?.DeleteMarkerVersionId;
    expect((await remove(marker)).Deleted).toEqual([
      { Key, VersionId: marker, DeleteMarker: true, DeleteMarkerVersionId: marker },
    ]);
    expect((await remove('HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD')).Errors).toMatchObject([
      { Key, Code: 'NoSuchVersion', VersionId: 'HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD' },
    ]);
    expect((await remove(id)).Deleted).toEqual([{ Key, VersionId: id }]);
    expect(await bucket.ids()).toEqual([]);
  });

  s3.test('tags are of one version', async () => {
    const bucket = await Versions.open(s3);
    const { Bucket } = bucket;
    const [first] = [await bucket.put('one'), await bucket.put('two')];
    const TagSet = [{ Key: 'team', Value: 'docs' }];
    await s3.client.send(new PutObjectTaggingCommand({ Bucket, Key, VersionId: first, Tagging: { TagSet } }));
    const tags = async (VersionId?: string) =>
      (await s3.client.send(new GetObjectTaggingCommand({ Bucket, Key, VersionId }))).TagSet;

    expect(await tags(first)).toEqual(TagSet);
    expect(await tags()).toEqual([]);
    expect((await bucket.ids())[1]).toBe(first);
  });

  s3.test(
    'versions are listed in pages, which go on within a key and over what was deleted meanwhile',
    async () => {
      const bucket = await Versions.open(s3);
      const written: (string | undefined)[] = [];
      for (const key of ['a', 'b', 'b', 'b', 'c/1', 'c/2']) written.push(await bucket.put('x', key));
      await bucket.delete(undefined, 'b');

      const listed: string[] = [];
      let page = await bucket.list({ MaxKeys: 2 });
      for (;;) {
        for (const { Key: key, VersionId } of [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]) {
          listed.push(`${key} ${VersionId}`);
          await bucket.delete(VersionId, key);
        }
        if (!page.IsTruncated) break;
        page = await bucket.list({
          MaxKeys: 2,
          KeyMarker: page.NextKeyMarker,
          VersionIdMarker: page.NextVersionIdMarker,
        });
      }
      expect(new Set(listed).size).toBe(7);
      expect(listed).toHaveLength(7);
      expect(listed).toEqual(expect.arrayContaining([`b ${written[1]}`, `c/2 ${written[5]}`]));
      expect(await bucket.ids()).toEqual([]);
    },
  );

  s3.test('versions below a delimiter are rolled up, be they hidden or not', async () => {
    const bucket = await Versions.open(s3);
    await bucket.put('x', 'a');
    await bucket.put('x', 'b/1');
    await bucket.delete(undefined, 'b/1');
    const list = await bucket.list({ Delimiter: '/' });
    expect(list.Versions?.map((version) => version.Key)).toEqual(['a']);
    expect(list.CommonPrefixes).toEqual([{ Prefix: 'b/' }]);
    expect(list.DeleteMarkers).toBeUndefined();
  });

  s3.test('conditions see a hidden object as none', async () => {
    const bucket = await Versions.open(s3);
    const { Bucket } = bucket;
    await bucket.put('one');
    const create = () => s3.client.send(new PutObjectCommand({ Bucket, Key, Body: 'new', IfNoneMatch: '*' }));
    expect(await failureOf(create())).toBe('PreconditionFailed 412');
    await bucket.delete();
    expect((await create()).VersionId).toEqual(expect.any(String));
  });

  s3.test('a bucket with a version, be it a marker, is not deleted', async () => {
    const bucket = await Versions.open(s3);
    const { Bucket } = bucket;
    const { id } = await bucket.delete(undefined, 'never-there');
    const remove = () => s3.client.send(new DeleteBucketCommand({ Bucket }));
    expect(await failure(remove())).toMatchObject({
      name: 'BucketNotEmpty',
      message: expect.stringContaining('You must delete all versions in the bucket.'),
    });
    await bucket.delete(id, 'never-there');
    expect((await remove()).$metadata.httpStatusCode).toBe(204);
  });
};
