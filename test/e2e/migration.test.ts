// Items that pynamodb_mate wrote are read, updated and deleted as they are, wherever their objects lie; and what is not
// theirs is left alone.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finding, fsck } from '../../audit/index.ts';
import { IntegrityError, LargeItemClient } from '../../client/index.ts';
import { storesIn } from '../../core/contract/store.ts';
import { LargeItemStore } from '../../lib/index.ts';
import { type LocalCloud, startLocalCloud } from '../../local/index.ts';
import { TestStore } from './harness.ts';
import { type MateItem, putMateItem } from './pynamodb-mate.ts';

let folder: string;
let cloud: LocalCloud;

/** A bucket that no store knows. */
const ELSEWHERE = 'elsewhere';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twinwrite-migration-'));
  const app = new App({ outdir: folder, analyticsReporting: false });
  const stack = new Stack(app, 'Migration');
  const sortKey = { name: 'rev', type: 'S' } as const;
  const old = new Bucket(stack, 'Old', { removalPolicy: RemovalPolicy.RETAIN });
  new Bucket(stack, 'Elsewhere', { bucketName: ELSEWHERE });
  new LargeItemStore(stack, 'SamePrefix', { prefix: 'docs' });
  new LargeItemStore(stack, 'OtherPrefix', { legacy: { prefix: 'large/docs' } });
  new LargeItemStore(stack, 'OtherBucket', { sortKey, legacy: { bucket: old, prefix: '' } });
  app.synth();
  cloud = await startLocalCloud({ assembly: folder, timeScale: 100, warmUp: false });
});

afterAll(async () => {
  await cloud.stop();
  await rm(folder, { recursive: true });
});

/** A store, its client, and where the library had put its objects. */
class Place implements AsyncDisposable {
  readonly store: TestStore;
  readonly client: LargeItemClient;
  readonly bucket: string;
  readonly prefix: string;

  constructor(name: string) {
    const found = storesIn(cloud.outputs.Migration ?? {}).find(({ output }) => output.startsWith(name));
    if (found === undefined) throw new Error(`no store ${name}`);
    this.store = new TestStore(cloud, found.store);
    this.client = new LargeItemClient({ ...this.store, store: found.store, pollIntervalMs: 10 });
    this.bucket = found.store.legacy?.bucket ?? found.store.bucket;
    this.prefix = found.store.legacy?.prefix ?? found.store.prefix;
  }

  key(pk: string): { readonly id: string; readonly rev?: string } {
    return { id: pk, ...(this.store.descriptor.key.sortKey && { rev: this.#sk(pk) ?? '' }) };
  }

  /** Writes an item as the library does. */
  put(pk: string, large: MateItem['large'], attributes: MateItem['attributes'] = {}) {
    const { bucket, prefix } = this;
    return putMateItem(this.store, { bucket, prefix, pk, sk: this.#sk(pk), large, attributes });
  }

  /** Keys of the item's objects in the library's place and the store's. */
  async objects(pk: string): Promise<string[]> {
    const { bucket, prefix } = this.store.descriptor;
    const places = new Set([
      JSON.stringify([bucket, `${prefix}/`]),
      JSON.stringify([this.bucket, this.prefix === '' ? '' : `${this.prefix}/`]),
    ]);
    const lists = [...places].map(async (place) => {
      const [Bucket, Prefix] = JSON.parse(place);
      return (await this.store.s3.send(new ListObjectsV2Command({ Bucket, Prefix }))).Contents ?? [];
    });
    const keys = (await Promise.all(lists)).flat().map(({ Key }) => Key as string);
    return keys.filter((key) => decodeURIComponent(key).includes(`pk=${pk}/`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.store.sfn.destroy();
    this.store.s3.destroy();
    this.store.dynamodb.destroy();
  }

  #sk(pk: string): string | undefined {
    return this.store.descriptor.key.sortKey && `rev/${pk}`;
  }
}

const OWN = expect.stringMatching(/sha256=[0-9a-f]{64}\/update\.[^/]+$/);

/** The keys, in whatever order. */
function expectKeys(actual: readonly string[], expected: readonly unknown[]): void {
  expect(actual).toHaveLength(expected.length);
  expect(actual).toEqual(expect.arrayContaining([...expected]));
}

describe.each(['SamePrefix', 'OtherPrefix', 'OtherBucket'])('objects in place %s', (name) => {
  it('are read and verified', async () => {
    await using place = new Place(name);
    const image = Uint8Array.from({ length: 256 }, (_, at) => at);
    const keys = await place.put(
      'a b/ä',
      { html: '<p>ä</p>', image },
      { data: { M: { version: { N: '1' } } } },
    );
    const item = await place.client.get(place.key('a b/ä'));
    expect(item).toMatchObject({ version: null, attributes: { data: { version: 1 } } });
    expect(Object.keys(item?.large ?? {}).sort()).toEqual(['html', 'image']);
    expect(await item?.large.html?.text()).toBe('<p>ä</p>');
    expect(await item?.large.image?.bytes()).toEqual(image);
    expect(item?.large.html?.updatedAt).toBe('2024-09-13T16:58:55+00:00');
    expect(item?.large.html?.uri).toBe(`s3://${place.bucket}/${keys.html}`);

    await place.store.s3.send(
      new PutObjectCommand({ Bucket: place.bucket, Key: keys.html, Body: '<p>a</p>' }),
    );
    await expect(
      place.client.get(place.key('a b/ä')).then((spoiled) => spoiled?.large.html?.text()),
    ).rejects.toThrow(IntegrityError);
    await place.client.delete({ key: place.key('a b/ä') });
    expect(await place.objects('a b/ä')).toEqual([]);
  });

  it('are looked for, and compared with the MD5 in their keys, by a check of the store', async () => {
    await using place = new Place(name);
    const keys = await place.put('checked', { html: 'one', image: 'pixels', note: 'note' });
    const Bucket = place.bucket;
    await place.store.s3.send(new DeleteObjectCommand({ Bucket, Key: keys.html }));
    await place.store.s3.send(new PutObjectCommand({ Bucket, Key: keys.image, Body: 'other' }));
    const context = { ...place.store, store: place.store.descriptor };
    const found: Finding[] = [];
    await fsck(context, { readContent: true, onFinding: (finding) => void found.push(finding) });
    const own = found.filter((finding) => 'item' in finding && finding.item.id === 'checked');
    expect(own.map(({ kind }) => kind).sort()).toEqual(['dangling', 'unmanaged', 'wrong-content']);
    expect(own).toContainEqual(expect.objectContaining({ uri: `s3://${Bucket}/${keys.html}` }));
    await place.client.delete({ key: place.key('checked') });
  });

  it('are replaced one by one by updates, then deleted with the item', async () => {
    await using place = new Place(name);
    const old = await place.put('replaced', { html: 'one', image: 'pixels', note: 'note' });
    const result = await place.client.update({
      key: place.key('replaced'),
      set: { title: 'T' },
      largeAttributes: { html: 'two' },
    });
    expect(result).toMatchObject({ version: 1, cleanup: 'done' });
    expectKeys(await place.objects('replaced'), [OWN, old.image, old.note]);
    const item = await place.client.get(place.key('replaced'));
    expect(item).toMatchObject({ version: 1, attributes: { title: 'T', update_at: expect.any(String) } });
    expect(await item?.large.html?.text()).toBe('two');
    expect(await item?.large.image?.text()).toBe('pixels');

    await place.client.update({ key: place.key('replaced'), remove: ['note'] });
    expectKeys(await place.objects('replaced'), [OWN, old.image]);

    // Its MD5 does not prove that content is the same, so it is put again, and leaves the shared key.
    await place.client.update({ key: place.key('replaced'), largeAttributes: { image: 'pixels' } });
    expect(await place.objects('replaced')).toEqual([OWN, OWN]);

    await place.client.delete({ key: place.key('replaced'), expectedVersion: 3 });
    expect(await place.objects('replaced')).toEqual([]);
  });

  it('are as they were after an update that is rolled back', async () => {
    await using place = new Place(name);
    const old = await place.put('kept', { html: 'one' });
    const before = await place.store.item({ ...typed(place.key('kept')) });
    cloud.faults.inject({
      service: 'dynamodb',
      operation: 'TransactWriteItems',
      when: 'before',
      error: 'ValidationException',
      status: 400,
    });
    await expect(
      place.client.update({ key: place.key('kept'), largeAttributes: { html: 'two' } }),
    ).rejects.toMatchObject({ name: 'RolledBack', reason: 'WriteRefused' });
    expect(await place.objects('kept')).toEqual([old.html]);
    expect(await place.store.item(typed(place.key('kept')))).toEqual(before);
    await place.client.delete({ key: place.key('kept') });
    expect(await place.objects('kept')).toEqual([]);
  });

  it('that another attribute references stay', async () => {
    await using place = new Place(name);
    const old = await place.put('shared', { html: 'one' });
    const pointer = `s3://${place.bucket}/${old.html}`;
    await place.client.update({ key: place.key('shared'), set: { backup: pointer } });
    await place.client.update({ key: place.key('shared'), largeAttributes: { html: 'two' } });
    expectKeys(await place.objects('shared'), [OWN, old.html]);
    await place.client.delete({ key: place.key('shared') });
  });

  it('of another item whose pointers were copied stay', async () => {
    await using place = new Place(name);
    const old = await place.put('original', { html: 'one' });
    const { sortKey } = place.store.descriptor.key;
    const copy = { id: { S: 'copy' }, ...(sortKey && { rev: { S: 'rev/copy' } }) };
    await place.store.putForeign({ ...copy, html: { S: `s3://${place.bucket}/${old.html}` } });
    await place.client.update({ key: place.key('copy'), largeAttributes: { html: 'two' } });
    expect(await place.objects('copy')).toEqual([OWN]);
    expect(await place.objects('original')).toEqual([old.html]);
    await place.client.delete({ key: place.key('copy') });
    expect(await place.objects('original')).toEqual([old.html]);
    await place.client.delete({ key: place.key('original') });
    expect(await place.objects('original')).toEqual([]);
  });

  it('that lie anywhere else are plain text, and never deleted', async () => {
    await using place = new Place(name);
    const foreign = [
      `s3://${ELSEWHERE}/pk=linked/attr=link/md5=${'0'.repeat(32)}`,
      `s3://${place.bucket}x/pk=linked/a`,
    ];
    await place.store.s3.send(
      new PutObjectCommand({
        Bucket: ELSEWHERE,
        Key: foreign[0]?.slice(`s3://${ELSEWHERE}/`.length),
        Body: 'x',
      }),
    );
    await place.put(
      'linked',
      { html: 'one' },
      { link: { S: foreign[0] ?? '' }, other: { S: foreign[1] ?? '' } },
    );
    const item = await place.client.get(place.key('linked'));
    expect(item?.attributes).toMatchObject({ link: foreign[0], other: foreign[1] });
    await place.client.update({ key: place.key('linked'), remove: ['other'] });
    await place.client.delete({ key: place.key('linked') });
    const { Contents } = await place.store.s3.send(new ListObjectsV2Command({ Bucket: ELSEWHERE }));
    expect(Contents).toHaveLength(1);
  });
});

it("what lies in the library's place without naming the item is left alone", async () => {
  await using place = new Place('OtherPrefix');
  const Key = `${place.prefix}/by-content/pk=any/${'0'.repeat(32)}`;
  await place.store.s3.send(new PutObjectCommand({ Bucket: place.bucket, Key, Body: 'shared' }));
  await place.store.putForeign({ id: { S: 'loose' }, html: { S: `s3://${place.bucket}/${Key}` } });
  const item = await place.client.get({ id: 'loose' });
  expect(await item?.large.html?.text()).toBe('shared');
  await place.client.delete({ key: { id: 'loose' } });
  expect(await place.objects('any')).toEqual([Key]);
});

function typed(key: Readonly<Record<string, string>>) {
  return Object.fromEntries(Object.entries(key).map(([name, value]) => [name, { S: value }]));
}
