// examples/browser-upload in Chromium, and the client's own bundle in a page.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { PutBucketCorsCommand, S3Client } from '@aws-sdk/client-s3';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Assembly, synthesize } from '../../cli/commands/local/synth.ts';
import type { LargeItemClient } from '../../client/index.ts';
import { storeIn } from '../../core/contract/store.ts';
import { startUploadServer } from '../../examples/browser-upload/server.ts';
import { type LocalCloud, startLocalCloud } from '../../local/index.ts';
import { useBrowser } from './browser.ts';
import { clientOn, objectsIn } from './store.ts';

const browser = useBrowser();
let assembly: Assembly;
let cloud: LocalCloud;
let client: LargeItemClient;
let server: Awaited<ReturnType<typeof startUploadServer>>;

beforeAll(async () => {
  assembly = await synthesize({ uploadOrigins: ['http://127.0.0.1:*'] });
  const pageOrigins = ['http://127.0.0.1:*'];
  cloud = await startLocalCloud({ assembly: assembly.folder, timeScale: 1000, pageOrigins });
  client = clientOn(cloud);
  server = await startUploadServer(client, 0);
});
afterEach(() => cloud.faults.clear());
afterAll(async () => {
  server.close();
  await cloud.stop();
  await assembly.remove();
});

/** Chooses a file in the page and submits it. */
async function choose(buffer: Buffer, mimeType: string, expected?: RegExp) {
  const page = await browser.openPage(expected);
  await page.goto(server.url);
  await page.getByLabel('Title').fill('A <b>title</b>');
  await page.getByLabel('File').setInputFiles({ name: 'file', mimeType, buffer });
  await page.getByRole('button', { name: 'Upload' }).click();
  return page;
}

/** The CORS rule that a page needs which is a client itself (docs/configuration.md). */
async function allowAll(url: string): Promise<void> {
  const { endpoint, region, credentials } = cloud;
  const rule = {
    AllowedOrigins: [new URL(url).origin],
    AllowedMethods: ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'],
    AllowedHeaders: ['*'],
    ExposeHeaders: ['ETag', 'Content-Range'],
  };
  const s3 = new S3Client({ endpoint, region, credentials });
  const rules = { Bucket: client.store.bucket, CORSConfiguration: { CORSRules: [rule] } };
  await s3.send(new PutBucketCorsCommand(rules));
}

const digestOf = (content: Buffer) => createHash('sha256').update(content).digest('hex');

describe('the example', () => {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"><rect width="30" height="20"/></svg>';

  test.each([
    ['a picture', Buffer.from(svg), 'image/svg+xml'],
    ['a file that is hashed bit by bit', Buffer.alloc(33 * 1024 ** 2, 'twinwrite'), 'video/mp4'],
    ['an empty file', Buffer.alloc(0), ''],
  ])('uploads %s and shows its item', async (_, content, type) => {
    const page = await choose(content, type);
    await page.getByRole('heading', { name: 'A <b>title</b>' }).waitFor();
    expect(await page.locator('#size').textContent()).toBe(`${content.length} bytes`);
    expect(await page.locator('#sha256').textContent()).toBe(digestOf(content));
    if (type.startsWith('image/')) {
      const picture = page.locator('#picture');
      await expect.poll(() => picture.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(30);
    }
    const url = (await page.getByRole('link').getAttribute('href')) ?? '';
    const answer = await fetch(url);
    expect(digestOf(Buffer.from(await answer.arrayBuffer()))).toBe(digestOf(content));
    expect(answer.headers.get('content-type')).toBe(type || 'application/octet-stream');
    expect(await objectsIn(cloud, 'staging/')).toEqual([]);
  });

  test('says that S3 refuses, and uploads at the next try', async () => {
    cloud.faults.inject({
      service: 's3',
      operation: 'PutObject',
      when: 'before',
      error: 'AccessDenied',
      status: 403,
    });
    const page = await choose(Buffer.from('again'), 'text/plain', /403/);
    await expect
      .poll(() => page.getByRole('alert').textContent())
      .toBe('The upload was refused: AccessDenied');
    await page.getByRole('button', { name: 'Upload' }).click();
    await page.getByRole('heading', { name: 'A <b>title</b>' }).waitFor();
    expect(await page.getByRole('alert').textContent()).toBe('');
  });

  test('creates no item from an upload that was not promised', async () => {
    const body = JSON.stringify({ upload: '00000000-0000-4000-8000-000000000000', title: 'x' });
    const answer = await fetch(`${server.url}/items`, { method: 'POST', body });
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { problem: 'This upload was not promised, or long ago' },
    ]);
  });
});

test('the client itself works in a page, uploads in parts included', async () => {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'client-page.ts')],
    bundle: true,
    platform: 'browser',
    format: 'iife',
    globalName: 'page',
    write: false,
  });
  await allowAll(server.url);
  const page = await browser.openPage();
  await page.goto(server.url);
  await page.addScriptTag({ content: outputFiles[0]?.text ?? '' });
  const { endpoint, credentials } = cloud;
  const given = { store: storeIn(cloud.outputs.Twinwrite ?? {}), endpoint, credentials };
  const seen = await page.evaluate((argument) => {
    return (globalThis as unknown as { page: typeof import('./client-page.ts') }).page.run(argument);
  }, given);
  expect(seen).toEqual({
    size: 20 * 1024 ** 2,
    sha256: digestOf(Buffer.alloc(20 * 1024 ** 2, 7)),
    read: digestOf(Buffer.alloc(20 * 1024 ** 2, 7)),
    uploaded: 20 * 1024 ** 2,
  });
  expect(await objectsIn(cloud, 'staging/')).toEqual([]);
});
