// What `grantOperate` gives an operator: with it every audit and replay can be made; without any one of its actions some
// cannot. One role has the whole grant, and for each action there is a role that lacks it.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { App, type CfnResource } from 'aws-cdk-lib';
import { AccountPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type AuditContext,
  describeItem,
  listRuns,
  previewReplay,
  type ReplayPreview,
  readRun,
  replay,
  stopRun,
  waitForRun,
} from '../../audit/index.ts';
import { definitionOf } from '../../console/server/definitions.ts';
import { storeIn } from '../../core/contract/store.ts';
import { LargeItemStack } from '../../lib/index.ts';
import { type LocalCloud, startLocalCloud } from '../../local/index.ts';
import { ACCOUNT } from './support.ts';

const ACTIONS = [
  'states:ListExecutions',
  'states:DescribeExecution',
  'states:DescribeStateMachineForExecution',
  'states:GetExecutionHistory',
  'states:StartExecution',
  'states:RedriveExecution',
  'states:StopExecution',
  'dynamodb:GetItem',
  's3:ListBucket',
  's3:GetObject items',
  's3:GetObject staging',
] as const;
type Action = (typeof ACTIONS)[number];

let cloud: LocalCloud;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'operator-'));
  await synthesise();
  cloud = await startLocalCloud({ assembly: folder, timeScale: 100, warmUp: false });
});
afterAll(async () => {
  await cloud.stop();
  await rm(folder, { recursive: true });
});

test('the grant has these actions and no other', async () => {
  const granted = (await statements(roleName())).flatMap(({ Action: action, Resource }) =>
    [action].flat().flatMap((each) => [Resource].flat().map((resource) => named(each, resource))),
  );

  expect([...new Set(granted)].sort()).toEqual([...ACTIONS].sort());
});

test('with the grant everything can be done', async () => {
  expect(await operate(roleName())).toEqual([]);
});

test.each(ACTIONS)('without %s something cannot', async (action) => {
  expect(await operate(roleName(action))).not.toEqual([]);
});

interface Statement {
  readonly Action: string | string[];
  readonly Resource: unknown;
}

interface Template {
  readonly Resources: Record<string, { readonly Type: string; Properties: Record<string, unknown> }>;
}

function roleName(lacking?: Action): string {
  return lacking === undefined ? 'operator' : `operator-without-${lacking.replace(/\W/g, '-')}`;
}

/** The product's stack with all the roles. */
async function synthesise(): Promise<void> {
  const app = new App({ outdir: folder, analyticsReporting: false });
  const stack = new LargeItemStack(app, 'Twinwrite');
  for (const lacking of [undefined, ...ACTIONS]) {
    const name = roleName(lacking);
    const role = new Role(stack, name, { roleName: name, assumedBy: new AccountPrincipal(ACCOUNT) });
    (role.node.defaultChild as CfnResource).overrideLogicalId(name.replace(/\W/g, ''));
    stack.store.grantOperate(role);
  }
  app.synth();
  const template = await readTemplate();
  for (const lacking of ACTIONS) {
    const document = policyOf(template, roleName(lacking));
    document.Statement = document.Statement.flatMap((statement) =>
      [statement.Action]
        .flat()
        .flatMap((action) =>
          [statement.Resource]
            .flat()
            .flatMap((resource) =>
              named(action, resource) === lacking
                ? []
                : [{ ...statement, Action: action, Resource: resource }],
            ),
        ),
    );
  }
  await writeFile(templatePath(), JSON.stringify(template));
}

const templatePath = (): string => path.join(folder, 'Twinwrite.template.json');

async function readTemplate(): Promise<Template> {
  return JSON.parse(await readFile(templatePath(), 'utf8')) as Template;
}

async function statements(role: string): Promise<readonly Statement[]> {
  return policyOf(await readTemplate(), role).Statement;
}

function policyOf({ Resources }: Template, role: string): { Statement: Statement[] } {
  const logicalId = role.replace(/\W/g, '');
  const found = Object.values(Resources).find(
    ({ Type, Properties }) =>
      Type === 'AWS::IAM::Policy' &&
      JSON.stringify(Properties.Roles) === JSON.stringify([{ Ref: logicalId }]),
  );
  return found?.Properties.PolicyDocument as { Statement: Statement[] };
}

/** The action, with the prefix where there are two. */
function named(action: string, resource: unknown): string {
  if (action !== 's3:GetObject') return action;
  return `${action} ${JSON.stringify(resource).includes('staging/*') ? 'staging' : 'items'}`;
}

function contextOf(credentials: LocalCloud['credentials']): AuditContext {
  const config = { endpoint: cloud.endpoint, region: cloud.region, credentials, maxAttempts: 1 };
  return {
    store: storeIn(cloud.outputs.Twinwrite ?? {}),
    sfn: new SFNClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    dynamodb: new DynamoDBClient(config),
  };
}

async function asRole(name: string): Promise<AuditContext> {
  const { endpoint, region, credentials } = cloud;
  const sts = new STSClient({ endpoint, region, credentials });
  const { Credentials: given } = await sts.send(
    new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${ACCOUNT}:role/${name}`, RoleSessionName: 'test' }),
  );
  sts.destroy();
  return contextOf({
    accessKeyId: given?.AccessKeyId as string,
    secretAccessKey: given?.SecretAccessKey as string,
    sessionToken: given?.SessionToken,
  } as LocalCloud['credentials']);
}

/** Does all that an operator does, and names what did not come out as it should. */
async function operate(role: string): Promise<string[]> {
  const id = role;
  const owner = contextOf(cloud.credentials);
  const operator = await asRole(role);
  const { rolledBack, stuck, running } = await prepare(owner, id);
  const checks: Readonly<Record<string, () => Promise<boolean>>> = {
    list: async () => (await firstOf(listRuns(operator, { key: { id }, limit: 1 }))) !== undefined,
    show: async () => {
      const report = await readRun(operator, rolledBack);
      const left = report.objects.filter(({ exists }) => exists !== 'no').map(({ role }) => role);
      return report.item !== undefined && left.join() === 'staged';
    },
    'show a run in flight': async () => {
      const { objects } = await readRun(operator, running);
      return objects.some(({ exists, size }) => exists === 'yes' && size === 3);
    },
    'draw its path': async () => {
      const definition = await definitionOf(operator, rolledBack, new AbortController().signal);
      return Object.hasOwn(definition as object, 'States');
    },
    item: async () => (await describeItem(operator, { id: `${id}-3` })).objects.length > 0,
    stop: async () => (await stopRun(operator, running, { cause: 'test' })).outcome === 'aborted',
    preview: async () => {
      const { kind, details } = await previewReplay(operator, rolledBack);
      return kind === 'new-execution' && details.staged.every(({ state }) => state === 'there');
    },
    redrive: async () => (await replayed(operator, stuck, owner)).outcome === 'rolled-back',
    replay: async () => (await replayed(operator, rolledBack, owner)).replayOf !== undefined,
  };
  const failed: string[] = [];
  for (const [name, check] of Object.entries(checks)) {
    if (!(await check().catch(() => false))) failed.push(name);
    // The run in flight is held by a fault until it is stopped.
    if (name === 'stop') cloud.faults.clear();
  }
  return failed;
}

/** One run that was rolled back with an upload, one that is stuck, and one that is running. */
async function prepare(owner: AuditContext, id: string) {
  const key = `staging/${id}`;
  await owner.s3.send(new PutObjectCommand({ Bucket: owner.store.bucket, Key: key, Body: 'abc' }));
  const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  const upload = { largeAttributes: { page: { staged: { key, sha256, size: 3 } } } };
  const refused = {
    service: 'dynamodb',
    operation: 'TransactWriteItems',
    when: 'before',
    error: 'ValidationException',
    status: 400,
  } as const;
  cloud.faults.inject(refused);
  const rolledBack = await start(owner, id, upload, 'rolled-back');
  await waitForRun(owner, rolledBack);
  cloud.faults.inject(refused);
  cloud.faults.inject({
    service: 's3',
    operation: 'DeleteObjects',
    when: 'before',
    error: 'InternalError',
    status: 500,
    times: 'always',
  });
  const stuck = await start(owner, `${id}-2`, { largeAttributes: { page: { text: 'x' } } }, 'stuck');
  await waitForRun(owner, stuck);
  cloud.faults.clear();
  cloud.faults.inject({
    service: 'lambda',
    operation: 'Invoke',
    when: 'before',
    error: 'TooManyRequestsException',
    match: 'WriteItem',
    times: 'always',
  });
  const running = await start(owner, `${id}-3`, { largeAttributes: { page: { text: 'abc' } } }, 'running');
  while (!(await isPut(owner, running)));
  return { rolledBack, stuck, running };
}

async function isPut(owner: AuditContext, running: string): Promise<boolean> {
  const { objects } = await readRun(owner, running);
  return objects.some(({ exists }) => exists === 'yes');
}

async function start({ sfn, store }: AuditContext, id: string, input: object, name: string): Promise<string> {
  const { executionArn } = await sfn.send(
    new StartExecutionCommand({
      stateMachineArn: store.stateMachines.create,
      name: `${id}-${name}`,
      input: JSON.stringify({ key: { id }, ...input }),
    }),
  );
  return executionArn as string;
}

async function replayed(operator: AuditContext, executionArn: string, owner: AuditContext) {
  const preview: ReplayPreview = await previewReplay(operator, executionArn);
  return waitForRun(owner, (await replay(operator, preview)).executionArn);
}

async function firstOf<T>(elements: AsyncIterable<T>): Promise<T | undefined> {
  for await (const element of elements) return element;
  return undefined;
}
