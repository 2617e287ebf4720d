import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, onTestFinished, test } from 'vitest';
import { folderWith, inlineFunction, invoke, start, startWithFunction, watchLines } from './support.ts';

describe('an invocation', () => {
  test('runs an async handler with its event and answers its result', async () => {
    const cloud = await startWithFunction('exports.handler = async (event) => ({ got: event })');
    const { status, headers, payload } = await invoke(cloud, { a: [1, 'ü'] });
    expect({ status, payload }).toEqual({ status: 200, payload: { got: { a: [1, 'ü'] } } });
    expect(headers.get('x-amz-executed-version')).toBe('$LATEST');
    expect(headers.has('x-amz-function-error')).toBe(false);
  });

  test('gives a handler the event {} when there is no payload, and answers null for no result', async () => {
    const cloud = await startWithFunction(
      'exports.handler = async (event) => { if (JSON.stringify(event) !== "{}") throw new Error("event") }',
    );
    expect((await invoke(cloud, '')).payload).toBeNull();
  });

  test('waits for a callback, and for the event loop to be empty', async () => {
    const cloud = await startWithFunction(
      `let late = 0;
       exports.handler = (event, context, callback) => {
         if (event.ask) return callback(null, late);
         setTimeout(() => { late += 1 }, 5);
         callback(null, 'answered');
       }`,
    );
    expect((await invoke(cloud)).payload).toBe('answered');
    expect((await invoke(cloud, { ask: true })).payload).toBe(1);
  });

  test('answers null for a handler that neither returns a promise nor calls back', async () => {
    const cloud = await startWithFunction('exports.handler = () => { setTimeout(() => {}, 5) }');
    expect((await invoke(cloud)).payload).toBeNull();
  });

  test('tells the handler who and where it is', async () => {
    const cloud = await startWithFunction(
      `exports.handler = async (event, context) => ({
         id: context.awsRequestId, name: context.functionName, arn: context.invokedFunctionArn,
         version: context.functionVersion, memory: context.memoryLimitInMB, left: context.getRemainingTimeInMillis() })`,
      { Timeout: 7, MemorySize: 256 },
    );
    expect((await invoke(cloud)).payload).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'fn',
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:fn',
      version: '$LATEST',
      memory: '256',
      left: expect.toSatisfy((ms: number) => ms > 0 && ms <= 7000),
    });
  });

  test('passes the client context on', async () => {
    const cloud = await startWithFunction(
      'exports.handler = async (event, { clientContext }) => clientContext',
    );
    const encoded = Buffer.from('{"custom":{"a":"b"}}').toString('base64');
    expect((await invoke(cloud, {}, { 'x-amz-client-context': encoded })).payload).toEqual({
      custom: { a: 'b' },
    });
  });

  test("sees the function's variables and the cloud's, and nothing of the process's own", async () => {
    process.env.LOCAL_FRAME_SECRET = 'mine';
    onTestFinished(() => void delete process.env.LOCAL_FRAME_SECRET);
    const cloud = await startWithFunction('exports.handler = async () => process.env', {
      Environment: { Variables: { COLOUR: 'green', SIZE: 4 } },
    });
    const { payload } = await invoke(cloud);
    expect(payload).toMatchObject({
      COLOUR: 'green',
      SIZE: '4',
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: cloud.endpoint,
      AWS_LAMBDA_FUNCTION_NAME: 'fn',
      AWS_ACCESS_KEY_ID: expect.any(String),
    });
    expect(payload).not.toHaveProperty('LOCAL_FRAME_SECRET');
  });

  test('finds a warm environment the next time, and another one while that is busy', async () => {
    const folder = await folderWith({});
    const meet = (mine: string, other: string) => ({
      mine: path.join(folder, mine),
      other: path.join(folder, other),
    });
    const cloud = await startWithFunction(
      `const fs = require('node:fs');
       let runs = 0;
       exports.handler = async ({ mine, other }) => {
         runs += 1;
         fs.writeFileSync(mine, '');
         while (!fs.existsSync(other)) await new Promise((turn) => setTimeout(turn, 1));
         return runs;
       }`,
      { Timeout: 20 },
    );
    expect((await invoke(cloud, meet('alone', 'alone'))).payload).toBe(1);
    const both = await Promise.all([invoke(cloud, meet('a', 'b')), invoke(cloud, meet('b', 'a'))]);
    expect(both.map(({ payload }) => payload).sort()).toEqual([1, 2]);
  });

  test('waits its turn when all environments are busy', async () => {
    const cloud = await startWithFunction('exports.handler = async (n) => n');
    const events = Array.from({ length: 30 }, (_, n) => n);
    const answers = await Promise.all(events.map((n) => invoke(cloud, n)));
    expect(answers.map(({ payload }) => payload)).toEqual(events);
  });

  test('is refused above the reserved concurrency', async () => {
    const cloud = await startWithFunction('exports.handler = async () => 1', {
      ReservedConcurrentExecutions: 0,
    });
    const { status, headers, payload } = await invoke(cloud);
    expect({ status, type: headers.get('x-amzn-errortype') }).toEqual({
      status: 429,
      type: 'TooManyRequestsException',
    });
    expect(payload).toMatchObject({ Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' });
  });

  test('answers the end of its log when asked, and nothing is printed', async () => {
    const cloud = await startWithFunction('exports.handler = async () => { console.log("hello", { a: 1 }) }');
    const { headers } = await invoke(cloud, {}, { 'x-amz-log-type': 'Tail' });
    const tail = Buffer.from(headers.get('x-amz-log-result') ?? '', 'base64').toString();
    expect(tail).toMatch(/^START RequestId: .*\nhello \{ a: 1 \}\nEND RequestId: .*\nREPORT /);
    expect(cloud.logs('fn')).toContain('hello { a: 1 }');
  });

  test('of type Event is accepted at once and runs', async () => {
    const lines = watchLines();
    const source = 'exports.handler = async (e) => console.log("ran " + e.n)';
    const cloud = await startWithFunction(source, {}, { onLog: lines.onLog });
    const answer = await invoke(cloud, { n: 7 }, { 'x-amz-invocation-type': 'Event' });
    expect(answer).toMatchObject({ status: 202, payload: undefined });
    await lines.seen('ran 7', 1);
  });

  test("of type Event is tried twice more after a failure, in the cloud's time", async () => {
    const lines = watchLines();
    const source = 'exports.handler = async () => { console.log("try"); throw new Error("no") }';
    const cloud = await startWithFunction(source, {}, { onLog: lines.onLog, timeScale: 100_000 });
    await invoke(cloud, {}, { 'x-amz-invocation-type': 'Event' });
    await lines.seen('try', 3);
  });

  test('of type DryRun runs nothing', async () => {
    const cloud = await startWithFunction('exports.handler = async () => console.log("ran")');
    expect((await invoke(cloud, {}, { 'x-amz-invocation-type': 'DryRun' })).status).toBe(204);
    expect(cloud.logs('fn')).toEqual([]);
  });

  test('from another service in memory is the same call', async () => {
    const cloud = await startWithFunction('exports.handler = async ({ n }) => n * 2');
    const response = await cloud.dispatch('lambda', {
      method: 'POST',
      path: '/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Afn/invocations',
      query: new URLSearchParams({ Qualifier: '$LATEST' }),
      headers: {},
      body: Readable.from([Buffer.from('{"n":21}')]),
    });
    expect(response).toMatchObject({ status: 200, body: '42' });
  });
});

describe('a function that fails', () => {
  const failure = async (source: string, properties: object = {}, event: unknown = {}) => {
    const cloud = await startWithFunction(source, properties);
    const { status, headers, payload } = await invoke(cloud, event);
    expect({ status, error: headers.get('x-amz-function-error') }).toEqual({
      status: 200,
      error: 'Unhandled',
    });
    return payload;
  };

  test("is reported by its error's name, message and trace", async () => {
    const payload = await failure(
      'class Busy extends Error { name = "Busy" }; exports.handler = async () => { throw new Busy("later") }',
    );
    expect(payload).toMatchObject({ errorType: 'Busy', errorMessage: 'later' });
    const { trace } = payload as { trace: string[] };
    expect(trace[0]).toContain('later');
    expect(trace.find((line) => line.includes('index.js'))).toContain('/var/task/index.js');
    expect(JSON.stringify(payload).length).toBeLessThan(4000);
  });

  test('by throwing at once, by calling back with an error, or with something that is no error', async () => {
    expect(await failure('exports.handler = () => { throw new TypeError("t") }')).toMatchObject({
      errorType: 'TypeError',
    });
    expect(await failure('exports.handler = (e, c, done) => done(new RangeError("r"))')).toMatchObject({
      errorType: 'RangeError',
    });
    expect(await failure('exports.handler = async () => { throw "text" }')).toEqual({
      errorType: 'string',
      errorMessage: 'text',
      trace: [],
    });
  });

  test('by running out of time is cut off, and the next invocation finds a new environment', async () => {
    const cloud = await startWithFunction(
      `let runs = 0; exports.handler = async ({ hang }) => {
         runs += 1; if (hang) await new Promise((done) => setTimeout(done, 60_000)); return runs }`,
      { Timeout: 1 },
    );
    expect((await invoke(cloud, { hang: true })).payload).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(
        /^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds$/,
      ),
    });
    expect((await invoke(cloud)).payload).toBe(1);
  });

  test('by a busy loop is cut off as well', async () => {
    expect(await failure('exports.handler = async () => { for (;;); }', { Timeout: 1 })).toMatchObject({
      errorType: 'Sandbox.Timedout',
    });
  });

  test('by ending its process', async () => {
    expect(await failure('exports.handler = async () => process.exit(3)')).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringMatching(/^RequestId: \S+ Error: Runtime exited with error: exit status 3$/),
    });
    expect(await failure('exports.handler = async () => process.exit(0)')).toMatchObject({
      errorMessage: expect.stringContaining('Runtime exited without providing a reason'),
    });
  });

  test('by an exception that nobody catches', async () => {
    const source =
      'exports.handler = () => new Promise(() => setTimeout(() => { throw new TypeError("loose") }))';
    expect(await failure(source)).toMatchObject({ errorType: 'TypeError', errorMessage: 'loose' });
  });

  test('by a rejection that nobody handles', async () => {
    const source =
      'exports.handler = () => new Promise(() => { setTimeout(() => Promise.reject(new Error("loose"))) })';
    expect(await failure(source)).toMatchObject({
      errorType: 'Runtime.UnhandledPromiseRejection',
      errorMessage: 'Error: loose',
    });
  });

  test('by a promise that never settles', async () => {
    expect(await failure('exports.handler = () => new Promise(() => {})')).toMatchObject({
      errorType: 'Runtime.NodeJsExit',
    });
  });

  test('by using up its memory, without harm to the cloud', async () => {
    const source =
      'exports.handler = async () => { const all = []; for (;;) all.push({ n: new Array(1000).fill(0) }) }';
    expect(await failure(source, { Timeout: 30 })).toMatchObject({ errorType: 'Runtime.OutOfMemory' });
  });

  test('by a result that is no JSON', async () => {
    expect(await failure('exports.handler = async () => 1n')).toMatchObject({
      errorMessage: 'Unable to stringify response body',
    });
  });

  test('by a result of more than 6 MB', async () => {
    const cloud = await startWithFunction('exports.handler = async (n) => "x".repeat(n)');
    expect((await invoke(cloud, 6_291_556 - 2)).headers.has('x-amz-function-error')).toBe(false);
    expect((await invoke(cloud, 6_291_556 - 1)).payload).toMatchObject({
      errorType: 'Function.ResponseSizeTooLarge',
    });
  });

  test.each([
    ['a missing module', 'require("not-there")', 'index.handler', 'Runtime.ImportModuleError'],
    ['a missing file', '', 'other.handler', 'Runtime.ImportModuleError'],
    ['a missing export', 'exports.other = 1', 'index.handler', 'Runtime.HandlerNotFound'],
    ['an export that is no function', 'exports.handler = 1', 'index.handler', 'Runtime.HandlerNotFound'],
    ['a syntax error', 'exports.handler = async () => {', 'index.handler', 'Runtime.UserCodeSyntaxError'],
    ['a handler without an export', '', 'index', 'Runtime.MalformedHandlerName'],
    ['an error while loading', 'throw new RangeError("init")', 'index.handler', 'RangeError'],
  ])('by %s', async (_, source, Handler, errorType) => {
    expect(await failure(source, { Handler })).toMatchObject({ errorType });
  });
});

describe("a function's code", () => {
  /** An assembly with one function whose code is this folder, inside a project of ES modules. */
  const startWithFolder = async (files: Readonly<Record<string, string>>, Handler: string) => {
    const project = await mkdtemp(path.join(tmpdir(), 'local-frame-'));
    onTestFinished(() => rm(project, { recursive: true }));
    await writeFile(path.join(project, 'package.json'), '{"type":"module"}');
    await mkdir(path.join(project, 'asset.code'));
    for (const [name, content] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(project, 'asset.code', name)), { recursive: true });
      await writeFile(path.join(project, 'asset.code', name), content);
    }
    const assets = {
      files: { code: { source: { path: 'asset.code' }, destinations: { here: { objectKey: 'code.zip' } } } },
    };
    await writeFile(path.join(project, 'App.assets.json'), JSON.stringify(assets));
    const Code = { S3Bucket: 'cdk-assets', S3Key: 'code.zip' };
    const template = { Resources: { Fn: inlineFunction('', { Code, Handler }) } };
    await writeFile(path.join(project, 'App.template.json'), JSON.stringify(template));
    return start({ template: path.join(project, 'App.template.json') });
  };

  test.each([
    [
      'CommonJS, whatever the project around it is',
      { 'index.js': 'exports.handler = async () => "cjs"' },
      'cjs',
    ],
    ['an ES module by extension', { 'index.mjs': 'export const handler = async () => "mjs"' }, 'mjs'],
    ['CommonJS by extension', { 'index.cjs': 'exports.handler = async () => "cjs"' }, 'cjs'],
    [
      'an ES module by its own package.json',
      { 'package.json': '{"type":"module"}', 'index.js': 'export const handler = async () => "esm"' },
      'esm',
    ],
  ])('is %s', async (_, files, expected) => {
    const cloud = await startWithFolder(files, 'index.handler');
    expect((await invoke(cloud)).payload).toBe(expected);
  });

  test('may lie in folders and export objects', async () => {
    const cloud = await startWithFolder(
      { 'src/deep/app.js': 'exports.api = { create: async () => "created" }' },
      'src/deep/app.api.create',
    );
    expect((await invoke(cloud)).payload).toBe('created');
  });

  test.each([
    [
      'CommonJS',
      'index.js',
      "const { S3Client } = require('@aws-sdk/client-s3'); exports.handler = async () => typeof S3Client",
    ],
    [
      'ES modules',
      'index.mjs',
      "import { S3Client } from '@aws-sdk/client-s3'; export const handler = async () => typeof S3Client",
    ],
  ])('finds the AWS SDK as in the managed runtime, from %s', async (_, file, source) => {
    const cloud = await startWithFolder({ [file]: source }, 'index.handler');
    expect((await invoke(cloud)).payload).toBe('function');
  });

  test('reaches the services of the cloud with a plain SDK client', async () => {
    const source = `const { S3 } = require('@aws-sdk/client-s3'); const s3 = new S3();
      exports.handler = async ({ Bucket }) => { await s3.putObject({ Bucket, Key: 'k', Body: 'from a function' }) }`;
    const Fn = inlineFunction(source, { Timeout: 20 });
    const cloud = await start({ template: { Resources: { Fn, Box: { Type: 'AWS::S3::Bucket' } } } });
    const bucket = cloud.resources.Box?.physicalId;
    expect((await invoke(cloud, { Bucket: bucket })).payload).toBeNull();
    expect(await (await fetch(`${cloud.endpoint}/${bucket}/k`)).text()).toBe('from a function');
  });
});

describe('the API', () => {
  test('answers ResourceNotFoundException for a function or a version that is not there', async () => {
    const cloud = await startWithFunction('exports.handler = async () => 1');
    for (const [name, arn] of [
      ['nope', 'function:nope'],
      ['fn:3', 'function:fn:3'],
    ] as const) {
      const { status, headers, payload } = await invoke(cloud, {}, {}, name);
      expect({ status, type: headers.get('x-amzn-errortype') }).toEqual({
        status: 404,
        type: 'ResourceNotFoundException',
      });
      expect(payload).toMatchObject({
        Type: 'User',
        Message: `Function not found: arn:aws:lambda:us-east-1:000000000000:${arn}`,
      });
    }
  });

  test('refuses a payload that is no JSON or more than 6 MB', async () => {
    const cloud = await startWithFunction('exports.handler = async (s) => s.length');
    const broken = await invoke(cloud, '{"a"');
    expect([broken.status, broken.headers.get('x-amzn-errortype')]).toEqual([
      400,
      'InvalidRequestContentException',
    ]);
    const large = await invoke(cloud, JSON.stringify('x'.repeat(6_291_456)));
    expect([large.status, large.headers.get('x-amzn-errortype')]).toEqual([413, 'RequestTooLargeException']);
    expect((await invoke(cloud, JSON.stringify('x'.repeat(6_291_454)))).payload).toBe(6_291_454);
  });

  test('refuses an invocation type that there is not', async () => {
    const cloud = await startWithFunction('exports.handler = async () => 1');
    const { status, payload } = await invoke(cloud, {}, { 'x-amz-invocation-type': 'Later' });
    expect({ status, payload }).toMatchObject({
      status: 400,
      payload: { Message: 'InvocationType: Later is not known' },
    });
  });

  test('lists and describes functions', async () => {
    const cloud = await startWithFunction('exports.handler = async () => 1', { Timeout: 9 });
    const get = async (rest: string): Promise<unknown> =>
      (await fetch(`${cloud.endpoint}/2015-03-31/functions${rest}`)).json();
    const fn = { FunctionName: 'fn', Timeout: 9, Handler: 'index.handler', State: 'Active' };
    expect(await get('/')).toMatchObject({ Functions: [fn] });
    expect(await get('/fn')).toMatchObject({ Configuration: fn });
    expect(await get('/fn/configuration')).toMatchObject(fn);
    expect(await get('/fn/policy')).toMatchObject({ Message: expect.stringContaining('/fn/policy') });
  });
});
