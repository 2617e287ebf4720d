// The AWS clients of the tasks, and the few calls that more than one of them makes.

import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import type { Item } from '../core/attributes.ts';
import { fromSdkItem, toSdkItem } from '../core/sdk-item.ts';

export { fromSdkItem, toSdkItem } from '../core/sdk-item.ts';

/**
 * Every call is made once (rule 3): whether and when it is made again is decided where it can be seen, by the
 * state machine. A DynamoDB call that has not answered in 5 seconds is in doubt.
 */
export const dynamodb = new DynamoDBClient({
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
});

/** No time-out of its own: a copy on the server side may take minutes; the task's time-out bounds it. */
export const s3 = new S3Client({ maxAttempts: 1, requestHandler: { connectionTimeout: 2_000 } });

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
