// Whom the one port answers: programs of this machine, and pages of origins that were let in.

import type http from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { LocalCloudOptions } from '../../local/cloud-types.ts';
import { inlineFunction, request, start, type TestCloud } from './support.ts';

const rules = (...CorsRules: object[]) => ({ CorsConfiguration: { CorsRules } });
const bucket = (BucketName: string, properties: object = {}) => ({
  Type: 'AWS::S3::Bucket',
  Properties: { BucketName, ...properties },
});
const APP = 'http://app.example';
const template = {
  Resources: {
    Closed: bucket('closed'),
    Open: bucket('open', rules({ AllowedOrigins: [APP], AllowedMethods: ['PUT'], AllowedHeaders: ['*'] })),
    Fn: inlineFunction('exports.handler = async () => "ran"'),
  },
};
const EVIL = 'https://evil.example';

type Sent = Pick<http.RequestOptions, 'method' | 'path'> & {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

const send = (cloud: TestCloud, { body, ...options }: Sent) => request(cloud, options, body);

async function startWith(options: LocalCloudOptions = {}): Promise<TestCloud> {
  const cloud = await start({ template, ...options });
  onTestFinished(cloud.stop);
  await send(cloud, { method: 'PUT', path: '/open/page.html', body: '<script>1</script>' });
  await send(cloud, { method: 'PUT', path: '/closed/kept', body: 'kept' });
  return cloud;
}

const target = (name: string) => ({ 'x-amz-target': name });
/** A request of each service, and of the local API. */
const CALLS: readonly (readonly [name: string, request: Sent])[] = [
  ['S3, an object', { path: '/closed/kept' }],
  ['S3, a bucket', { path: '/closed' }],
  ['S3, all buckets', { path: '/' }],
  ['DynamoDB', { method: 'POST', headers: target('DynamoDB_20120810.ListTables'), body: '{}' }],
  ['Step Functions', { method: 'POST', headers: target('AWSStepFunctions.StartExecution'), body: '{}' }],
  ['SSM', { method: 'POST', headers: target('AmazonSSM.GetParameters'), body: '{"Names":["/x"]}' }],
  ['SQS', { method: 'POST', headers: target('AmazonSQS.ListQueues'), body: '{}' }],
  ['Lambda', { method: 'POST', path: '/2015-03-31/functions/fn/invocations', body: '{}' }],
  [
    'CloudFormation',
    {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'Action=ListStacks',
    },
  ],
  ['the local API', { path: '/_local/faults' }],
  ['a service that is not there', { method: 'POST', headers: target('Kinesis_20131202.PutRecord') }],
];
const served = (name: string) => (name === 'a service that is not there' ? 501 : 200);

describe.each(CALLS)('%s', (name, request) => {
  const withHeaders = (headers: Record<string, string>): Sent => ({
    ...request,
    headers: { ...request.headers, ...headers },
  });

  test('answers programs by every name of this machine', async () => {
    const cloud = await startWith();
    for (const host of [
      'localhost',
      'LOCALHOST:4566',
      '127.0.0.1:1',
      '127.9.8.7:4566',
      '[::1]:4566',
      's3.localhost:4566',
    ]) {
      const answer = await send(cloud, withHeaders({ host }));
      expect([host, answer.status]).toEqual([host, served(name)]);
    }
    for (const site of ['none', 'same-origin']) {
      expect((await send(cloud, withHeaders({ 'sec-fetch-site': site }))).status).toBe(served(name));
    }
  });

  test('answers nobody by another name, with the name in the refusal', async () => {
    const cloud = await startWith();
    for (const host of [
      'evil.example',
      '127.0.0.1.evil.example:4566',
      'localhost.evil.example',
      '128.0.0.1',
      '0.0.0.0:4566',
      '10.0.0.1',
      'user@localhost',
      'evillocalhost',
    ]) {
      const { status, body: text } = await send(cloud, withHeaders({ host }));
      expect([host, status]).toEqual([host, 403]);
      expect(text.replaceAll('&apos;', "'")).toContain(`not to '${host}'`);
    }
  });

  test('answers no page of another origin, and says what would let it in', async () => {
    const cloud = await startWith();
    const { started } = cloud;
    for (const headers of [
      { origin: EVIL },
      { origin: 'null' },
      { origin: 'http://localhost:3000' },
      { origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site', referer: `${EVIL}/page` },
      { 'sec-fetch-site': 'cross-site', referer: 'no address' },
    ] as Record<string, string>[]) {
      const { status, headers: answered, body: text } = await send(cloud, withHeaders(headers));
      expect([headers, status]).toEqual([headers, 403]);
      expect(answered).not.toHaveProperty('access-control-allow-origin');
      expect(text).toMatch(name === 'the local API' ? /not for other sites/ : /--page-origin/);
    }
    expect(started).toEqual([]);
    expect(cloud.logs('fn')).toEqual([]);
  });

  test('answers the pages of --page-origin, but for the local API', async () => {
    const cloud = await startWith({ pageOrigins: ['http://localhost:*'] });
    const origin = 'http://localhost:3000';
    const isAdmin = name === 'the local API';
    const { status, headers } = await send(cloud, withHeaders({ origin, 'sec-fetch-site': 'same-site' }));
    expect(status).toBe(isAdmin ? 403 : served(name));
    if (!isAdmin && !name.startsWith('S3') && status === 200) {
      expect(headers['access-control-allow-origin']).toBe(origin);
    }
    expect((await send(cloud, withHeaders({ origin: EVIL }))).status).toBe(403);
  });
});

test('a preflight is answered for pages that were let in alone', async () => {
  const cloud = await startWith({ pageOrigins: [APP] });
  const preflight = (path: string, origin: string) =>
    send(cloud, {
      method: 'OPTIONS',
      path,
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x-amz-target',
      },
    });
  for (const path of ['/', '/2015-03-31/functions/fn/invocations', '/_local/clock']) {
    const refused = await preflight(path, EVIL);
    expect([path, refused.status]).toEqual([path, 403]);
    expect(refused.headers).not.toHaveProperty('access-control-allow-origin');
  }
  expect(await preflight('/', APP)).toMatchObject({
    status: 200,
    headers: { 'access-control-allow-origin': APP, 'access-control-allow-headers': 'x-amz-target' },
  });
  expect((await preflight('/_local/clock', APP)).status).toBe(403);
});

describe('a bucket’s CORS rules', () => {
  const ask = async (cloud: TestCloud, request: Sent) => (await send(cloud, request)).status;

  test('let pages to its objects by their methods, and to nothing else', async () => {
    const cloud = await startWith();
    const headers = { origin: APP, 'sec-fetch-site': 'cross-site' };
    expect(await ask(cloud, { method: 'PUT', path: '/open/new', headers, body: 'x' })).toBe(200);
    const read = await send(cloud, { path: '/open/new', headers });
    expect([read.status, read.headers['access-control-allow-origin']]).toEqual([200, undefined]);
    expect(await ask(cloud, { method: 'DELETE', path: '/open/new', headers })).toBe(403);
    expect(await ask(cloud, { path: '/open', headers })).toBe(403);
    expect(await ask(cloud, { path: '/', headers })).toBe(403);
    expect(await ask(cloud, { method: 'PUT', path: '/open?cors', headers })).toBe(403);
    expect(await ask(cloud, { path: '/closed/kept', headers })).toBe(403);
    expect(await ask(cloud, { path: '/open/new', headers: { origin: EVIL } })).toBe(403);
  });

  test('let pictures and links of its pages in, which name their page as the referrer', async () => {
    const cloud = await startWith();
    const headers = { 'sec-fetch-site': 'cross-site', referer: `${APP}/gallery` };
    expect(await ask(cloud, { path: '/open/page.html', headers })).toBe(200);
    expect(await ask(cloud, { method: 'PUT', path: '/open/page.html', headers })).toBe(403);
    expect(await ask(cloud, { path: '/closed/kept', headers })).toBe(403);
  });
});

test('a form of another site deletes nothing, also not with its checksum in the address', async () => {
  const cloud = await startWith();
  const body = '<Delete><Object><Key>kept</Key></Object></Delete>';
  const path = '/closed?delete&x-amz-checksum-crc32=AAAAAA%3D%3D';
  const headers = { 'content-type': 'text/plain', origin: EVIL, 'sec-fetch-site': 'cross-site' };
  expect((await send(cloud, { method: 'POST', path, headers, body })).status).toBe(403);
  expect((await send(cloud, { path: '/closed/kept' })).status).toBe(200);
});

test('what is served is no page of the cloud’s origin: neither objects nor errors', async () => {
  const cloud = await startWith();
  const html = { path: '/open/page.html?response-content-type=text%2Fhtml' };
  const inert = { 'content-security-policy': 'sandbox', 'x-content-type-options': 'nosniff' };
  for (const request of [
    html,
    { path: '/open/%3Cscript%3E' },
    { path: '/_local/%3Cscript%3E' },
    { path: '/closed/kept', headers: { host: 'evil.example' } },
    ...CALLS.map(([, call]) => call),
  ] as Sent[]) {
    expect((await send(cloud, request)).headers).toMatchObject(inert);
  }
});

test.each(['*', 'app.example', 'http://app.example/', 'http://*.*.example'])(
  'refuses the page origin %s, by its name',
  async (origin) => {
    await expect(start({ pageOrigins: [origin] })).rejects.toThrow(`got '${origin}'`);
  },
);
