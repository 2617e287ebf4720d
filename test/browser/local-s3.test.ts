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
  const CorsRules = [
    {
      AllowedOrigins: ['http://127.0.0.1:*'],
      AllowedMethods: ['GET'],
      ExposedHeaders: ['x-amz-meta-author'],
    },
  ];
  const open = { BucketName: 'files', CorsConfiguration: { CorsRules } };
  const template = {
    Resources: {
      Files: { Type: 'AWS::S3::Bucket', Properties: open },
      Closed: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'closed' } },
    },
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

async function put(Bucket: string): Promise<void> {
  const { endpoint, region, credentials } = cloud;
  const s3 = new S3Client({ endpoint, region, credentials });
  const object = { Bucket, Key: 'greeting', Body: 'Grüße', Metadata: { author: 'zoe', reader: 'ada' } };
  await s3.send(new PutObjectCommand(object));
}

async function openPage(expected?: RegExp) {
  const page = await browser.openPage(expected);
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return page;
}

test('a page of another origin reads what the bucket’s CORS rules let it see', async () => {
  await put('files');
  const page = await openPage();
  const seen = await page.evaluate(async (url) => {
    const { headers, ...response } = await fetch(url).then(async (answer) => ({
      headers: answer.headers,
      text: await answer.text(),
    }));
    return {
      ...response,
      author: headers.get('x-amz-meta-author'),
      reader: headers.get('x-amz-meta-reader'),
    };
  }, `${cloud.endpoint}/files/greeting`);
  expect(seen).toEqual({ text: 'Grüße', author: 'zoe', reader: null });
});

test.each([
  ['reads nothing of a bucket without CORS rules', 'closed', 'GET'],
  ['does nothing that no rule allows', 'files', 'DELETE'],
])('a page of another origin %s', async (_, bucket, method) => {
  await put(bucket);
  const page = await openPage(/CORS policy|Failed to load resource/);
  const outcome = await page.evaluate(
    ([url, method]) => fetch(url as string, { method: method as string }).then(() => 'done', String),
    [`${cloud.endpoint}/${bucket}/greeting`, method],
  );
  expect(outcome).toBe('TypeError: Failed to fetch');
});
