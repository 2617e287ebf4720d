// How many bytes of a request a service reads: more than that is refused while it comes in, also without a length, so that no
// request takes the memory of all.

import { Transform, type TransformCallback } from 'node:stream';
import { ServiceError, type ServiceName } from './service.ts';

const KB = 1024;
const MB = 1024 ** 2;

/** The local cloud's own API takes short JSON. */
export const MAX_ADMIN_BYTES = 64 * KB;

/**
 * - DynamoDB: the largest batch or transaction.
 * - Step Functions: 1 MB of data, which its JSON in JSON may escape.
 * - EventBridge: 1 MB of events, which its JSON in JSON may escape.
 * - SQS: 1 MiB of messages, which its JSON may escape.
 * - Parameter Store, CloudWatch Logs, CloudFormation and STS: far above what their parameters may hold.
 * - Lambda and S3 have limits by operation, with errors of their own: invoke.ts, s3/body.ts.
 */
const MAX_BYTES: Readonly<Record<ServiceName, number | undefined>> = {
  dynamodb: 16 * MB,
  states: 2 * MB,
  ssm: 128 * KB,
  events: 2 * MB,
  logs: 128 * KB,
  sqs: 3 * MB,
  cloudformation: 128 * KB,
  lambda: undefined,
  s3: undefined,
};

/** The stream to pipe a request's body through; undefined where the service sees to it itself. */
export function bodyLimit(service: ServiceName): Transform | undefined {
  const limit = MAX_BYTES[service];
  return limit === undefined ? undefined : limited(limit);
}

/** Passes on up to `limit` bytes; fails with a {@link ServiceError} of status 413 at the first that is too much. */
export function limited(limit: number): Transform {
  let size = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      size += chunk.length;
      if (size <= limit) done(null, chunk);
      else done(tooLarge(limit));
    },
  });
}

function tooLarge(limit: number): ServiceError {
  return new ServiceError(
    'RequestEntityTooLargeException',
    `The body of the request is larger than ${limit} bytes`,
    413,
  );
}
