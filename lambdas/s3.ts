// The tasks' S3 client, but for copies. Every call is made once, as those to DynamoDB are.

import { S3Client } from '@aws-sdk/client-s3';
import { failureOf } from './failures.ts';

/** Gives up an S3 call that has not begun to answer in 10 seconds: none of these moves more than a run's input holds. */
export const s3 = new S3Client({
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
});

/** 400s that another attempt may not meet again (S3 API reference, "Error responses"). */
const PASSING_CODES = new Set([
  'RequestTimeout',
  'RequestTimeTooSkewed',
  'ExpiredToken',
  'SlowDown',
  'NoSuchUpload',
]);

/** Whether S3 refuses, so that no other attempt would fare better. */
export function isRefusal(error: unknown): boolean {
  const { code, status = 0 } = failureOf(error);
  return [400, 403, 404, 412].includes(status) && !PASSING_CODES.has(code);
}
