// The example of an app that is not this product's: its stack, as `cdk synth` gives it, driven by the AWS SDK alone.

import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RedriveExecutionCommand } from '@aws-sdk/client-sfn';
import { App } from 'aws-cdk-lib';
import { startLocalCloud } from 'twinwrite/local';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OrderIntakeStack } from '../../examples/foreign-app/stack.ts';
import { open } from './order-intake.ts';

/** The longest retry interval, 16 s, takes 160 ms; the hour that an execution has is 36 s, enough for a busy machine. */
const timeScale = 100;
const PRICES = { tea: 450, cup: 1200 };
const TEA = { product: 'tea', quantity: 3 };
const CUP = { product: 'cup', quantity: 1 };
const ORDER = { customerId: 'ada', orderId: 'o-1', lines: [TEA] };

let folder: string;
let assembly: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'order-intake-'));
  assembly = join(folder, 'cdk.out');
  const app = new App({
    outdir: assembly,
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
  });
  new OrderIntakeStack(app, 'OrderIntake');
  app.synth();
});
afterAll(() => rm(folder, { recursive: true }));

test('an order is priced, stored and taken out of the inbox', async () => {
  await using cloud = await startLocalCloud({ assembly, timeScale, warmUp: false });
  using intake = open(cloud);
  await intake.put('prices.json', PRICES);
  await intake.put('inbox/1.json', { ...ORDER, lines: [TEA, CUP] });

  const execution = await intake.run('inbox/1.json');

  expect(execution).toMatchObject({ status: 'SUCCEEDED' });
  expect(JSON.parse(execution.output ?? '')).toEqual({ customerId: 'ada', orderId: 'o-1', totalCents: 2550 });
  expect(await intake.stored('ada', 'o-1')).toEqual({
    customerId: 'ada',
    orderId: 'o-1',
    lines: [
      { ...TEA, cents: 1350 },
      { ...CUP, cents: 1200 },
    ],
    totalCents: 2550,
    takenInBy: execution.executionArn,
  });
  expect(await intake.inbox()).toEqual([]);
});

test('an order without lines, and one that was taken in before, are rejected and stay in the inbox', async () => {
  await using cloud = await startLocalCloud({ assembly, timeScale, warmUp: false });
  using intake = open(cloud);
  await intake.put('prices.json', PRICES);
  await intake.put('inbox/1.json', ORDER);
  await intake.put('inbox/empty.json', { ...ORDER, orderId: 'o-2', lines: [] });
  await intake.put('inbox/again.json', { ...ORDER, lines: [CUP] });

  const first = await intake.run('inbox/1.json');
  expect(await intake.run('inbox/empty.json')).toMatchObject({ status: 'FAILED', error: 'EmptyOrder' });
  expect(await intake.run('inbox/again.json')).toMatchObject({
    status: 'FAILED',
    error: 'DuplicateOrder',
    cause: 'Order o-1 was taken in before',
  });

  expect(await intake.stored('ada', 'o-1')).toMatchObject({ takenInBy: first.executionArn });
  expect(await intake.stored('ada', 'o-2')).toBeUndefined();
  expect(await intake.inbox()).toEqual(['inbox/again.json', 'inbox/empty.json']);
});

test('a write that was applied but reported as failed is retried, and is not taken for a duplicate', async () => {
  await using cloud = await startLocalCloud({ assembly, timeScale, warmUp: false });
  using intake = open(cloud);
  await intake.put('prices.json', PRICES);
  await intake.put('inbox/1.json', ORDER);
  cloud.faults.inject({
    service: 'dynamodb',
    operation: 'PutItem',
    when: 'after',
    error: 'InternalServerError',
  });

  const execution = await intake.run('inbox/1.json');

  expect(execution).toMatchObject({ status: 'SUCCEEDED' });
  expect(await intake.taskEvents(execution, 'putItem')).toEqual([
    'TaskScheduled',
    'TaskStarted',
    'TaskFailed',
    'TaskScheduled',
    'TaskStarted',
    'TaskSucceeded',
  ]);
  expect(await intake.stored('ada', 'o-1')).toMatchObject({ takenInBy: execution.executionArn });
});

test('an execution that failed goes on from the lines that it could not price when it is redriven', async () => {
  await using cloud = await startLocalCloud({ assembly, timeScale, warmUp: false });
  using intake = open(cloud);
  await intake.put('prices.json', { tea: 450 });
  await intake.put('inbox/1.json', { ...ORDER, lines: [TEA, CUP] });

  const failed = await intake.run('inbox/1.json');
  expect(failed).toMatchObject({ status: 'FAILED', error: 'UnknownProduct', redriveStatus: 'REDRIVABLE' });
  expect(failed.cause).toContain('No price for \\"cup\\"');
  expect(await intake.stored('ada', 'o-1')).toBeUndefined();

  await intake.put('prices.json', PRICES);
  await intake.sfn.send(new RedriveExecutionCommand({ executionArn: failed.executionArn }));

  const redriven = await intake.ended(failed.executionArn);
  expect(redriven).toMatchObject({ status: 'SUCCEEDED', redriveCount: 1 });
  expect(JSON.parse(redriven.output ?? '')).toMatchObject({ totalCents: 2550 });
  expect(await intake.taskEvents(redriven, 'getObject')).toEqual([
    'TaskScheduled',
    'TaskStarted',
    'TaskSucceeded',
  ]);
});

test.each([
  [
    'the state machine',
    'dynamodb:PutItem',
    'DynamoDB.AmazonDynamoDBException',
    /is not authorized to perform: dynamodb:PutItem .*Error Code: AccessDeniedException/,
  ],
  ['the function', 's3:GetObject*', 'AccessDenied', /is not authorized to perform: s3:GetObject /],
])('an execution fails as on AWS when %s lacks %s', async (_, action, error, cause) => {
  const reduced = await editedAssembly((template) => {
    const policies = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::IAM::Policy');
    for (const { Properties } of policies) {
      const document = Properties?.PolicyDocument as { Statement: { Action: string | string[] }[] };
      document.Statement = document.Statement.filter(({ Action }) => ![Action].flat().includes(action));
    }
  });
  await using cloud = await startLocalCloud({ assembly: reduced, timeScale, warmUp: false });
  using intake = open(cloud);
  await intake.put('prices.json', PRICES);
  await intake.put('inbox/1.json', ORDER);

  expect(await intake.run('inbox/1.json')).toMatchObject({
    status: 'FAILED',
    error,
    cause: expect.stringMatching(cause),
  });
  expect(await intake.stored('ada', 'o-1')).toBeUndefined();
  expect(await intake.inbox()).toEqual(['inbox/1.json']);
});

test('a stack that needs what the local cloud does not have is refused by the type of the resource', async () => {
  const withStream = await editedAssembly((template) => {
    template.Resources.Rejected = { Type: 'AWS::Kinesis::Stream' };
  });
  await expect(startLocalCloud({ assembly: withStream })).rejects.toMatchObject({
    name: 'DeploymentError',
    message: expect.stringContaining('AWS::Kinesis::Stream is not supported locally'),
  });
});

interface Template {
  readonly Resources: Record<string, { Type: string; Properties?: Record<string, unknown> }>;
}

/** A copy of the assembly in which the stack's template is changed. */
async function editedAssembly(edit: (template: Template) => void): Promise<string> {
  const copy = await mkdtemp(join(folder, 'edited-'));
  await cp(assembly, copy, { recursive: true });
  const file = join(copy, 'OrderIntake.template.json');
  const template: Template = JSON.parse(await readFile(file, 'utf8'));
  edit(template);
  await writeFile(file, JSON.stringify(template));
  return copy;
}
