// states:startExecution in its three patterns, and Step Functions' own calls as aws-sdk:sfn:*.
// Source: "Start a new AWS Step Functions workflow" and "Service integration patterns" in the Developer Guide.

import type { Json, JsonObject } from '../json.ts';
import { type Dispatch, type Integration, type Jobs, TaskError } from './integration.ts';
import {
  type Answer,
  call,
  expectSuccess,
  originFrom,
  request,
  type ServiceFailure,
  sdkMetadata,
} from './response.ts';

const START = {
  required: ['StateMachineArn'],
  known: ['StateMachineArn', 'Input', 'Name', 'TraceHeader', 'ClientRequestToken'],
};

/** What aws-sdk:sfn offers here, and what each call cannot do without. */
const SDK_CALLS = {
  describeExecution: ['ExecutionArn'],
  redriveExecution: ['ExecutionArn'],
  sendTaskFailure: ['TaskToken'],
  sendTaskHeartbeat: ['TaskToken'],
  sendTaskSuccess: ['TaskToken', 'Output'],
  startExecution: ['StateMachineArn'],
  startSyncExecution: ['StateMachineArn'],
  stopExecution: ['ExecutionArn'],
} as const;

/** How a pattern tells what the execution that it waits for has brought. */
const JOBS = {
  'startExecution.sync': (output: string): Json => output,
  'startExecution.sync:2': (output: string): Json => JSON.parse(output),
} as const;

/** Every Resource of this file, by its name after `arn:aws:states:::`. */
export const statesIntegrations: readonly (readonly [string, Integration])[] = [
  ['states:startExecution', starting('startExecution', {})],
  [
    'states:startExecution.waitForTaskToken',
    starting('startExecution.waitForTaskToken', { waitsFor: 'callback' }),
  ],
  ...Object.entries(JOBS).map(([action, outputOf]) => {
    const waitsFor = {
      finish: (submitted: Json, jobs: Jobs, dispatch: Dispatch) =>
        finish(submitted, jobs, dispatch, outputOf),
      stop: async (submitted: Json, dispatch: Dispatch): Promise<void> => {
        await send('StopExecution', { executionArn: arnOf(submitted) }, dispatch);
      },
    };
    return [`states:${action}`, starting(action, { waitsFor })] as const;
  }),
  ...Object.entries(SDK_CALLS).map(([action, required]) => {
    const operation = action.charAt(0).toUpperCase() + action.slice(1);
    const perform = async (input: Json, dispatch: Dispatch): Promise<Json> =>
      membersOf(expectAnswer(await send(operation, parametersOf(input), dispatch), 'Sfn', 'SfnException'));
    const parameters = { required, known: undefined };
    const integration = {
      events: 'Task',
      resource: action,
      resourceType: 'aws-sdk:sfn',
      parameters,
      perform,
    } as const;
    return [`aws-sdk:sfn:${action}`, integration] as const;
  }),
];

function starting(resource: string, pattern: Pick<Integration, 'waitsFor'>): Integration {
  return {
    events: 'Task',
    resource,
    resourceType: 'states',
    parameters: START,
    perform: async (input, dispatch) => {
      const answer = await send('StartExecution', parametersOf(input), dispatch);
      const members = membersOf(expectAnswer(answer, 'StepFunctions', 'AWSStepFunctionsException'));
      return { ...members, ...sdkMetadata(answer as Answer) };
    },
    ...pattern,
  };
}

/** @throws {TaskError} States.TaskFailed, with what the execution says of its end, unless it succeeded */
async function finish(
  submitted: Json,
  jobs: Jobs,
  dispatch: Dispatch,
  outputOf: (output: string) => Json,
): Promise<Json> {
  const executionArn = arnOf(submitted);
  await jobs.executionEnded(executionArn);
  const answer = await send('DescribeExecution', { executionArn }, dispatch);
  const { Input, Output, ...description } = membersOf(
    expectAnswer(answer, 'StepFunctions', 'AWSStepFunctionsException'),
  );
  const ended = {
    ...description,
    Input: outputOf(String(Input)),
    ...(typeof Output === 'string' && { Output: outputOf(Output) }),
  };
  if (description.Status !== 'SUCCEEDED') throw new TaskError('States.TaskFailed', JSON.stringify(ended));
  return ended;
}

function arnOf(submitted: Json): string {
  return String((submitted as JsonObject).ExecutionArn);
}

async function send(operation: string, input: JsonObject, dispatch: Dispatch): Promise<Answer | undefined> {
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': `AWSStepFunctions.${operation}`,
  };
  return call(dispatch, 'states', request('POST', '/', headers, JSON.stringify(input)));
}

function expectAnswer(answer: Answer | undefined, prefix: string, general: string): Answer {
  const nameOf = ({ status, code }: ServiceFailure): string =>
    status < 500 && code !== 'UnknownError' ? exceptionOf(code) : general;
  return expectSuccess(answer, { prefix, nameOf, originOf: originFrom('AWSStepFunctions') });
}

/** As the AWS SDK for Java, whose names Step Functions shows, calls an error. */
function exceptionOf(code: string): string {
  return code.endsWith('Exception') ? code : `${code}Exception`;
}

/** Arguments begin with capitals, the API's members do not; input and output are JSON values here and texts there. */
function parametersOf(input: Json): JsonObject {
  return Object.fromEntries(
    Object.entries(input as JsonObject).map(([name, value]) => {
      const isText = typeof value === 'string' || !(name === 'Input' || name === 'Output');
      return [name.charAt(0).toLowerCase() + name.slice(1), isText ? value : JSON.stringify(value)];
    }),
  );
}

/** The other way round; times, which the API writes in seconds, as text. */
function membersOf({ body }: Answer): JsonObject {
  const members: JsonObject = body === '' ? {} : JSON.parse(body);
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => [
      name.charAt(0).toUpperCase() + name.slice(1),
      name.endsWith('Date') && typeof value === 'number' ? new Date(value * 1000).toISOString() : value,
    ]),
  );
}
