// A sweep by an S3 Inventory: old, zipped, and with names in it that are gone.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { App, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { LargeItemStack } from '../../lib/index.ts';
import { page, Stage } from './one-item.ts';

const stage = new Stage();
const LISTS = 'inventory-lists';
let assembly = '';
beforeAll(async () => {
  assembly = await mkdtemp(join(tmpdir(), 'twinwrite-inventory-'));
  synthesise(assembly);
  await stage.open({ assembly });
});
beforeEach(() => stage.reset());
afterAll(async () => {
  await stage.close();
  await rm(assembly, { recursive: true });
});

function synthesise(outdir: string): void {
  const app = new App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false });
  const lists = new Stack(app, 'Lists');
  new Bucket(lists, 'Bucket', { bucketName: LISTS });
  const bucket = Bucket.fromBucketName(lists, 'Imported', LISTS);
  new LargeItemStack(app, 'Twinwrite', { store: { sweep: { inventory: { bucket, prefix: 'lists' } } } });
  app.synth();
}

const DAY = 24 * 60 * 60;
const FOLDER = 'lists/docs/daily';

/** Publishes a report on these keys, a day old, as S3 writes it. @returns the manifest's key */
async function publish(keys: readonly string[], fileFormat = 'CSV'): Promise<string> {
  const { bucket } = stage.store.descriptor;
  const written = new Date(stage.store.cloud.clock.now() - 30 * DAY * 1000).toISOString();
  const rows = keys.map((key) => `"${bucket}","${encodeURIComponent(key)}","4","${written}"\n`);
  const half = Math.ceil(rows.length / 2);
  const files = [rows.slice(0, half), rows.slice(half)].map((part, at) => ({
    key: `${FOLDER}/data/${at}.csv.gz`,
    content: gzipSync(part.join('')),
  }));
  for (const { key, content } of files) await put(key, content);
  const manifest = `${FOLDER}/2026-01-01T01-00Z/manifest.json`;
  await put(
    manifest,
    JSON.stringify({
      sourceBucket: bucket,
      destinationBucket: `arn:aws:s3:::${LISTS}`,
      fileFormat,
      fileSchema: 'Bucket, Key, Size, LastModifiedDate',
      files: files.map(({ key }) => ({ key })),
    }),
  );
  return manifest;
}

async function put(Key: string, Body: string | Uint8Array): Promise<void> {
  await stage.store.s3.send(new PutObjectCommand({ Bucket: LISTS, Key, Body }));
}

it('looks at each object anew: what the inventory says may be wrong by now', async () => {
  await stage.commit('create', page('first'));
  const [first = ''] = await stage.objects();
  const orphan = first.replace(/sha256=[0-9a-f]+/, `sha256=${'0'.repeat(64)}`);
  const gone = first.replace(/sha256=[0-9a-f]+/, `sha256=${'1'.repeat(64)}`);
  await stage.store.putObject(orphan, 'left');
  stage.store.pass(2 * DAY);
  await stage.commit('update', page('second')); // deletes the first, and its object is young
  const [second = ''] = (await stage.objects()).filter((key) => key !== orphan);
  const key = await publish([
    first,
    orphan,
    gone,
    second,
    'items/notes.txt',
    'staging/upload',
    'elsewhere/a',
  ]);

  const ended = await stage.sweep({ inventory: { bucket: LISTS, key } });
  expect(ended).toMatchObject({
    status: 'SUCCEEDED',
    output: { scanned: 5, referenced: 1, orphans: 3, deleted: 3, foreign: 1, failed: 0 },
  });
  expect(ended.states).toContain('SweepInventory');
  expect(await stage.objects()).toEqual([second]);
  expect(await stage.page()).toBe('second');
});

it('a report in another format than CSV is refused by name', async () => {
  const key = await publish([], 'Parquet');
  expect(await stage.sweep({ inventory: { bucket: LISTS, key } })).toMatchObject({
    error: 'Rejected.InvalidInput',
    cause: {
      message: expect.stringMatching(
        /its report is in Parquet; Step Functions reads inventories in CSV only/,
      ),
    },
  });
});
