// Lambda, DynamoDB and S3 that answer what a vector's `tasks` say the function, or the service, answered.

import type { LocalResponse } from '../../../local/service.ts';
import type { Dispatch } from '../../local-states/server.ts';
import type { ExecutionVector, TaskAnswer } from './vector.ts';

const SERVICE_ERROR =
  /^(.*) \(Service: AWSLambda; Status Code: (\d+); Error Code: (\w+); Request ID: ([\w-]+); .*\)$/;
const S3_ERROR =
  /^(.*) \(Service: S3, Status Code: (\d+), Request ID: ([\w-]+), Extended Request ID: ([\w-]+)\)$/;
const OVERSIZED_PAYLOAD = JSON.stringify('x'.repeat(262_145));

/** Several states without a `taskOrder` are told apart by the functions that they call. */
export function scriptedServices(vector: ExecutionVector): Dispatch {
  const { name, tasks = {}, taskOrder } = vector;
  const left = new Map(Object.entries(tasks).map(([state, answers]) => [state, [...answers]]));
  const order = [...(taskOrder ?? [])];
  const [only, ...others] = left.keys();
  const stateCalled = (path: string): string | undefined => {
    if (taskOrder !== undefined) return order.shift();
    return others.length === 0
      ? only
      : [...left.keys()].find((state) => calls(vector.definition, state, path));
  };
  return async (service, { path }) => {
    const answer = left.get(stateCalled(decodeURIComponent(path)) ?? '')?.shift();
    if (answer === undefined) throw new Error(`${name}: unexpected call of ${service}`);
    if (answer.timeout) return new Promise(() => undefined);
    return service === 's3' ? refuseAsS3(answer) : respond(answer);
  };
}

/** Whether a state of this name, at any depth, calls the function that a path of Lambda's API names. */
function calls(definition: unknown, state: string, path: string): boolean {
  if (typeof definition !== 'object' || definition === null) return false;
  for (const [key, value] of Object.entries(definition)) {
    if (key !== state || value?.Type !== 'Task') {
      if (calls(value, state, path)) return true;
      continue;
    }
    const called: unknown = value.Arguments?.FunctionName ?? value.Resource;
    if (typeof called === 'string' && path.split('/').includes(called)) return true;
  }
  return false;
}

function respond({ error, cause = '', payload, result }: TaskAnswer): LocalResponse {
  if (error === undefined) return succeeded(JSON.stringify(payload === undefined ? result : payload));
  if (error === 'States.DataLimitExceeded') return succeeded(OVERSIZED_PAYLOAD);
  const serviceError = SERVICE_ERROR.exec(cause);
  if (serviceError === null) return { ...succeeded(cause), headers: { 'x-amz-function-error': 'Unhandled' } };
  const [, Message, status, code = '', requestId = ''] = serviceError;
  return {
    status: Number(status),
    headers: { 'x-amzn-errortype': code, 'x-amzn-requestid': requestId },
    body: JSON.stringify({ Type: 'User', Message }),
  };
}

/** S3's error, told by the name and the cause that Step Functions makes of it. */
function refuseAsS3({ error = '', cause = '' }: TaskAnswer): LocalResponse {
  const [, message, status, requestId = '', extendedId = ''] = S3_ERROR.exec(cause) ?? [];
  const code = /^S3\.(\w+)Exception$/.exec(error)?.[1] ?? 'Unknown';
  return {
    status: Number(status),
    headers: { 'x-amz-request-id': requestId, 'x-amz-id-2': extendedId },
    body: `<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
  };
}

function succeeded(body: string): LocalResponse {
  return { status: 200, headers: { 'x-amz-executed-version': '$LATEST' }, body };
}
