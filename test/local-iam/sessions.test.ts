// Credentials of a deployed role: with them an app's calls are checked as a function's are.

import { GetParameterCommand, GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { expect, onTestFinished, test } from 'vitest';
import type { LocalCloud } from '../../local/index.ts';
import { ACCOUNT, allow, type Credentials, roleOf, startWith } from './support.ts';

const APP = `arn:aws:iam::${ACCOUNT}:role/app`;
const PARAMETER = `arn:aws:ssm:us-east-1:${ACCOUNT}:parameter`;

function clientOf<Client extends { destroy(): void }>(
  make: new (config: object) => Client,
  cloud: LocalCloud,
  credentials: Credentials = cloud.credentials,
): Client {
  const client = new make({ endpoint: cloud.endpoint, region: cloud.region, credentials, maxAttempts: 1 });
  onTestFinished(() => client.destroy());
  return client;
}

async function assume(
  cloud: LocalCloud,
  { role = APP, session = 'test', as }: { role?: string; session?: string; as?: Credentials } = {},
): Promise<Required<Credentials>> {
  const sts = clientOf(STSClient, cloud, as);
  const { Credentials: given } = await sts.send(
    new AssumeRoleCommand({ RoleArn: role, RoleSessionName: session }),
  );
  expect(given?.Expiration?.getTime()).toBeGreaterThan(Date.now());
  return {
    accessKeyId: given?.AccessKeyId as string,
    secretAccessKey: given?.SecretAccessKey as string,
    sessionToken: given?.SessionToken as string,
  };
}

const resources = {
  App: roleOf('lambda', 'app', [allow('ssm:GetParameter', `${PARAMETER}/app/*`)]),
  Setting: {
    Type: 'AWS::SSM::Parameter',
    Properties: { Name: '/app/setting', Type: 'String', Value: 'on' },
  },
};

test('calls made with them are allowed and refused by the policies of the role', async () => {
  const { cloud } = await startWith([], { resources });
  const ssm = clientOf(SSMClient, cloud, await assume(cloud));
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name: '/app/setting' }));
  expect(Parameter?.Value).toBe('on');
  await expect(ssm.send(new GetParameterCommand({ Name: '/other' }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: `User: arn:aws:sts::${ACCOUNT}:assumed-role/app/test is not authorized to perform: ssm:GetParameter on resource: ${PARAMETER}/other because no identity-based policy allows the ssm:GetParameter action`,
  });
  await expect(ssm.send(new GetParametersCommand({ Names: ['/app/setting'] }))).rejects.toThrow(
    'ssm:GetParameters',
  );
});

test('STS says whose they are', async () => {
  const { cloud } = await startWith([], { resources });
  const { Arn } = await clientOf(STSClient, cloud, await assume(cloud)).send(
    new GetCallerIdentityCommand({}),
  );
  expect(Arn).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/app/test`);
  const outside = await clientOf(STSClient, cloud).send(new GetCallerIdentityCommand({}));
  expect(outside.Arn).toBe(`arn:aws:iam::${ACCOUNT}:root`);
});

test('a role needs the right to assume another', async () => {
  const may = [allow('sts:AssumeRole', APP)];
  const { cloud, worker } = await startWith(may, { resources });
  await assume(cloud, { as: worker.credentials });
  const app = await assume(cloud);
  await expect(assume(cloud, { as: app })).rejects.toMatchObject({
    name: 'AccessDenied',
    message: expect.stringContaining('sts:AssumeRole'),
  });
});

test('a role of no stack, or a session without a proper name or length, is refused', async () => {
  const { cloud } = await startWith([], { resources });
  const stranger = `arn:aws:iam::${ACCOUNT}:role/stranger`;
  await expect(assume(cloud, { role: stranger })).rejects.toMatchObject({ name: 'AccessDenied' });
  await expect(assume(cloud, { session: 'a b' })).rejects.toThrow('RoleSessionName');
  for (const DurationSeconds of [1, Number.MAX_SAFE_INTEGER]) {
    const command = new AssumeRoleCommand({ RoleArn: APP, RoleSessionName: 'test', DurationSeconds });
    await expect(clientOf(STSClient, cloud).send(command)).rejects.toThrow('DurationSeconds');
  }
});

test('with iam: false any role may be assumed, and nothing is checked', async () => {
  const { cloud } = await startWith([], { resources, options: { iam: false } });
  const credentials = await assume(cloud, { role: `arn:aws:iam::${ACCOUNT}:role/stranger` });
  const ssm = clientOf(SSMClient, cloud, credentials);
  expect((await ssm.send(new GetParametersCommand({ Names: ['/app/setting'] }))).Parameters).toHaveLength(1);
});
