// What a state machine may do with its role, and what its executions say when it may not.

import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  GetExecutionHistoryCommand,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { expect, test, vi } from 'vitest';
import { ACCOUNT, allow, arnOf, functionOf, roleOf, startWith, type TestCloud } from './support.ts';

const MACHINE = `arn:aws:states:us-east-1:${ACCOUNT}:stateMachine:machine`;
const HELLO = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:hello`;
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/machine-role/first`;

const invokeHello = { Resource: 'arn:aws:states:::lambda:invoke', Arguments: { FunctionName: HELLO } };
const putItem = {
  Resource: 'arn:aws:states:::dynamodb:putItem',
  Arguments: { TableName: 'items', Item: { id: { S: 'a' } } },
};

/** A cloud with a machine of one task and the function `hello`. */
function startMachine(task: object, statements: object[], worker: object[] = []): Promise<TestCloud> {
  const States = { Only: { Type: 'Task', End: true, ...task } };
  const resources = {
    Hello: functionOf('hello', arnOf('WorkerRole'), `exports.handler = async () => 'hello'`),
    MachineRole: roleOf('states', 'machine-role', statements),
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        StateMachineName: 'machine',
        RoleArn: arnOf('MachineRole'),
        Definition: { QueryLanguage: 'JSONata', StartAt: 'Only', States },
      },
    },
  };
  return startWith(worker, { resources });
}

async function run({ outside }: TestCloud): Promise<DescribeExecutionCommandOutput> {
  const start = new StartExecutionCommand({ stateMachineArn: MACHINE, name: 'first' });
  const { executionArn } = await outside.sfn.send(start);
  return vi.waitUntil(
    async () => {
      const now = await outside.sfn.send(new DescribeExecutionCommand({ executionArn }));
      return now.status === 'RUNNING' ? undefined : now;
    },
    { timeout: 10_000, interval: 10 },
  );
}

test.each([
  ['the integration', invokeHello],
  ['its ARN', { Resource: HELLO }],
])('without the right to a function that it calls by %s, a task fails as on AWS', async (_, task) => {
  const cloud = await startMachine(task, [allow('lambda:InvokeFunction', `${HELLO}-not`)]);
  const ended = await run(cloud);
  expect(ended).toMatchObject({ status: 'FAILED', error: 'Lambda.AWSLambdaException' });
  expect(ended.cause?.replace(/Request ID: [\w-]+/, 'Request ID: …')).toBe(
    `User: ${SESSION} is not authorized to perform: lambda:InvokeFunction on resource: ${HELLO} ` +
      'because no identity-based policy allows the lambda:InvokeFunction action ' +
      '(Service: AWSLambda; Status Code: 403; Error Code: AccessDeniedException; Request ID: …; Proxy: null)',
  );
});

test('with the right to it the task succeeds', async () => {
  const cloud = await startMachine(invokeHello, [allow('lambda:InvokeFunction', HELLO)]);
  expect(await run(cloud)).toMatchObject({ status: 'SUCCEEDED' });
});

test('the right to a function is none to its versions', async () => {
  const task = { ...invokeHello, Arguments: { FunctionName: HELLO, Qualifier: '$LATEST' } };
  const bare = await startMachine(task, [allow('lambda:InvokeFunction', HELLO)]);
  expect(await run(bare)).toMatchObject({ status: 'FAILED' });
  const versions = await startMachine(task, [allow('lambda:InvokeFunction', `${HELLO}:*`)]);
  expect(await run(versions)).toMatchObject({ status: 'SUCCEEDED' });
});

test('a task of DynamoDB needs the right to the table', async () => {
  const refused = await run(await startMachine(putItem, [allow('dynamodb:GetItem')]));
  expect(refused).toMatchObject({ status: 'FAILED', error: 'DynamoDB.AmazonDynamoDBException' });
  expect(refused.cause).toContain(`User: ${SESSION} is not authorized to perform: dynamodb:PutItem`);
  expect(refused.cause).toContain('Status Code: 400; Error Code: AccessDeniedException');
  expect(await run(await startMachine(putItem, [allow('dynamodb:PutItem')]))).toMatchObject({
    status: 'SUCCEEDED',
  });
});

test('a role needs the right to start an execution, and another one to look at it', async () => {
  const cloud = await startMachine(invokeHello, [allow('*')], [allow('states:StartExecution', MACHINE)]);
  const { sfn } = cloud.worker;
  const { executionArn } = await sfn.send(
    new StartExecutionCommand({ stateMachineArn: MACHINE, name: 'first' }),
  );
  const execution = `arn:aws:states:us-east-1:${ACCOUNT}:execution:machine:first`;
  expect(executionArn).toBe(execution);
  for (const [action, command] of [
    ['DescribeExecution', new DescribeExecutionCommand({ executionArn })],
    ['GetExecutionHistory', new GetExecutionHistoryCommand({ executionArn })],
  ] as const) {
    await expect(sfn.send(command as DescribeExecutionCommand)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(`states:${action} on resource: ${execution} because`),
    });
  }
});
