import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import type { LocalResponse, ServiceName } from '../../local/service.ts';
import { createManualClock } from './clocks.ts';
import { bodyOf, type Dispatch, EXECUTION_ARN, MACHINE_ARN, ROLE_ARN, startStates } from './server.ts';
import { machine } from './support.ts';

interface Request {
  service: ServiceName;
  path: string;
  query: string;
  headers: Readonly<Record<string, string | undefined>>;
  body: unknown;
}

/** Runs one task, answered by `answer`. */
async function runTask(Resource: string, Arguments: unknown, answer: LocalResponse | Error) {
  const requests: Request[] = [];
  const dispatch: Dispatch = async (service, request) => {
    const { path, query, headers } = request;
    requests.push({
      service,
      path,
      query: query.toString(),
      headers,
      body: JSON.parse(await bodyOf(request)),
    });
    if (answer instanceof Error) throw answer;
    return answer;
  };
  await using server = await startStates(createManualClock(), dispatch);
  const { sfn } = server;
  const definition = JSON.stringify(machine({ Work: { Type: 'Task', Resource, Arguments, End: true } }));
  await sfn.send(new CreateStateMachineCommand({ name: 'sm', definition, roleArn: ROLE_ARN }));
  await sfn.send(new StartExecutionCommand({ stateMachineArn: MACHINE_ARN, name: 'exec' }));
  for (;;) {
    const execution = await sfn.send(new DescribeExecutionCommand({ executionArn: EXECUTION_ARN }));
    if (execution.status === 'RUNNING') continue;
    const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn: EXECUTION_ARN }));
    return { execution, events, requests };
  }
}

const INVOKE = 'arn:aws:states:::lambda:invoke';
const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:111111111111:function:work';
const thrown = (body: string): LocalResponse => ({
  status: 200,
  headers: { 'x-amz-function-error': 'Unhandled' },
  body,
});
const refused = (status: number, code: string): LocalResponse => ({
  status,
  headers: { 'x-amzn-errortype': code, 'x-amzn-requestid': 'id-1' },
  body: JSON.stringify({ Type: 'User', Message: 'so it is' }),
});

describe('lambda:invoke', () => {
  it('posts the payload to the function and answers with what stands around its result', async () => {
    const answer = { status: 200, headers: { 'X-Amz-Executed-Version': '7' }, body: '{"b":2}' };
    const parameters = { FunctionName: FUNCTION_ARN, Qualifier: 'live', Payload: { a: 1 } };
    const { execution, requests } = await runTask(INVOKE, parameters, answer);
    expect(requests).toMatchObject([
      {
        service: 'lambda',
        path: `/2015-03-31/functions/${encodeURIComponent(FUNCTION_ARN)}/invocations`,
        query: 'Qualifier=live',
        body: { a: 1 },
      },
    ]);
    expect(JSON.parse(execution.output ?? '')).toMatchObject({
      ExecutedVersion: '7',
      Payload: { b: 2 },
      StatusCode: 200,
      SdkHttpMetadata: { HttpStatusCode: 200 },
      SdkResponseMetadata: {},
    });
  });

  it('names the error as the function did, with the compact text as its cause', async () => {
    const { execution } = await runTask(INVOKE, { FunctionName: 'f' }, thrown('{ "errorType": "Refused" }'));
    expect(execution).toMatchObject({ error: 'Refused', cause: '{"errorType":"Refused"}' });
  });

  it('is Lambda.Unknown where the function left no error type', async () => {
    const { execution } = await runTask(INVOKE, { FunctionName: 'f' }, thrown('{"errorMessage":"exit 1"}'));
    expect(execution).toMatchObject({
      error: 'Lambda.Unknown',
      cause:
        'The cause could not be determined because Lambda did not return an error type. Returned payload: {"errorMessage":"exit 1"}',
    });
  });

  it.each([
    [429, 'TooManyRequestsException', 'Lambda.TooManyRequestsException'],
    [500, 'ServiceException', 'Lambda.ServiceException'],
    [500, 'InternalFailure', 'Lambda.AWSLambdaException'],
    [404, 'ResourceNotFoundException:http://internal.amazon.com/', 'Lambda.ResourceNotFoundException'],
  ])('shows an answer of %i %s as %s', async (status, code, error) => {
    const { execution } = await runTask(INVOKE, { FunctionName: 'f' }, refused(status, code));
    expect(execution.error).toBe(error);
    expect(execution.cause).toBe(
      `so it is (Service: AWSLambda; Status Code: ${status}; Error Code: ${code.split(':')[0]}; Request ID: id-1; Proxy: null)`,
    );
  });

  it('shows a broken connection as Lambda.SdkClientException', async () => {
    const { execution } = await runTask(INVOKE, { FunctionName: 'f' }, new Error('reset'));
    expect(execution.error).toBe('Lambda.SdkClientException');
  });

  it('cannot start without a FunctionName', async () => {
    const { execution, requests } = await runTask(INVOKE, '{% {"Payload": 1} %}', { status: 200 });
    expect(execution.error).toBe('States.Runtime');
    expect(execution.cause).toContain("The field 'FunctionName' is required but was missing");
    expect(requests).toEqual([]);
  });
});

describe("a function's ARN", () => {
  it('has input and result of the function itself, and events of its own', async () => {
    const { execution, events, requests } = await runTask(
      FUNCTION_ARN,
      { a: 1 },
      { status: 200, body: '[2]' },
    );
    expect(requests[0]?.body).toEqual({ a: 1 });
    expect(execution.output).toBe('[2]');
    expect(events.map(({ type }) => type)).toContain('LambdaFunctionSucceeded');
  });

  it('keeps the text of an error as it came', async () => {
    const { execution } = await runTask(FUNCTION_ARN, {}, thrown('{ "errorType": "Refused" }'));
    expect(execution).toMatchObject({ error: 'Refused', cause: '{ "errorType": "Refused" }' });
  });
});

describe('DynamoDB', () => {
  const key = { TableName: 't', Key: { id: { S: 'a' } } };
  const failed: LocalResponse = {
    status: 400,
    headers: { 'x-amzn-requestid': 'id-2' },
    body: JSON.stringify({
      __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
      message: 'The conditional request failed',
    }),
  };

  it('is called in its own protocol', async () => {
    const body = JSON.stringify({ Item: { id: { S: 'a' } } });
    const { execution, events, requests } = await runTask('arn:aws:states:::dynamodb:getItem', key, {
      status: 200,
      body,
    });
    expect(requests).toMatchObject([
      { service: 'dynamodb', headers: { 'x-amz-target': 'DynamoDB_20120810.GetItem' }, body: key },
    ]);
    expect(JSON.parse(execution.output ?? '')).toMatchObject({
      Item: { id: { S: 'a' } },
      SdkHttpMetadata: { HttpStatusCode: 200 },
    });
    const scheduled = events.find(({ type }) => type === 'TaskScheduled');
    expect(scheduled?.taskScheduledEventDetails).toMatchObject({
      resourceType: 'dynamodb',
      resource: 'getItem',
    });
  });

  it('answers an aws-sdk integration with the members alone', async () => {
    const parameters = { TransactItems: [] };
    const resource = 'arn:aws:states:::aws-sdk:dynamodb:transactWriteItems';
    const { execution, events } = await runTask(resource, parameters, { status: 200, body: '{}' });
    expect(execution.output).toBe('{}');
    const scheduled = events.find(({ type }) => type === 'TaskScheduled');
    expect(scheduled?.taskScheduledEventDetails).toMatchObject({ resourceType: 'aws-sdk:dynamodb' });
  });

  it.each([
    [
      'dynamodb:deleteItem',
      'DynamoDB.ConditionalCheckFailedException',
      'The conditional request failed (Service: AmazonDynamoDBv2; Status Code: 400; Error Code: ConditionalCheckFailedException; Request ID: id-2; Proxy: null)',
    ],
    [
      'aws-sdk:dynamodb:deleteItem',
      'DynamoDb.ConditionalCheckFailedException',
      'The conditional request failed (Service: DynamoDb, Status Code: 400, Request ID: id-2)',
    ],
  ])('names its errors in %s', async (resource, error, cause) => {
    const { execution } = await runTask(`arn:aws:states:::${resource}`, key, failed);
    expect(execution).toMatchObject({ error, cause });
  });
});
