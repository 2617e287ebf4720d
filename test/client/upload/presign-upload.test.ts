// Uploads by presigned URLs: what they let through, what they refuse, and how their content is then written.

import { createHash } from 'node:crypto';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { LargeItemClient, type PresignedUpload, Rejected } from '../../../client/index.ts';
import { objectsOf, useLocalCloud } from '../local-store.ts';

useLocalCloud();
let client: LargeItemClient;

beforeAll(async () => {
  client = await LargeItemClient.fromStack({ pollIntervalMs: 10 });
});

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const content = 'x'.repeat(1000);
const given = { sha256: sha256(content), size: content.length };

/** As a browser or a device sends it, which has the answer of `presignUpload` from JSON. */
async function put(
  { url, method, headers }: PresignedUpload,
  body: string,
  more: Record<string, string> = {},
) {
  const request = JSON.parse(JSON.stringify({ method, headers: { ...headers, ...more } }));
  const response = await fetch(url, { ...request, body });
  const code = /<Code>(\w+)<\/Code>/.exec(await response.text())?.[1];
  return { status: response.status, code };
}

describe('a presigned upload', () => {
  it('takes the content, which a create then has and the staging prefix no longer', async () => {
    const upload = await client.presignUpload({ attribute: 'picture', contentType: 'image/png', ...given });
    expect(upload.staged.key).toMatch(/^staging\/presigned\/[0-9A-Z]{26}\/picture$/);
    expect(await put(upload, content)).toEqual({ status: 200 });
    const key = { id: 'presigned' };
    await client.create({ key, largeAttributes: { picture: { staged: upload.staged } } });
    const picture = (await client.get(key))?.large.picture;
    expect(picture).toMatchObject({ ...given, contentType: 'image/png' });
    expect(await picture?.text()).toBe(content);
    expect(await objectsOf(client, 'staging/')).toEqual([]);
  });

  it('of unknown size and content takes any, and the write says what it must be', async () => {
    const upload = await client.presignUpload();
    expect(upload.staged).toEqual({ key: expect.stringMatching(/\/content$/) });
    expect(await put(upload, content)).toEqual({ status: 200 });
    const key = { id: 'unknown' };
    const wrong = { staged: { ...upload.staged, sha256: sha256('other'), size: content.length } };
    await expect(client.create({ key, largeAttributes: { page: wrong } })).rejects.toMatchObject({
      reason: 'InvalidInput',
      field: 'largeAttributes.page.staged.sha256',
    });
    const page = { content: { staged: { ...upload.staged, ...given } }, contentType: 'text/plain' };
    await client.update({ key: (await client.create({ key })).key, largeAttributes: { page } });
    expect((await client.get(key))?.large.page).toMatchObject({ ...given, contentType: 'text/plain' });
  });

  it('says until when it lasts', async () => {
    const before = Date.now();
    const { url, expiresAt } = await client.presignUpload({ expiresIn: 60 });
    expect(expiresAt.getTime() - before).toBeGreaterThanOrEqual(59_000);
    expect(expiresAt.getTime() - Date.now()).toBeLessThanOrEqual(60_000);
    expect(new URL(url).searchParams.get('X-Amz-Expires')).toBe('60');
  });

  it('begins now by the clock of S3, which an answer has told', async () => {
    const slow = Date.now() - 2 * 60 * 60 * 1000;
    vi.useFakeTimers({ toFake: ['Date'], now: slow });
    try {
      const key = { id: 'slow clock' };
      await client.create({ key, largeAttributes: { page: content } }, { inlineContent: false });
      const { url, headers, method, expiresAt } = await client.presignUpload({ expiresIn: 60 });
      expect(expiresAt.getTime() - slow).toBeGreaterThan(60 * 60 * 1000);
      const answer = await fetch(url, { method, headers, body: content });
      expect(answer.status).toBe(200);
      const page = (await client.get(key))?.large.page;
      expect((await fetch((await page?.presignedUrl({ expiresIn: 60 })) ?? '')).status).toBe(200);
    } finally {
      vi.useRealTimers();
    }
  });

  it.each<[string, string, Record<string, string>, number, string]>([
    ['other bytes of the size', 'y'.repeat(1000), {}, 400, 'BadDigest'],
    [
      'other bytes with their own SHA-256',
      'y'.repeat(1000),
      { 'x-amz-checksum-sha256': 'w' },
      403,
      'SignatureDoesNotMatch',
    ],
    ['more bytes', `${content}x`, {}, 403, 'SignatureDoesNotMatch'],
    ['fewer bytes', 'x', {}, 403, 'SignatureDoesNotMatch'],
    ['another content type', content, { 'content-type': 'text/html' }, 403, 'SignatureDoesNotMatch'],
    ['headers of its own', content, { 'x-amz-acl': 'public-read' }, 403, 'AccessDenied'],
    ['writing over what is there', content, { 'if-none-match': '"x"' }, 403, 'SignatureDoesNotMatch'],
  ])('refuses %s', async (_, body, more, status, code) => {
    const upload = await client.presignUpload({ contentType: 'image/png', ...given });
    expect(await put(upload, body, more)).toEqual({ status, code });
    expect(await objectsOf(client, upload.staged.key)).toEqual([]);
  });

  it('refuses a request that leaves a signed header out', async () => {
    const upload = await client.presignUpload(given);
    const { 'if-none-match': _, ...headers } = upload.headers;
    expect(await put({ ...upload, headers }, content)).toEqual({
      status: 403,
      code: 'SignatureDoesNotMatch',
    });
  });

  it('is for another key no good', async () => {
    const upload = await client.presignUpload(given);
    const url = upload.url.replace('/presigned/', '/create/');
    expect(await put({ ...upload, url }, content)).toEqual({ status: 403, code: 'SignatureDoesNotMatch' });
  });

  it('happens once: what a run may be copying is not written over', async () => {
    const upload = await client.presignUpload();
    expect(await put(upload, content)).toEqual({ status: 200 });
    expect(await put(upload, 'other')).toEqual({ status: 412, code: 'PreconditionFailed' });
  });

  it('is over in time', async () => {
    const upload = await client.presignUpload();
    const url = upload.url.replace(/X-Amz-Date=\d+T/, 'X-Amz-Date=20200101T');
    expect(await put({ ...upload, url }, content)).toEqual({ status: 403, code: 'AccessDenied' });
  });

  it.each<[object, string]>([
    [{ size: -1 }, 'size'],
    [{ size: 5 * 1024 ** 3 + 1 }, 'size'],
    [{ sha256: 'ABC' }, 'sha256'],
    [{ expiresIn: 8 * 24 * 60 * 60 }, 'expiresIn'],
    [{ expiresIn: 0.5 }, 'expiresIn'],
    [{ contentType: 'a\nb' }, 'contentType'],
    [{ attribute: '\ud800' }, 'attribute'],
    [{ attribute: '' }, 'attribute'],
  ])('refuses the options %j', async (options, field) => {
    const attempt = client.presignUpload(options);
    await expect(attempt).rejects.toBeInstanceOf(Rejected);
    await expect(attempt).rejects.toMatchObject({ reason: 'InvalidInput', field });
  });
});

describe('staged content', () => {
  const stage = (key: string) =>
    new S3Client({}).send(new PutObjectCommand({ Bucket: client.store.bucket, Key: key, Body: content }));

  it('stays for a replay when its run fails', async () => {
    const key = { id: 'replayed' };
    await stage('staging/mine');
    await client.create({ key });
    const film = { staged: { key: 'staging/mine', ...given } };
    const attempt = client.update({
      key,
      condition: { expression: 'attribute_exists(nothing)' },
      largeAttributes: { film },
    });
    await expect(attempt).rejects.toMatchObject({ name: 'RolledBack' });
    expect(await objectsOf(client, 'staging/mine')).toEqual(['staging/mine']);
    await client.update({ key, largeAttributes: { film } });
    expect(await objectsOf(client, 'staging/mine')).toEqual([]);
  });

  it('is taken beside content that is uploaded, in one write', async () => {
    const key = { id: 'beside' };
    await stage('staging/beside');
    const large = 'y'.repeat(300_000);
    const film = { staged: { key: 'staging/beside', ...given } };
    await client.create({ key, largeAttributes: { film, large, small: 'z' } });
    const item = await client.get(key);
    expect(await item?.large.film?.text()).toBe(content);
    expect(await item?.large.large?.text()).toBe(large);
    const left = await objectsOf(client, 'staging/');
    expect(left.filter((name) => /beside/.test(name))).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['that is not there', { key: 'staging/none', ...given }, 'largeAttributes.film.staged.key'],
    ['outside of the staging prefix', { key: 'items/x', ...given }, 'largeAttributes.film.staged.key'],
    ['without its size', { key: 'staging/x', sha256: given.sha256 }, 'largeAttributes.film.staged.size'],
    [
      'with a digest that is none',
      { key: 'staging/x', ...given, sha256: 'x' },
      'largeAttributes.film.staged.sha256',
    ],
  ])('%s is refused', async (_, staged, field) => {
    const attempt = client.create({ key: { id: 'refused' }, largeAttributes: { film: { staged } as never } });
    await expect(attempt).rejects.toMatchObject({ name: 'Rejected', reason: 'InvalidInput', field });
  });
});
