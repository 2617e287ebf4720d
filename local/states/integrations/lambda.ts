// lambda:invoke and a Lambda function's ARN as Resource.

import { isObject, type Json, type JsonObject } from '../json.ts';
import { type Dispatch, type Integration, TaskError } from './integration.ts';
import {
  type Answer,
  call,
  expectSuccess,
  originFrom,
  request,
  type ServiceFailure,
  sdkMetadata,
} from './response.ts';

const FUNCTION_ARN = /^arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:[\w-]+(:[\w$-]+)?$/;

/** Lambda's errors that keep their name; any other shows as Lambda.AWSLambdaException. */
const NAMED_ERRORS = new Set([
  'CodeArtifactUserPendingException',
  'EC2AccessDeniedException',
  'EC2ThrottledException',
  'EC2UnexpectedException',
  'ENILimitReachedException',
  'InvalidParameterValueException',
  'InvalidRequestContentException',
  'InvalidRuntimeException',
  'KMSAccessDeniedException',
  'RequestTooLargeException',
  'ResourceConflictException',
  'ResourceNotFoundException',
  'ResourceNotReadyException',
  'ServiceException',
  'TooManyRequestsException',
  'UnsupportedMediaTypeException',
]);

/** `arn:aws:states:::lambda:invoke`: the result is the answer around the function's own. */
export const lambdaInvoke: Integration = {
  events: 'Task',
  resource: 'invoke',
  resourceType: 'lambda',
  parameters: {
    required: ['FunctionName'],
    known: ['FunctionName', 'Payload', 'Qualifier', 'InvocationType', 'ClientContext', 'LogType'],
  },
  perform: async (input, dispatch) => {
    const answer = await invoke(input as JsonObject, dispatch);
    if (answer.headers['x-amz-function-error'] !== undefined) throw functionError(answer, 'compact');
    return {
      ExecutedVersion: answer.headers['x-amz-executed-version'] ?? '$LATEST',
      ...(answer.headers['x-amz-log-result'] && { LogResult: answer.headers['x-amz-log-result'] }),
      ...(answer.body !== '' && { Payload: parsed(answer.body) }),
      ...sdkMetadata(answer),
      StatusCode: answer.status,
    };
  },
};

/** `lambda:invoke.waitForTaskToken`: what the function answers is not the result, what comes with the token is. */
export const lambdaCallback: Integration = {
  ...lambdaInvoke,
  resource: 'invoke.waitForTaskToken',
  waitsFor: 'callback',
};

/** A function's ARN as Resource: input and result are the function's own. Undefined for any other Resource. */
export function lambdaFunction(resource: string): Integration | undefined {
  if (!FUNCTION_ARN.test(resource)) return undefined;
  return {
    events: 'LambdaFunction',
    resource,
    resourceType: 'lambda',
    parameters: undefined,
    perform: async (input, dispatch) => {
      const answer = await invoke({ FunctionName: resource, Payload: input }, dispatch);
      if (answer.headers['x-amz-function-error'] !== undefined) throw functionError(answer, 'verbatim');
      return answer.body === '' ? null : parsed(answer.body);
    },
  };
}

async function invoke(parameters: JsonObject, dispatch: Dispatch): Promise<Answer> {
  const { FunctionName, Qualifier, Payload, InvocationType, ClientContext, LogType } = parameters;
  const query = Qualifier === undefined ? '' : `?Qualifier=${encodeURIComponent(String(Qualifier))}`;
  const path = `/2015-03-31/functions/${encodeURIComponent(String(FunctionName))}/invocations${query}`;
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (InvocationType !== undefined) headers['x-amz-invocation-type'] = String(InvocationType);
  if (ClientContext !== undefined) headers['x-amz-client-context'] = String(ClientContext);
  if (LogType !== undefined) headers['x-amz-log-type'] = String(LogType);
  const body = JSON.stringify(Payload === undefined ? {} : Payload);
  const answer = await call(dispatch, 'lambda', request('POST', path, headers, body));
  const nameOf = ({ code }: ServiceFailure): string => (NAMED_ERRORS.has(code) ? code : 'AWSLambdaException');
  return expectSuccess(answer, { prefix: 'Lambda', nameOf, originOf: originFrom('AWSLambda') });
}

/** What the function threw: named by errorType, Lambda.Unknown where the answer has none, as after some crashes. */
function functionError(answer: Answer, style: 'compact' | 'verbatim'): TaskError {
  const payload = answer.body === '' ? null : parsed(answer.body);
  if (isObject(payload) && typeof payload.errorType === 'string') {
    return new TaskError(payload.errorType, style === 'compact' ? JSON.stringify(payload) : answer.body);
  }
  const explanation = 'The cause could not be determined because Lambda did not return an error type.';
  return new TaskError('Lambda.Unknown', `${explanation} Returned payload: ${answer.body}`);
}

function parsed(body: string): Json {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
