// Parameter Store of the local cloud, as an SDK sees it.

import {
  GetParameterCommand,
  GetParametersCommand,
  PutParameterCommand,
  type PutParameterCommandInput,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalCloud, startLocalCloud } from '../../local/index.ts';
import { clientOptions, start } from './support.ts';

const ARN = 'arn:aws:ssm:us-east-1:000000000000:parameter';
const parameter = (Name: string | undefined, Value: string, more: object = {}) => ({
  Type: 'AWS::SSM::Parameter',
  Properties: { ...(Name !== undefined && { Name }), Type: 'String', Value, ...more },
});

let cloud: LocalCloud;
let ssm: SSMClient;

beforeAll(async () => {
  const template = {
    Resources: {
      Setting: parameter('/app/setting', 'on'),
      Flat: parameter('flat', '1'),
      Unnamed: parameter(undefined, '2'),
    },
  };
  cloud = await startLocalCloud({ template, warmUp: false });
  ssm = new SSMClient({ ...clientOptions(cloud), maxAttempts: 1 });
});
afterAll(async () => {
  ssm.destroy();
  await cloud.stop();
});

const get = async (Name: string) => (await ssm.send(new GetParameterCommand({ Name }))).Parameter;
const put = (input: Partial<PutParameterCommandInput> & { readonly Name: string }) =>
  ssm.send(new PutParameterCommand({ Value: 'v', ...input }));

describe('a parameter of a template', () => {
  test.each(['/app/setting', `${ARN}/app/setting`, '/app/setting:1', `${ARN}/app/setting:1`])(
    'is there as %s',
    async (name) => {
      expect(await get(name)).toEqual({
        Name: '/app/setting',
        Type: 'String',
        Value: 'on',
        Version: 1,
        LastModifiedDate: expect.any(Date),
        ARN: `${ARN}/app/setting`,
        DataType: 'text',
      });
    },
  );

  test('without a slash in its name is there by name and by ARN', async () => {
    expect(await get('flat')).toMatchObject({ Value: '1', ARN: `${ARN}/flat` });
    expect(await get(`${ARN}/flat`)).toMatchObject({ Value: '1' });
  });

  test('without a name has the one that Ref answers', async () => {
    expect(await get(cloud.resources.Unnamed?.physicalId as string)).toMatchObject({ Value: '2' });
  });

  test('that Parameter Store would refuse stops the deployment', async () => {
    const template = { Resources: { Long: parameter('/long', 'x'.repeat(4097)) } };
    await expect(start({ template })).rejects.toThrow('Standard tier parameters support a value of 4096');
    const advanced = { Resources: { Long: parameter('/long', 'x'.repeat(4097), { Tier: 'Advanced' }) } };
    await start({ template: advanced });
  });
});

test('several are read at once; those that are not there are listed', async () => {
  const names = ['/app/setting', '/none', 'flat:7'];
  const answer = await ssm.send(new GetParametersCommand({ Names: names }));
  expect(answer.Parameters?.map(({ Name }) => Name)).toEqual(['/app/setting']);
  expect(answer.InvalidParameters).toEqual(['/none', 'flat:7']);
  await expect(ssm.send(new GetParametersCommand({ Names: [] }))).rejects.toThrow('Names');
});

test('one that is not there, and a version that is not, are told apart', async () => {
  await expect(get('/none')).rejects.toMatchObject({
    name: 'ParameterNotFound',
    $metadata: { httpStatusCode: 400 },
  });
  await expect(get('/app/setting:2')).rejects.toMatchObject({ name: 'ParameterVersionNotFound' });
});

describe('PutParameter', () => {
  test('makes one, and a new version where it may overwrite', async () => {
    expect(await put({ Name: '/put', Type: 'StringList', Value: 'a,b' })).toMatchObject({ Version: 1 });
    await expect(put({ Name: '/put', Value: 'c' })).rejects.toMatchObject({ name: 'ParameterAlreadyExists' });
    expect(await put({ Name: '/put', Value: 'c', Overwrite: true })).toMatchObject({ Version: 2 });
    expect(await get('/put')).toMatchObject({ Value: 'c', Type: 'StringList', Version: 2 });
  });

  test.each([
    [{ Name: '/typeless' }, 'Type'],
    [{ Name: 'a/b', Type: 'String' as const }, 'fully qualified'],
    [{ Name: '/a b', Type: 'String' as const }, 'Name'],
    [{ Name: '/aws/x', Type: 'String' as const }, 'prefixed'],
    [{ Name: '/long', Type: 'String' as const, Value: 'x'.repeat(4097) }, '4096'],
  ])('refuses %j', async (input, message) => {
    await expect(put(input)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(message),
    });
  });
});

test('other operations are refused by name', async () => {
  const response = await fetch(cloud.endpoint, {
    method: 'POST',
    headers: { 'x-amz-target': 'AmazonSSM.DeleteParameter' },
    body: '{}',
  });
  expect(await response.json()).toMatchObject({
    __type: 'UnknownOperationException',
    message: expect.stringContaining('DeleteParameter'),
  });
});
