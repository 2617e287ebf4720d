// An endpoint that accepts and never answers: what a command says, and how Ctrl-C ends it.

import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { tellOfSilence } from '../../cli/silence.ts';
import { Terminal } from './terminal.ts';

let server: Server;
let host: string;

beforeEach(async () => {
  server = createServer((socket) => socket.on('error', () => undefined).resume());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  server.close();
});

describe('a request that nobody answers', () => {
  it('is told once after five seconds: whom it asks, and for what', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const lines: string[] = [];
    const stop = tellOfSilence((line) => lines.push(line));
    const headers = { 'x-amz-target': 'DynamoDB_20120810.GetItem' };
    const request = get(`http://${host}/table`, { headers }).on('error', () => undefined);
    await once(server, 'connection');
    vi.advanceTimersByTime(4_000);
    expect(lines).toEqual([]);
    vi.advanceTimersByTime(60_000);
    expect(lines).toEqual([`waiting for ${host} to answer DynamoDB GetItem`]);
    stop();
    request.destroy();
  });

  it('is not told after the end, nor of one that has its answer', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const lines: string[] = [];
    const stop = tellOfSilence((line) => lines.push(line));
    const answered = get(`http://${host}/`, { agent: false });
    const [socket] = (await once(server, 'connection')) as [Socket];
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
    const closed = once(answered, 'close');
    const [response] = (await once(answered, 'response')) as [IncomingMessage];
    response.resume();
    await closed;
    vi.advanceTimersByTime(60_000);
    stop();
    const request = get(`http://${host}/`, { agent: false }).on('error', () => undefined);
    await once(server, 'connection');
    vi.advanceTimersByTime(60_000);
    expect(lines).toEqual([]);
    request.destroy();
  });
});

describe('one Ctrl-C', () => {
  it.each([
    ['create', 'interrupted; nothing was written\n'],
    ['get', 'interrupted; no file was left half written\n'],
    ['runs', 'interrupted\n'],
    ['fsck', 'interrupted\n'],
  ])('ends %s, which waits for its store', async (command, says) => {
    vi.stubEnv('AWS_ENDPOINT_URL', `http://${host}`);
    vi.stubEnv('AWS_REGION', 'eu-central-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'a');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'b');
    const terminal = new Terminal();
    const key = command === 'create' || command === 'get' ? ['--key', 'id=1'] : [];
    const ended = terminal.run(command, ...key);
    await once(server, 'connection');
    terminal.signal('SIGINT');
    expect(await ended).toMatchObject({ code: 130, out: '', err: `error: ${says}` });
  });
});
