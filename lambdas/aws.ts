// The AWS clients of the tasks, and the few calls that more than one of them makes.

import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import type { Item } from '../core/values/attributes.ts';
import { fromSdkItem, toSdkItem } from '../core/values/sdk-item.ts';

export { fromSdkItem, toSdkItem } from '../core/values/sdk-item.ts';

/**
 * Every call is made once (rule 3): whether and when it is made again is decided where it can be seen, by the
 * state machine. A DynamoDB call that has not answered in 5 seconds is in doubt.
 */
export const dynamodb = new DynamoDBClient({
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
});

/** More than any task has requests under way; the SDK's own 50 would make some of a large copy's parts wait. */
const MAX_SOCKETS = 128;

/** Gives up an S3 call that has not begun to answer in 10 seconds: none of these moves more than a run's input holds. */
export const s3 = new S3Client({
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
});

/** For copies on the server side, which may take minutes: the task's time-out bounds them. */
export const copyingS3 = new S3Client({
  maxAttempts: 1,
  requestHandler: {
    connectionTimeout: 2_000,
    httpAgent: { maxSockets: MAX_SOCKETS },
    httpsAgent: { maxSockets: MAX_SOCKETS },
  },
});

/** The item as it is now, or undefined. A consistent read: every decision of a saga rests on one. */
export async function readItem(table: string, key: Item): Promise<Item | undefined> {
  const { Item: found } = await dynamodb.send(
    new GetItemCommand({ TableName: table, Key: toSdkItem(key), ConsistentRead: true }),
  );
  return found && fromSdkItem(found);
}

/** Status and code of whatever an AWS call threw; no status when no answer came. */
export function failureOf(error: unknown): { readonly code: string; readonly status: number | undefined } {
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  return { code: name ?? 'Unknown', status: $metadata?.httpStatusCode };
}

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
