// The console's server: who may call it, what it answers, and what it tells the browser to refuse.

import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type NewestRuns, SECRET_HEADER } from '../../console/api.ts';
import { PreviewGone } from '../../console/server/previews.ts';
import { answerTo, BadCall } from '../../console/server/problems.ts';
import { fakeRuns } from './fake-context.ts';
import { serveConsole, type TestConsole } from './serve.ts';

const runs = fakeRuns(250);
let running: TestConsole;

beforeAll(async () => {
  running = await serveConsole(runs.context);
});
afterAll(() => running.stop());
beforeEach(() => {
  runs.calls.length = 0;
  runs.failWith = undefined;
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server answered
  readonly json: any;
}

/** A request as any program can make it, headers that browsers reserve included. */
async function call(
  path: string,
  {
    method = 'GET',
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const request = httpRequest({ host: '127.0.0.1', port: running.port, path, method, headers, agent: false });
  request.end(body);
  const [response] = await once(request, 'response');
  const answered = await text(response);
  const isJson = String(response.headers['content-type']).startsWith('application/json');
  return {
    status: response.statusCode,
    headers: response.headers,
    body: answered,
    json: isJson ? JSON.parse(answered) : undefined,
  };
}

const own = () => ({ host: `127.0.0.1:${running.port}`, [SECRET_HEADER]: running.secret });
/** As the page itself calls. */
const ownChange = () => ({
  ...own(),
  origin: `http://127.0.0.1:${running.port}`,
  'sec-fetch-site': 'same-origin',
  'content-type': 'application/json',
});
const STOP = { method: 'POST', body: '{"cause":"a test"}' };
const STOP_PATH = '/api/runs/update/update-run-0/stop';

describe('a call of the API', () => {
  it('is answered when the page makes it', async () => {
    expect(await call('/api/session', { headers: own() })).toMatchObject({
      status: 200,
      json: { store: { table: 'docs' }, version: '0.0.0-test' },
    });
    expect(
      await call('/api/session', { headers: { ...own(), host: `localhost:${running.port}` } }),
    ).toMatchObject({
      status: 200,
    });
  });

  it.each([
    [
      'a name that was rebound to 127.0.0.1',
      () => ({ host: `evil.example:${running.port}` }),
      421,
      'ForeignHost',
    ],
    [
      'a name that only begins alike',
      () => ({ host: `127.0.0.1:${running.port}.evil.example` }),
      421,
      'ForeignHost',
    ],
    ['another port', () => ({ host: '127.0.0.1:1' }), 421, 'ForeignHost'],
    ['no port', () => ({ host: '127.0.0.1' }), 421, 'ForeignHost'],
    ['no secret', () => ({ [SECRET_HEADER]: '' }), 401, 'SecretMissing'],
    ['a wrong secret', () => ({ [SECRET_HEADER]: running.secret.replace(/.$/, '!') }), 401, 'SecretMissing'],
    [
      'the beginning of the secret',
      () => ({ [SECRET_HEADER]: running.secret.slice(0, -1) }),
      401,
      'SecretMissing',
    ],
    ['a page of another origin', () => ({ origin: 'http://evil.example' }), 403, 'ForeignOrigin'],
    [
      'a page on another port of this machine',
      () => ({ origin: 'http://127.0.0.1:1' }),
      403,
      'ForeignOrigin',
    ],
    ['a page in a sandbox', () => ({ origin: 'null' }), 403, 'ForeignOrigin'],
    ['a page of another site', () => ({ 'sec-fetch-site': 'cross-site' }), 403, 'ForeignOrigin'],
    ['a page of the same site', () => ({ 'sec-fetch-site': 'same-site' }), 403, 'ForeignOrigin'],
  ])(
    'is refused from %s, whether it reads or changes, and AWS is not called',
    async (_, headers, status, error) => {
      const read = await call('/api/runs', { headers: { ...own(), ...headers() } });
      expect(read).toMatchObject({ status, json: { error, message: expect.any(String) } });
      const change = await call(STOP_PATH, { ...STOP, headers: { ...ownChange(), ...headers() } });
      expect(change).toMatchObject({ status, json: { error } });
      expect(runs.calls).toEqual([]);
    },
  );

  it('gives no other origin leave to read or to send, asked before or not', async () => {
    const preflight = await call(STOP_PATH, {
      method: 'OPTIONS',
      headers: {
        host: own().host,
        origin: 'http://evil.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': SECRET_HEADER,
      },
    });
    expect(preflight.status).toBe(403);
    const read = await call('/api/session', { headers: own() });
    for (const { headers } of [preflight, read]) {
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });

  it('that changes something needs an Origin and JSON, and goes through with both', async () => {
    const { origin: _, ...withoutOrigin } = ownChange();
    expect(await call(STOP_PATH, { ...STOP, headers: withoutOrigin })).toMatchObject({ status: 403 });
    const asForm = { ...ownChange(), 'content-type': 'text/plain' };
    expect(await call(STOP_PATH, { ...STOP, headers: asForm })).toMatchObject({ status: 415 });
    expect(runs.calls).toEqual([]);
    expect(await call(STOP_PATH, { ...STOP, headers: ownChange() })).toMatchObject({
      status: 409,
      json: { error: 'NotRunning' },
    });
    expect(runs.calls).toEqual(['DescribeExecutionCommand']);
  });

  it.each(['PUT', 'DELETE', 'PATCH'])('knows no %s', async (method) => {
    expect((await call('/api/session', { method, headers: ownChange() })).status).toBe(405);
  });

  it('never changes anything by GET', async () => {
    for (const path of [STOP_PATH, '/api/runs/update/update-run-3/stop']) {
      expect((await call(path, { headers: ownChange() })).status).toBe(404);
    }
    expect(runs.calls).toEqual([]);
  });
});

describe('the server', () => {
  it('listens on 127.0.0.1 alone', async () => {
    const others = Object.values(networkInterfaces())
      .flatMap((each) => each ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4');
    for (const { address } of [...others, { address: '127.0.0.2' }]) {
      const socket = connect({ host: address, port: running.port });
      const [error] = await once(socket, 'error');
      expect(error).toMatchObject({ code: 'ECONNREFUSED' });
    }
  });

  it('has a secret of its own at each start, which no answer holds', async () => {
    const other = await serveConsole(runs.context);
    await other.stop();
    expect(other.secret).toMatch(/^[\w-]{43}$/);
    expect(other.secret).not.toBe(running.secret);
    const page = await call('/', { headers: { host: own().host } });
    const session = await call('/api/session', { headers: own() });
    for (const { body, headers } of [page, session]) {
      expect(body + JSON.stringify(headers)).not.toContain(running.secret);
    }
  });

  it('lets the page run its own files and nothing else', async () => {
    const { headers } = await call('/runs/update/x', { headers: { host: own().host } });
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*|data:/);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    });
  });

  it('serves the page for every view, its files, and no other file', async () => {
    const get = (path: string) => call(path, { headers: { host: own().host } });
    const page = await get('/');
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    for (const view of ['/?outcome=stuck', '/runs/update/some-name', '/items?key=id%3D42']) {
      expect((await get(view)).body).toBe(page.body);
    }
    const [script] = /\/main-[0-9A-Z]{8}\.js/.exec(page.body) ?? [];
    expect(await get(script ?? '')).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': 'max-age=31536000, immutable',
      },
    });
    for (const path of ['/package.json', '/../package.json', '/..%2f..%2fpackage.json', '//etc/passwd']) {
      expect(await get(path)).toMatchObject({ status: 404, json: { error: 'NotFound' } });
    }
    expect((await call('/', { method: 'POST', headers: ownChange() })).status).toBe(405);
  });

  it('takes no body that is too large, broken, or not what is asked for', async () => {
    const post = (body: string) => call(STOP_PATH, { method: 'POST', body, headers: ownChange() });
    expect((await post(`{"cause":"${'x'.repeat(70_000)}"}`)).status).toBe(413);
    expect((await post('{"cause":')).status).toBe(400);
    expect((await post('{"cause":"a","more":1}')).status).toBe(400);
    expect((await post('{"cause":"  "}')).json).toMatchObject({ error: 'BadCall' });
    expect(runs.calls).toEqual([]);
  });
});

describe('the list of runs', () => {
  const get = (query: string) => call(`/api/runs?${query}`, { headers: own() });

  it('is read page by page, each again the same, to its end', async () => {
    const first = await get('limit=100');
    expect(first.json.entries).toHaveLength(100);
    expect(first.json.entries[3]).toMatchObject({
      name: 'update-run-3',
      operation: 'update',
      outcome: 'rolled-back',
      reason: 'WriteRefused',
      key: { id: 'doc-3' },
      startedAt: '2026-11-20T11:57:00.000Z',
    });
    const second = await get(`limit=100&cursor=${first.json.cursor}`);
    expect(await get(`limit=100&cursor=${first.json.cursor}`)).toMatchObject({ json: second.json });
    const third = await get(`limit=100&cursor=${second.json.cursor}`);
    expect(third.json.entries.at(-1).name).toBe('update-run-249');
    expect(third.json).not.toHaveProperty('cursor');
  });

  it('describes no more runs than are shown, and none that ended a second time', async () => {
    const describes = () => runs.calls.filter((name) => name === 'DescribeExecutionCommand').length;
    const other = await serveConsole(runs.context);
    const look = () =>
      fetch(`http://127.0.0.1:${other.port}/api/runs?limit=20&once=true`, {
        headers: { [SECRET_HEADER]: other.secret },
      }).then((response) => response.json() as Promise<NewestRuns>);
    runs.newest.status = 'RUNNING';
    const first = await look();
    expect(describes()).toBeLessThan(20 + 8);
    runs.calls.length = 0;
    runs.newest.status = 'SUCCEEDED';
    const second = await look();
    await other.stop();
    expect(describes()).toBe(1); // of the run that was running
    expect([first.entries[0]?.outcome, second.entries[0]?.outcome]).toEqual(['running', 'committed']);
    expect(second.entries.slice(1)).toEqual(first.entries.slice(1));
  });

  it.each([
    ['outcome=rolled-back', 36],
    ['item=id%3Ddoc-42', 1],
    ['item=doc-42', 1],
    ['operation=create', 0],
    ['outcome=stuck', 0],
  ])('can be narrowed: %s', async (query, count) => {
    expect((await get(`${query}&limit=500`)).json).toEqual({
      entries: expect.objectContaining({ length: count }),
    });
  });

  it.each([
    ['outcome=perhaps', 'outcome'],
    ['since=yesterday', 'since'],
    ['since=1h&until=2h', 'until'],
    ['outcomes=stuck', 'outcomes'],
    ['limit=0', 'limit'],
    ['item=', 'no key of the table'],
  ])('says what is wrong with %s', async (query, problem) => {
    expect(await get(query)).toMatchObject({
      status: 400,
      json: { error: 'BadCall', message: expect.stringContaining(problem) },
    });
  });

  it('says when a cursor is of no listing any more', async () => {
    expect(await get('cursor=gone.100')).toMatchObject({ status: 410, json: { error: 'ListingGone' } });
  });

  it.each([
    ['CredentialsProviderError', 503, 'NoCredentials'],
    ['ExpiredTokenException', 503, 'NoCredentials'],
    ['AccessDeniedException', 403, 'AccessDenied'],
    ['SomethingElse', 502, 'Failed'],
  ])('answers with a sentence when AWS says %s, and goes on afterwards', async (name, status, error) => {
    runs.failWith = {
      command: 'ListExecutionsCommand',
      error: Object.assign(new Error('as AWS says it'), { name }),
    };
    expect(await get('')).toMatchObject({ status, json: { error, message: 'as AWS says it' } });
    runs.failWith = undefined;
    expect((await get('')).status).toBe(200);
  });
});

describe('a run', () => {
  it.each([
    ['/api/runs/update/no-such-run', 404, 'RunNotFound'],
    ['/api/runs/sweep/some-run', 400, 'BadCall'],
    ['/api/runs/update/%E0%A4%A', 400, 'BadCall'],
    [
      '/api/find?run=arn%3Aaws%3Astates%3Aus-east-1%3A999999999999%3Aexecution%3Aother%3Ax',
      404,
      'RunNotFound',
    ],
    ['/api/find?run=not%20a%20run', 400, 'InvalidRun'],
    ['/api/item?key=', 400, 'BadCall'],
  ])('%s is answered with %i %s', async (path, status, error) => {
    expect(await call(path, { headers: own() })).toMatchObject({
      status,
      json: { error, message: expect.any(String) },
    });
  });

  it('is asked for in vain with the sentence alone where the console itself refuses', () => {
    const explain = (error: unknown) => `explained: ${(error as Error).message}`;
    const messageFor = (error: Error) => answerTo(error, explain).problem.message;
    expect(messageFor(new BadCall('no key'))).toBe('no key');
    expect(messageFor(new PreviewGone('not kept'))).toBe('not kept');
    expect(messageFor(new Error('of AWS'))).toBe('explained: of AWS');
  });

  it('is replayed only as a preview of this start has shown it', async () => {
    const body = JSON.stringify({ preview: 'made-up' });
    const path = '/api/runs/update/update-run-3/replay';
    expect(await call(path, { method: 'POST', body, headers: ownChange() })).toMatchObject({
      status: 410,
      json: { error: 'PreviewGone' },
    });
    expect(runs.calls).toEqual([]);
  });
});
