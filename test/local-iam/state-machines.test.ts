// What a state machine may do with its role, and what its executions say when it may not.

import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { MACHINE, machineOf, run, SESSION, withoutRequestId } from './executions.ts';
import { ACCOUNT, allow, arnOf, functionOf, startWith, type TestCloud } from './support.ts';

const HELLO = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:hello`;

const invokeHello = { Resource: 'arn:aws:states:::lambda:invoke', Arguments: { FunctionName: HELLO } };
const putItem = {
  Resource: 'arn:aws:states:::dynamodb:putItem',
  Arguments: { TableName: 'items', Item: { id: { S: 'a' } } },
};

/** A cloud with a machine of one task and the function `hello`. */
function startMachine(task: object, statements: object[], worker: object[] = []): Promise<TestCloud> {
  const resources = {
    Hello: functionOf('hello', arnOf('WorkerRole'), `exports.handler = async () => 'hello'`),
    ...machineOf({ Type: 'Task', End: true, ...task }, statements),
  };
  return startWith(worker, { resources });
}

test.each([
  ['the integration', invokeHello],
  ['its ARN', { Resource: HELLO }],
])('without the right to a function that it calls by %s, a task fails as on AWS', async (_, task) => {
  const cloud = await startMachine(task, [allow('lambda:InvokeFunction', `${HELLO}-not`)]);
  const ended = await run(cloud);
  expect(ended).toMatchObject({ status: 'FAILED', error: 'Lambda.AWSLambdaException' });
  expect(withoutRequestId(ended.cause)).toBe(
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
