// Where a client finds its store.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LargeItemClient, StoreNotFound } from '../../../client/index.ts';
import { awsError, store } from '../mocks.ts';

const cloudformation = mockClient(CloudFormationClient);
const ssm = mockClient(SSMClient);

beforeEach(() => {
  cloudformation.reset();
  ssm.reset();
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('TWINWRITE_STORE', undefined);
  vi.stubEnv('TWINWRITE_PARAMETER', undefined);
  vi.stubEnv('TWINWRITE_STACK', undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

function outputs(stack: string, values: Readonly<Record<string, string>>): void {
  const Outputs = Object.entries(values).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue }));
  cloudformation.on(DescribeStacksCommand, { StackName: stack }).resolves({
    Stacks: [{ StackName: stack, CreationTime: new Date(0), StackStatus: 'CREATE_COMPLETE', Outputs }],
  });
}

const descriptor = JSON.stringify(store);

describe('a stack', () => {
  it('has the store among its outputs', async () => {
    outputs('Twinwrite', {
      DocsTableName12345678: 'items',
      DocsStore0A1B2C3D: descriptor,
      OtherStore00000000: 'not a store',
      StoreOfSomethingElse: descriptor,
    });
    expect((await LargeItemClient.fromStack()).store).toEqual(store);
  });

  it('of several stores has the one of the construct that is named', async () => {
    const pictures = { ...store, table: 'pictures' };
    outputs('Mine', { DocsStore0A1B2C3D: descriptor, PicturesStore0A1B2C3E: JSON.stringify(pictures) });
    const client = await LargeItemClient.fromStack({ stackName: 'Mine', construct: 'Pictures' });
    expect(client.store.table).toBe('pictures');
    await expect(LargeItemClient.fromStack({ stackName: 'Mine' })).rejects.toThrow(
      'DocsStore0A1B2C3D, PicturesStore0A1B2C3E',
    );
    await expect(LargeItemClient.fromStack({ stackName: 'Mine', construct: 'Films' })).rejects.toThrow(
      'no store of a construct Films among DocsStore0A1B2C3D, PicturesStore0A1B2C3E',
    );
  });

  it('are found where the construct was told to call its outputs', async () => {
    outputs('Mine', { MyDocsStore: descriptor, AppStore: 'of something else' });
    const client = await LargeItemClient.fromStack({ stackName: 'Mine', construct: 'MyDocs' });
    expect(client.store.table).toBe('items');
  });

  it('may have stores whose names begin alike: the very one counts', async () => {
    const archive = { ...store, table: 'archive' };
    outputs('Mine', { DocsArchiveStore0A1B2C3E: JSON.stringify(archive), DocsStore0A1B2C3D: descriptor });
    const client = await LargeItemClient.fromStack({ stackName: 'Mine', construct: 'Docs' });
    expect(client.store.table).toBe('items');
  });

  it('without a store is an error that lists what was looked at', async () => {
    outputs('Mine', { Url: 'https://example.com', DocsStore0A1B2C3D: '{}' });
    const attempt = LargeItemClient.fromStack({ stackName: 'Mine', region: 'eu-west-1' });
    await expect(attempt).rejects.toBeInstanceOf(StoreNotFound);
    await expect(attempt).rejects.toThrow(
      'outputs of stack Mine in eu-west-1: no store among Url, DocsStore0A1B2C3D; DocsStore0A1B2C3D: table: ',
    );
  });

  it('that cannot be described is an error that says why', async () => {
    cloudformation
      .on(DescribeStacksCommand)
      .rejects(awsError('ValidationError', 400, 'Stack does not exist'));
    await expect(LargeItemClient.fromStack()).rejects.toMatchObject({
      name: 'StoreNotFound',
      tried: ['outputs of stack Twinwrite: ValidationError: Stack does not exist'],
      cause: expect.objectContaining({ name: 'ValidationError' }),
    });
  });
});

function parameters(values: Readonly<Record<string, string>>): void {
  ssm.on(GetParameterCommand).rejects(awsError('ParameterNotFound', 400, 'UnknownError'));
  for (const [Name, Value] of Object.entries(values)) {
    ssm.on(GetParameterCommand, { Name }).resolves({ Parameter: { Name, Value } });
  }
}

describe('a parameter', () => {
  it('has the store', async () => {
    parameters({ '/app/docs': descriptor });
    expect((await LargeItemClient.fromParameter({ name: '/app/docs' })).store).toEqual(store);
  });

  it('is looked for in the Region that is given', async () => {
    parameters({ '/app/docs': descriptor });
    await LargeItemClient.fromParameter({ name: '/app/docs', region: 'eu-west-1' });
    const [call] = ssm.commandCalls(GetParameterCommand);
    const client = call?.thisValue as SSMClient;
    expect(await client.config.region()).toBe('eu-west-1');
  });

  it.each([
    ['/none', 'parameter /none in eu-west-1: there is no such parameter'],
    ['/text', "parameter /text in eu-west-1: expected the JSON of a stack's Store output: not JSON"],
    ['/newer', 'Unrecognized key: "shards"'],
  ])('%s that describes no store is an error that says why', async (name, message) => {
    parameters({ '/text': 'docs', '/newer': JSON.stringify({ ...store, shards: 2 }) });
    const attempt = LargeItemClient.fromParameter({ name, region: 'eu-west-1' });
    await expect(attempt).rejects.toBeInstanceOf(StoreNotFound);
    await expect(attempt).rejects.toThrow(message);
  });

  it('that may not be read is an error with the answer', async () => {
    ssm.on(GetParameterCommand).rejects(awsError('AccessDeniedException', 400, 'User: me is not authorized'));
    await expect(LargeItemClient.fromParameter({ name: '/app/docs' })).rejects.toMatchObject({
      tried: ['parameter /app/docs: AccessDeniedException: User: me is not authorized'],
      cause: expect.objectContaining({ name: 'AccessDeniedException' }),
    });
  });
});

describe('the environment', () => {
  it('has the store itself', async () => {
    vi.stubEnv('TWINWRITE_STORE', descriptor);
    expect((await LargeItemClient.fromEnvironment()).store).toEqual(store);
    expect(cloudformation.calls()).toEqual([]);
  });

  it('names the parameter, and then no stack counts', async () => {
    vi.stubEnv('TWINWRITE_PARAMETER', '/app/docs');
    vi.stubEnv('TWINWRITE_STACK', 'Mine');
    parameters({ '/app/docs': descriptor });
    expect((await LargeItemClient.fromEnvironment()).store).toEqual(store);
    expect(cloudformation.calls()).toEqual([]);
  });

  it('with a parameter that is not there says so, and looks no further', async () => {
    vi.stubEnv('TWINWRITE_PARAMETER', '/none');
    parameters({});
    await expect(LargeItemClient.fromEnvironment({ region: 'eu-west-1' })).rejects.toMatchObject({
      tried: [
        'TWINWRITE_STORE: not set',
        'TWINWRITE_PARAMETER: /none',
        'parameter /none in eu-west-1: there is no such parameter',
      ],
      cause: expect.objectContaining({ name: 'ParameterNotFound' }),
    });
    expect(cloudformation.calls()).toEqual([]);
  });

  it('with a store of another Region than the one that is asked for says so', async () => {
    vi.stubEnv('TWINWRITE_STORE', descriptor);
    await expect(LargeItemClient.fromEnvironment({ region: 'eu-west-1' })).rejects.toThrow(
      'TWINWRITE_STORE: its store is in eu-central-1, not in eu-west-1',
    );
  });

  it.each([
    ['Mine', 'Mine'],
    [undefined, 'Twinwrite'],
    ['', 'Twinwrite'],
  ])('names the stack: %s', async (variable, stack) => {
    vi.stubEnv('TWINWRITE_STACK', variable);
    outputs(stack, { DocsStore0A1B2C3D: descriptor });
    expect((await LargeItemClient.fromEnvironment()).store).toEqual(store);
  });

  it('without either is an error that says what was tried', async () => {
    cloudformation.on(DescribeStacksCommand).rejects(awsError('ValidationError', 400, 'no such stack'));
    await expect(LargeItemClient.fromEnvironment()).rejects.toMatchObject({
      tried: [
        'TWINWRITE_STORE: not set',
        'TWINWRITE_PARAMETER: not set',
        'TWINWRITE_STACK: not set, so Twinwrite',
        'outputs of stack Twinwrite: ValidationError: no such stack',
      ],
    });
  });

  it('with a store that is none says so, and looks no further', async () => {
    vi.stubEnv('TWINWRITE_STORE', '{"table":"items"}');
    await expect(LargeItemClient.fromEnvironment()).rejects.toThrow('TWINWRITE_STORE: expected');
    expect(cloudformation.calls()).toEqual([]);
  });
});

describe('an answer that is not of AWS', () => {
  it.each([
    [302, ''],
    [403, '<html><body>Forbidden by the proxy</body></html>'],
    [503, ''],
    [200, '<html><body>Sign in</body></html>'],
  ])('%s with %j is told with its status and host', async (status, body) => {
    cloudformation.restore();
    ssm.restore();
    const server = createServer((_, response) => response.writeHead(status).end(body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    vi.stubEnv('AWS_ENDPOINT_URL', `http://${host}`);
    vi.stubEnv('AWS_REGION', 'eu-central-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'a');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'b');
    vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
    try {
      const tried = [
        await LargeItemClient.fromStack().catch(String),
        await LargeItemClient.fromParameter({ name: '/x' }).catch(String),
      ];
      for (const text of tried) expect(text).toContain(`${host} answers ${status}, and not as `);
    } finally {
      server.closeAllConnections();
      server.close();
      vi.unstubAllEnvs();
    }
  });
});

it('a look-up is given up after 15 seconds without a byte, and 5 without a connection', async () => {
  cloudformation.restore();
  ssm.restore();
  const sends = [vi.spyOn(CloudFormationClient.prototype, 'send'), vi.spyOn(SSMClient.prototype, 'send')];
  const server = createServer((_, response) => response.writeHead(400).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'a');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'b');
  try {
    await LargeItemClient.fromStack().catch(() => undefined);
    await LargeItemClient.fromParameter({ name: '/x' }).catch(() => undefined);
    const clients = sends.flatMap(({ mock }) => mock.contexts as (CloudFormationClient | SSMClient)[]);
    const patience = clients.map(({ config }) =>
      (config.requestHandler as unknown as { httpHandlerConfigs(): object }).httpHandlerConfigs(),
    );
    const expected = expect.objectContaining({ connectionTimeout: 5000, socketTimeout: 15_000 });
    expect(patience).toEqual([expected, expected]);
  } finally {
    for (const send of sends) send.mockRestore();
    server.closeAllConnections();
    server.close();
    vi.unstubAllEnvs();
  }
});
