import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { DescribeTimeToLiveCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetBucketCorsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { processIo } from '../../cli/io.ts';
import { Terminal, twinwrite } from './terminal.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'cli', 'main.ts');
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
});

/** The command in a process of its own, with an environment that holds nothing of AWS's but what is given. */
function start(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...argv], {
    env: { PATH: process.env.PATH, HOME: '/nonexistent', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  return child;
}

async function finish(argv: readonly string[], env: Readonly<Record<string, string>>) {
  const child = start(argv, env);
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: child.exitCode ?? (await once(child, 'exit'))[0], out, err };
}

describe('twinwrite local, in a process of its own', () => {
  let temporary: string;
  let server: ChildProcess;
  let lines: string[];

  beforeEach(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'twinwrite-test-'));
    const started = start(['local', '--port', '0', '--time-scale', '60', '--json'], { TMPDIR: temporary });
    lines = [];
    const output = createInterface(started.stdout).on('line', (line) => lines.push(line));
    await once(output, 'line');
    server = started;
  });

  async function endsAt(signal: NodeJS.Signals): Promise<void> {
    server.kill(signal);
    expect(await once(server, 'exit')).toEqual([0, null]);
    expect(lines).toHaveLength(1);
    const left = (await readdir(temporary)).filter((name) => !name.startsWith('tsx-')); // the test's own compiler
    await rm(temporary, { recursive: true });
    expect(left).toEqual([]);
  }

  it('serves commands without credentials until SIGTERM, and leaves nothing behind', async () => {
    const { endpoint, ...rest } = JSON.parse(lines[0] ?? '') as Record<string, string>;
    expect(rest).toEqual({
      region: 'us-east-1',
      table: expect.any(String),
      bucket: expect.any(String),
      stateMachines: {
        create: expect.stringMatching(/^arn:aws:states:us-east-1:\d+:stateMachine:/),
        update: expect.stringMatching(/^arn:aws:states:us-east-1:\d+:stateMachine:/),
        delete: expect.stringMatching(/^arn:aws:states:us-east-1:\d+:stateMachine:/),
        sweep: expect.stringMatching(/^arn:aws:states:us-east-1:\d+:stateMachine:.*Sweep/),
      },
    });

    const created = await finish(['create', '--key', 'id=42', '--set', 'title=Hello'], {
      AWS_ENDPOINT_URL: endpoint ?? '',
    });
    expect(created).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringMatching(/^id=42: now at version 1\n/),
    });
    await endsAt('SIGTERM');
  });

  it('ends at SIGINT, too, and leaves nothing behind', () => endsAt('SIGINT'));
});

describe('twinwrite local', () => {
  it('prints the exports, the ARNs and a first command that works for its key', async () => {
    const terminal = new Terminal();
    const ended = terminal.run(
      'local',
      '--port',
      '0',
      '--partition-key',
      'tenant:S',
      '--sort-key',
      'number:N',
    );
    await vi.waitFor(() => expect(terminal.out).toContain('npx twinwrite get'), { timeout: 60_000 });
    const exports = [...terminal.out.matchAll(/^export (\w+)=(.+)$/gm)].map(([, name, value]) => [
      name,
      value,
    ]);
    const [, example = ''] = /^npx twinwrite (create .+)$/m.exec(terminal.out) ?? [];
    for (const [name = '', value] of exports) vi.stubEnv(name, value);
    const argv = example.replaceAll("'", '').split(' ');

    const created = await twinwrite(...argv);
    vi.unstubAllEnvs();
    terminal.signal('SIGTERM');

    expect(exports.map(([name]) => name)).toEqual([
      'AWS_ENDPOINT_URL',
      'AWS_REGION',
      'AWS_DEFAULT_REGION',
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
    ]);
    expect(argv).toEqual(expect.arrayContaining(['tenant=42', 'number=42']));
    expect(created).toMatchObject({ code: 0, err: '' });
    const { code, out } = await ended;
    expect(code).toBe(0);
    for (const name of ['table', 'bucket', 'create', 'update', 'delete', 'sweep']) {
      expect(out).toMatch(new RegExp(`^${name} +(?!undefined)\\S+$`, 'm'));
    }
  });

  it('lets its table expire items with --ttl, and pages upload with --upload-origin', async () => {
    const terminal = new Terminal();
    const origins = ['http://127.0.0.1:3000', 'http://localhost:*'];
    const ended = terminal.run(
      ...['local', '--port', '0', '--ttl', 'expiresAt', '--json'],
      ...origins.flatMap((origin) => ['--upload-origin', origin]),
    );
    await vi.waitFor(() => expect(terminal.out).toContain('\n'), { timeout: 60_000 });
    const { endpoint, region, table, bucket } = JSON.parse(terminal.out);
    const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
    const dynamodb = new DynamoDBClient({ endpoint, region, credentials });
    const { TimeToLiveDescription } = await dynamodb.send(
      new DescribeTimeToLiveCommand({ TableName: table }),
    );
    dynamodb.destroy();
    const s3 = new S3Client({ endpoint, region, credentials });
    const { CORSRules } = await s3.send(new GetBucketCorsCommand({ Bucket: bucket }));
    s3.destroy();
    terminal.signal('SIGTERM');
    expect(CORSRules).toMatchObject([{ AllowedOrigins: origins, AllowedMethods: ['PUT'] }]);
    expect(TimeToLiveDescription).toMatchObject({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' });
    expect((await ended).code).toBe(0);
  });

  it('has an Express lane with --express, which writes take', async () => {
    const terminal = new Terminal();
    const ended = terminal.run('local', '--port', '0', '--express', '--json');
    await vi.waitFor(() => expect(terminal.out).toContain('\n'), { timeout: 60_000 });
    const { endpoint, expressStateMachines } = JSON.parse(terminal.out);
    for (const [name, value] of Object.entries({
      ...{ AWS_ENDPOINT_URL: endpoint, AWS_REGION: 'us-east-1' },
      ...{ AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
    })) {
      vi.stubEnv(name, value);
    }
    const created = await twinwrite('create', '--key', 'id=1', '--lane', 'express', '--json');
    vi.unstubAllEnvs();
    terminal.signal('SIGTERM');
    const machine = expressStateMachines.create.replace(':stateMachine:', ':express:');
    expect(created).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(created.out).executionArn).toContain(`${machine}:`);
    expect((await ended).code).toBe(0);
  });

  it('refuses what is no origin', async () => {
    const { code, err } = await twinwrite('local', '--upload-origin', 'http://127.0.0.1:3000/');
    expect(code).toBe(2);
    expect(err).toContain('Expected an origin, such as http://127.0.0.1:3000');
    const everySite = await twinwrite('local', '--page-origin', '*');
    expect(everySite).toMatchObject({ code, err: expect.stringContaining('every site would be let in') });
  });

  it('takes number and binary keys as the table has them, and refuses others', async () => {
    const terminal = new Terminal();
    const ended = terminal.run(
      ...['local', '--port', '0', '--partition-key', 'n:N', '--sort-key', 'b:B', '--json'],
    );
    await vi.waitFor(() => expect(terminal.out).toContain('\n'), { timeout: 60_000 });
    const { endpoint } = JSON.parse(terminal.out) as { endpoint: string };
    for (const [name, value] of Object.entries({
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    })) {
      vi.stubEnv(name, value);
    }
    const key = ['--key', 'n=12345678901234567890.5', '--key', 'b=AP8='];

    const created = await twinwrite('create', ...key, '--set', 'a=b');
    const got = await twinwrite('get', ...key, '--json');
    const notNumber = await twinwrite('get', '--key', 'n=one', '--key', 'b=AP8=');
    const notBase64 = await twinwrite('get', '--key', 'n=1', '--key', 'b=?');
    vi.unstubAllEnvs();
    terminal.signal('SIGINT');

    expect(created).toMatchObject({ code: 0, err: '' });
    expect(got.out).toContain('"key":{"n":12345678901234567890.5,"b":"AP8="}');
    expect(notNumber).toMatchObject({
      code: 2,
      err: 'error: --key n: the table\'s key is a number, got "one"\n',
    });
    expect(notBase64).toMatchObject({ code: 1, err: expect.stringContaining('key.b: expected base64') });
    expect(await ended).toMatchObject({ code: 0 });
  });

  it('says when its port is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;

    const { code, out, err } = await twinwrite('local', '--port', String(port));
    server.close();

    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toBe(`error: port ${port} is in use; choose another with --port (0: any free one)\n`);
  });
});

describe('signals', () => {
  it('are heard once: the next one ends the process, as it would any', () => {
    const heard: string[] = [];
    const before = process.listenerCount('SIGUSR2');

    processIo().onSignal(['SIGUSR2'], (signal) => heard.push(signal));
    process.emit('SIGUSR2', 'SIGUSR2');

    expect(heard).toEqual(['SIGUSR2']);
    expect(process.listenerCount('SIGUSR2')).toBe(before);
  });
});
