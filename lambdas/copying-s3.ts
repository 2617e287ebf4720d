// The S3 client for copies.

import { S3Client } from '@aws-sdk/client-s3';

/** More than any task has requests under way; the SDK's own 50 would make some of a large copy's parts wait. */
const MAX_SOCKETS = 128;

/** For copies on the server side, which may take minutes: each call says how many it is given, below the function's own. */
export const copyingS3 = new S3Client({
  maxAttempts: 1,
  requestHandler: {
    connectionTimeout: 2_000,
    throwOnRequestTimeout: true,
    httpAgent: { maxSockets: MAX_SOCKETS },
    httpsAgent: { maxSockets: MAX_SOCKETS },
  },
});
