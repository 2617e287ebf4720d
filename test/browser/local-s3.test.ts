// The local S3 as a page of another origin sees it.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalCloud, startLocalCloud } from '../../local/index.ts';
import { useBrowser } from './browser.ts';

const browser = useBrowser();
let cloud: LocalCloud;
let server: Server;

beforeAll(async () => {
  const template = {
    Resources: { Files: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'files' } } },
  };
  cloud = await startLocalCloud({ template });
  server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><link rel="icon" href="data:,"><title>a page</title>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  server.close();
  await cloud.stop();
});

test('a page of another origin reads an object and its metadata', async () => {
  const { endpoint, region, credentials } = cloud;
  const s3 = new S3Client({ endpoint, region, credentials });
  const object = { Bucket: 'files', Key: 'greeting', Body: 'Grüße', Metadata: { author: 'zoe' } };
  await s3.send(new PutObjectCommand(object));

  const page = await browser.openPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const seen = await page.evaluate(async (url) => {
    const response = await fetch(url);
    return { text: await response.text(), author: response.headers.get('x-amz-meta-author') };
  }, `${endpoint}/files/greeting`);
  expect(seen).toEqual({ text: 'Grüße', author: 'zoe' });
});
