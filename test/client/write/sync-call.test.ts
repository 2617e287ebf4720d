// A synchronous call over a real connection: whatever comes of it, one request leaves, also with a caller's own SDK client.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SFNClient, type SFNClientConfig } from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AnswerLost, LargeItemClient, type StoreDescriptor } from '../../../client/index.ts';
import { startSync } from '../../../client/write/sync-call.ts';

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

const input = {
  stateMachineArn: 'arn:aws:states:eu-central-1:111122223333:stateMachine:Create',
  name: 'create-42-01K0000000000000000000000X',
  input: '{}',
};

let server: Server;
let requests: IncomingMessage[];
let answer: Answer;

beforeEach(async () => {
  requests = [];
  server = createServer((request, response) => {
    requests.push(request);
    request.resume().on('end', () => answer(response, request));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function endpoint(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function clientOf(config: SFNClientConfig = {}): SFNClient {
  const credentials = { accessKeyId: 'a', secretAccessKey: 's' };
  return new SFNClient({
    region: 'eu-central-1',
    credentials,
    maxAttempts: 5,
    endpoint: endpoint(),
    ...config,
  });
}

function json(status: number, body: object): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(body));
  };
}

const closes: Answer = (_, { socket }) => socket.destroy();
const fault = json(500, { __type: 'InternalServerError', message: 'oops' });
const throttles = json(400, { __type: 'ThrottlingException', message: 'slow down' });
const succeeds = json(200, {
  executionArn: 'arn',
  status: 'SUCCEEDED',
  startDate: 1,
  stopDate: 1,
  output: '{}',
});

function refused(): Error {
  return Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' });
}

describe('a synchronous call', () => {
  it.each<[string, Answer, string, object]>([
    ['succeeds', succeeds, 'answered', { answer: { status: 'SUCCEEDED', output: '{}' } }],
    ['closes the connection', closes, 'lost', { error: { code: 'ECONNRESET' } }],
    ['has a fault', fault, 'lost', { error: { name: 'InternalServerError' } }],
    ['throttles', throttles, 'not-started', { error: { name: 'ThrottlingException' } }],
    ['says something odd', (response) => response.writeHead(403).end('<p>'), 'lost', {}],
    [
      'breaks off',
      (response) => response.writeHead(200, { 'content-length': '9' }).write('{', () => response.destroy()),
      'lost',
      {},
    ],
  ])('leaves once where the service %s', async (_, how, kind, expected) => {
    answer = how;
    expect(await startSync(clientOf(), input, undefined)).toMatchObject({ kind, ...expected });
    expect(requests).toHaveLength(1);
    expect(requests[0]?.headers['x-amz-target']).toBe('AWSStepFunctions.StartSyncExecution');
  });

  it('leaves once where nobody answers, and it is aborted', async () => {
    const controller = new AbortController();
    answer = () => controller.abort(new Error('enough'));
    expect(await startSync(clientOf(), input, controller.signal)).toMatchObject({
      ...{ kind: 'lost', error: { message: 'enough' } },
    });
    expect(requests).toHaveLength(1);
  });

  it("leaves once where the SDK's own time-out ends it", async () => {
    answer = () => undefined;
    const sfn = clientOf({ requestHandler: { socketTimeout: 50 } });
    expect(await startSync(sfn, input, undefined)).toMatchObject({
      kind: 'lost',
      error: { name: 'TimeoutError' },
    });
    expect(requests).toHaveLength(1);
  });

  it.each(['initialize', 'finalizeRequest'] as const)(
    'leaves once though middleware of the caller would send it again, at %s',
    async (step) => {
      answer = fault;
      const sfn = clientOf();
      const again = (send: () => Promise<unknown>) => send().catch(send);
      sfn.middlewareStack.add((next) => (args) => again(() => next(args)) as ReturnType<typeof next>, {
        ...{ step: step as 'initialize', priority: 'high', name: 'again' },
      });
      expect(await startSync(sfn, input, undefined)).toMatchObject({
        ...{ kind: 'lost', error: { name: 'InternalServerError' } },
      });
      expect(requests).toHaveLength(1);
    },
  );

  it('has no prefix before the host of an endpoint that is given, by whatever means', async () => {
    answer = succeeds;
    const host = new URL(endpoint()).host;
    await startSync(clientOf({ disableHostPrefix: true }), input, undefined);
    vi.stubEnv('AWS_ENDPOINT_URL', endpoint());
    await startSync(clientOf({ endpoint: undefined }), input, undefined);
    expect(requests.map(({ headers }) => headers.host)).toEqual([host, host]);
  });

  it.each([undefined, 'https://states.eu-central-1.amazonaws.com'])(
    'has it before that of AWS: %s',
    async (given) => {
      const hosts: string[] = [];
      const requestHandler = {
        handle: async ({ hostname }: { hostname: string }) => {
          hosts.push(hostname);
          throw new Error('no network here');
        },
      };
      await startSync(clientOf({ endpoint: given, requestHandler }), input, undefined);
      expect(hosts).toEqual(['sync-states.eu-central-1.amazonaws.com']);
    },
  );
});

describe('a write by the Express lane', () => {
  const key = { id: '42' };
  const machine = input.stateMachineArn;
  const stateMachines = { create: machine, update: machine, delete: machine };
  const expressStore: StoreDescriptor = {
    ...{
      table: 'items',
      bucket: 'bucket',
      prefix: 'items',
      stagingPrefix: 'staging',
      region: 'eu-central-1',
    },
    key: { partitionKey: { name: 'id', type: 'S' } },
    stateMachines,
    express: { stateMachines, logGroup: 'log' },
  };

  it.each<[string, Answer]>([
    ['closes the connection', closes],
    ['has a fault', fault],
  ])('leaves once, on a connection of its own, where the service %s', async (_, how) => {
    answer = how;
    vi.stubEnv('AWS_ENDPOINT_URL_SFN', endpoint());
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'a');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 's');
    const client = new LargeItemClient({ store: expressStore, lane: 'express' });
    await expect(client.update({ key, set: { a: 1 } })).rejects.toMatchObject({
      ...{ name: 'AnswerLost', run: { operation: 'update', inline: true } },
    });
    expect(requests.map(({ headers }) => headers.connection)).toEqual(['close']);
  });

  it("leaves once by a caller's own SDK client", async () => {
    answer = closes;
    const client = new LargeItemClient({ store: expressStore, sfn: clientOf(), lane: 'express' });
    await expect(client.update({ key, set: { a: 1 } })).rejects.toBeInstanceOf(AnswerLost);
    expect(requests).toHaveLength(1);
  });
});

describe('a call that is never sent', () => {
  const refusing = 'http://127.0.0.1:1';

  it.each<[string, SFNClientConfig]>([
    ['nobody listens', { endpoint: refusing }],
    ['there are no credentials', { credentials: () => Promise.reject(new Error('none')) }],
    ['the name of the host is unknown', { endpoint: 'http://nowhere.invalid' }],
  ])('has started nothing, since %s', async (_, config) => {
    expect(await startSync(clientOf(config), input, undefined)).toMatchObject({ kind: 'not-started' });
    expect(requests).toEqual([]);
  });

  it.each([
    ['no address of the host can be reached', new AggregateError([refused(), refused()])],
    [
      'the SDK gives up connecting',
      new Error('the request socket did not establish a connection with the server'),
    ],
    ['the certificate is not trusted', Object.assign(new Error('x'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' })],
  ])('has started nothing, since %s', async (_, error) => {
    const requestHandler = { handle: () => Promise.reject(error) };
    const call = await startSync(clientOf({ requestHandler }), input, undefined);
    expect(call).toMatchObject({ kind: 'not-started', error });
  });

  it('has started nothing, since it is aborted before', async () => {
    const reason = new Error('enough');
    const call = await startSync(clientOf(), input, AbortSignal.abort(reason));
    expect(call).toEqual({ kind: 'not-started', error: reason });
    expect(requests).toEqual([]);
  });
});
