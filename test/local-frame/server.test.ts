import http from 'node:http';
import net from 'node:net';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  clientOptions,
  inlineFunction,
  invoke,
  request,
  start,
  startWithFunction,
  type TestCloud,
} from './support.ts';

const Bucket = 'served';
const template = { Resources: { Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: Bucket } } } };

function s3Of(cloud: TestCloud): S3Client {
  const client = new S3Client(clientOptions(cloud));
  onTestFinished(() => client.destroy());
  return client;
}

describe('one port', () => {
  test('serves each service by what its requests look like', async () => {
    const cloud = await startWithFunction('exports.handler = async () => "lambda"');
    const scope = (service: string) => ({
      authorization: `AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
    });
    const get = async (options: http.RequestOptions, body?: string) =>
      (await request(cloud, options, body)).body;
    const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
    const dynamo = {
      'x-amz-target': 'DynamoDB_20120810.ListTables',
      'content-type': 'application/x-amz-json-1.0',
    };

    expect(await get({ method: 'POST', headers: { ...dynamo, ...scope('dynamodb') } }, '{}')).toBe(
      '{"TableNames":[]}',
    );
    await get({ method: 'POST', headers: { 'x-amz-target': 'AWSStepFunctions.StartExecution' } }, '{"n":1}');
    expect(cloud.started).toEqual(['{"n":1}']);
    expect(await get({ method: 'POST', path: '/2015-03-31/functions/fn/invocations' })).toBe('"lambda"');
    expect(await get({ method: 'POST', headers: form }, 'Action=ListStacks')).toContain('<ListStacksResult>');
    expect(
      await get({ method: 'POST', headers: { ...form, ...scope('sts') } }, 'Action=GetCallerIdentity'),
    ).toContain('<Account>000000000000</Account>');
    expect(await get({ headers: scope('s3') })).toContain('<ListAllMyBucketsResult');
    expect(await get({ path: '/?X-Amz-Credential=x%2F20260101%2Fus-east-1%2Fs3%2Faws4_request' })).toContain(
      '<?xml',
    );
  });

  test.each([
    [{ 'x-amz-target': 'Kinesis_20131202.PutRecord' }, 'Kinesis_20131202'],
    [{ authorization: 'AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/sns/aws4_request' }, 'sns'],
  ])('refuses a service that it does not have by name', async (headers, asked) => {
    const cloud = await start();
    const { status, body } = await request(cloud, { method: 'POST', headers });
    expect(status).toBe(501);
    expect(JSON.parse(body).message).toContain(`no service '${asked}'`);
  });

  test('is the one asked for; taken, it is an error and nothing is left running', async () => {
    const first = await start();
    const port = Number(new URL(first.endpoint).port);
    await expect(start({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await first.stop();
    expect((await start({ port })).endpoint).toBe(`http://127.0.0.1:${port}`);
  });
});

describe('requests and answers', () => {
  test('carry bodies of any size both ways', async () => {
    const cloud = await start({ template });
    const s3 = s3Of(cloud);
    const content = Buffer.alloc(12_000_000, 'the quick brown fox ');
    await s3.send(new PutObjectCommand({ Bucket, Key: 'large', Body: content }));
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: 'large' }));
    expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(content)).toBe(true);
    expect((await s3.send(new HeadObjectCommand({ Bucket, Key: 'large' }))).ContentLength).toBe(
      content.length,
    );
  });

  test('to HEAD have no body, also when they are errors', async () => {
    const cloud = await start({ template });
    const missing = await request(cloud, { method: 'HEAD', path: `/${Bucket}/none` });
    expect(missing).toMatchObject({ status: 404, body: '' });
  });

  test('have an id', async () => {
    const cloud = await start();
    const { headers } = await request(cloud, { path: '/_local/health' });
    expect(headers['x-amzn-requestid']).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers['x-amz-request-id']).toBeTruthy();
  });

  test('go over one connection one after another, also when a body was not read', async () => {
    const cloud = await start({ template });
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const sockets = new Set<net.Socket>();
    const put = (path: string) => {
      const options = { method: 'PUT', path, agent, headers: { connection: 'keep-alive' } };
      agent.on('free', (socket: net.Socket) => sockets.add(socket));
      return request(cloud, options, Buffer.alloc(2_000_000));
    };
    cloud.faults.inject({ service: 's3', operation: 'PutObject', when: 'before', error: 'InternalError' });
    expect((await put(`/${Bucket}/a`)).status).toBe(500);
    expect((await put('/no-such-bucket/a')).status).toBe(404);
    expect((await put(`/${Bucket}/a`)).status).toBe(200);
    expect(sockets.size).toBe(1);
  });

  test('wait for 100-continue', async () => {
    const cloud = await start({ template });
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { expect: '100-continue', 'content-length': '5' };
      const sent = http.request(`${cloud.endpoint}/${Bucket}/k`, { method: 'PUT', headers });
      sent.on('continue', () => sent.end('hello'));
      sent.on('response', (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.on('error', reject);
      sent.flushHeaders();
    });
    expect(status).toBe(200);
  });

  test('survive a client that goes away within its request', async () => {
    const errors: unknown[] = [];
    const cloud = await start({ template, onError: (error) => errors.push(error) });
    const { port } = new URL(cloud.endpoint);
    await new Promise<void>((resolve) => {
      const socket = net.connect(Number(port), '127.0.0.1', () => {
        socket.write(
          `PUT /${Bucket}/half HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhalf`,
          () => {
            socket.destroy();
          },
        );
      });
      socket.once('close', () => resolve());
    });
    expect((await request(cloud, { path: `/${Bucket}/half` })).status).toBe(404);
  });

  test.each<[string, () => void]>([
    [
      'throws',
      () => {
        throw new Error('deaf');
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('deaf');
      },
    ],
  ])('go on when the listener that they tell of a defect %s, with a warning', async (_, onError) => {
    const warnings: Error[] = [];
    const hear = (warning: Error) => void warnings.push(warning);
    process.on('warning', hear);
    onTestFinished(() => void process.off('warning', hear));
    const cloud = await start({ onError });
    const headers = { 'x-amz-target': 'AWSStepFunctions.Explode' };
    expect((await request(cloud, { method: 'POST', headers })).status).toBe(500);
    await expect.poll(() => warnings).toContainEqual(new Error('deaf'));
  });

  test('turn a defect into an internal error of the service, and tell of it', async () => {
    const errors: unknown[] = [];
    const cloud = await start({ onError: (error) => errors.push(error) });
    const headers = { 'x-amz-target': 'AWSStepFunctions.Explode' };
    const { status, body } = await request(cloud, { method: 'POST', headers });
    expect({ status, body: JSON.parse(body) }).toEqual({
      status: 500,
      body: { __type: 'InternalServerException', message: 'a defect' },
    });
    expect(errors).toEqual([expect.any(TypeError)]);
  });

  test('may come from pages of a browser, to S3 as the bucket’s rules say', async () => {
    const origin = 'http://app.example';
    const CorsRules = [
      {
        AllowedOrigins: [origin],
        AllowedMethods: ['PUT'],
        AllowedHeaders: ['*'],
        ExposedHeaders: ['ETag'],
        MaxAge: 60,
      },
    ];
    const cloud = await start({
      template: {
        Resources: {
          Closed: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'closed' } },
          Open: {
            Type: 'AWS::S3::Bucket',
            Properties: { BucketName: 'open', CorsConfiguration: { CorsRules } },
          },
        },
      },
    });
    const asked = {
      origin,
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'authorization, x-amz-date',
    };
    const preflight = (path: string) => request(cloud, { method: 'OPTIONS', path, headers: asked });
    const signed = '/open/k?X-Amz-Signature=s&X-Amz-SignedHeaders=host%3Bif-none-match&X-Amz-Date=d';
    expect(await preflight(signed)).toMatchObject({
      status: 200,
      headers: {
        'access-control-allow-origin': origin,
        'access-control-allow-headers': 'authorization, x-amz-date',
        'access-control-max-age': '60',
      },
    });
    expect((await preflight('/closed/k')).status).toBe(403);
    const put = (path: string) => request(cloud, { method: 'PUT', path, headers: { origin } }, 'x');
    expect(await put('/open/k')).toMatchObject({
      status: 200,
      headers: { 'access-control-allow-origin': origin },
    });
    const refused = await put('/closed/k');
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([403, undefined]);
    cloud.faults.inject({
      service: 's3',
      operation: 'PutObject',
      when: 'before',
      error: 'SlowDown',
      status: 503,
    });
    expect(await put('/open/k')).toMatchObject({
      status: 503,
      headers: { 'access-control-allow-origin': origin },
    });
  });

  test('are refused at deployment where a CORS rule is none of S3’s', async () => {
    const CorsRules = [{ AllowedOrigins: ['*'], AllowedMethods: ['PATCH'] }];
    const template = {
      Resources: { Bad: { Type: 'AWS::S3::Bucket', Properties: { CorsConfiguration: { CorsRules } } } },
    };
    await expect(start({ template })).rejects.toThrow(/PATCH/);
  });
});

describe('the admin API', () => {
  const admin = async (cloud: TestCloud, method: string, path: string, body?: unknown) => {
    const { status, body: text } = await request(cloud, { method, path }, JSON.stringify(body) ?? '');
    return { status, body: JSON.parse(text) };
  };

  test('tells that the cloud is up and what is in it', async () => {
    const cloud = await start({ template, stackName: 'app' });
    expect(await admin(cloud, 'GET', '/_local/health')).toEqual({
      status: 200,
      body: { status: 'ok', region: 'us-east-1', stacks: ['app'] },
    });
  });

  test('takes, lists and drops faults', async () => {
    const cloud = await start({ template });
    const fault = { service: 's3', operation: 'PutObject', when: 'before', error: 'InternalError' };
    const whole = { ...fault, times: 1, skip: 0, lateSeconds: 5, fired: 0 };
    expect(await admin(cloud, 'POST', '/_local/faults', fault)).toEqual({ status: 201, body: whole });
    expect((await request(cloud, { method: 'PUT', path: `/${Bucket}/k` })).status).toBe(500);
    expect((await admin(cloud, 'GET', '/_local/faults')).body).toEqual({ faults: [{ ...whole, fired: 1 }] });
    expect(await admin(cloud, 'DELETE', '/_local/faults')).toEqual({ status: 200, body: { faults: [] } });
    expect((await admin(cloud, 'GET', '/_local/faults')).body).toEqual({ faults: [] });
  });

  test('moves the clock forward', async () => {
    const cloud = await start();
    const before = Date.parse((await admin(cloud, 'GET', '/_local/clock')).body.now);
    const { status, body } = await admin(cloud, 'POST', '/_local/clock', { advanceSeconds: 86_400 });
    expect(status).toBe(200);
    expect(Date.parse(body.now) - before).toBeGreaterThanOrEqual(86_400_000);
    expect(cloud.clock.now()).toBeGreaterThan(Date.now() + 86_000_000);
  });

  test.each([
    ['POST', '/_local/clock', { advanceSeconds: -1 }, 400, 'advanceSeconds', '-1'],
    ['POST', '/_local/clock', { seconds: 1 }, 400, 'advanceSeconds', '{"seconds":1}'],
    ['POST', '/_local/faults', undefined, 400, 'body', 'JSON'],
    ['POST', '/_local/faults', [], 400, 'fault', '[]'],
    ['GET', '/_local/nothing', undefined, 404, 'path', '/_local/nothing'],
    ['PUT', '/_local/faults', {}, 405, 'method', 'PUT'],
  ])('refuses %s %s %j with field and value', async (method, path, body, status, field, value) => {
    const cloud = await start();
    const answer = await admin(cloud, method, path, body);
    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatch(new RegExp(`^${field}: `));
    expect(answer.body.error).toContain(value);
  });
});

describe('stopping', () => {
  test('ends connections, running functions and waiting clients, and may be asked twice', async () => {
    const cloud = await start({
      template: {
        Resources: {
          Fn: inlineFunction(
            'exports.handler = () => new Promise((d) => { console.log("in"); setTimeout(d, 60_000) })',
            { Timeout: 60 },
          ),
        },
      },
    });
    const waiting = invoke(cloud).catch((error: Error) => error);
    while (!cloud.logs('fn').includes('in')) await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([cloud.stop(), cloud.stop()]);
    expect(await waiting).toBeInstanceOf(Error);
    await expect(fetch(`${cloud.endpoint}/_local/health`)).rejects.toThrow('fetch failed');
  });

  test('happens by itself at the end of an `await using` block', async () => {
    const endpoint = await (async () => {
      await using cloud = await start();
      return cloud.endpoint;
    })();
    await expect(fetch(endpoint)).rejects.toThrow('fetch failed');
  });
});

test('two clouds in one process know nothing of each other', async () => {
  const [one, other] = await Promise.all([start({ template }), start()]);
  expect((await request(one, { path: `/${Bucket}` })).status).toBe(200);
  expect((await request(other, { path: `/${Bucket}` })).status).toBe(404);
});

test('the variables that a cloud gives are all that an SDK needs', async () => {
  const cloud = await start();
  expect(Object.keys(cloud.env).sort()).toEqual([
    'AWS_ACCESS_KEY_ID',
    'AWS_DEFAULT_REGION',
    'AWS_ENDPOINT_URL',
    'AWS_REGION',
    'AWS_SECRET_ACCESS_KEY',
  ]);
  onTestFinished(() => void vi.unstubAllEnvs());
  for (const [name, value] of Object.entries(cloud.env)) vi.stubEnv(name, value);
  const client = new DynamoDBClient();
  onTestFinished(() => client.destroy());
  expect((await client.send(new ListTablesCommand())).TableNames).toEqual([]);
});
