// Lambda and S3 that answer what a vector's `tasks` say the function, or the service, answered.

import type { LocalResponse } from '../../../local/service.ts';
import type { Dispatch } from '../../local-states/server.ts';
import type { ExecutionVector, TaskAnswer } from './vector.ts';

const SERVICE_ERROR =
  /^(.*) \(Service: AWSLambda; Status Code: (\d+); Error Code: (\w+); Request ID: ([\w-]+); .*\)$/;
const S3_ERROR =
  /^(.*) \(Service: S3, Status Code: (\d+), Request ID: ([\w-]+), Extended Request ID: ([\w-]+)\)$/;
const OVERSIZED_PAYLOAD = JSON.stringify('x'.repeat(262_145));

export function scriptedServices({ name, tasks = {} }: ExecutionVector): Dispatch {
  const scripts = Object.values(tasks);
  if (scripts.length > 1)
    throw new Error(`${name}: answers of more than one task state cannot be told apart`);
  const answers = [...(scripts[0] ?? [])];
  return async (service) => {
    const answer = answers.shift();
    if (answer === undefined) throw new Error(`${name}: unexpected call of ${service}`);
    if (answer.timeout) return new Promise(() => undefined);
    return service === 's3' ? refuseAsS3(answer) : respond(answer);
  };
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
