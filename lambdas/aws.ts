// The AWS clients of the tasks, and the few calls that more than one of them makes.

import type { AttributeValue as SdkAttributeValue } from '@aws-sdk/client-dynamodb';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import type { AttributeValue, Item } from '../core/attributes.ts';

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

/** Binary leaves JSON: base64 text becomes bytes. */
export function toSdkItem(item: Item): Record<string, SdkAttributeValue> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, toSdkValue(value)]));
}

export function fromSdkItem(item: Record<string, SdkAttributeValue>): Item {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, fromSdkValue(value)]));
}

/** Status and code of whatever an AWS call threw; no status when no answer came. */
export function failureOf(error: unknown): { readonly code: string; readonly status: number | undefined } {
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  return { code: name ?? 'Unknown', status: $metadata?.httpStatusCode };
}

function toSdkValue(value: AttributeValue): SdkAttributeValue {
  if ('B' in value) return { B: Buffer.from(value.B, 'base64') };
  if ('BS' in value) return { BS: value.BS.map((member) => Buffer.from(member, 'base64')) };
  if ('L' in value) return { L: value.L.map(toSdkValue) };
  if ('M' in value) return { M: toSdkItem(value.M) };
  return value as SdkAttributeValue;
}

function fromSdkValue(value: SdkAttributeValue): AttributeValue {
  if (value.B !== undefined) return { B: base64(value.B) };
  if (value.BS !== undefined) return { BS: value.BS.map(base64) };
  if (value.L !== undefined) return { L: value.L.map(fromSdkValue) };
  if (value.M !== undefined) return { M: fromSdkItem(value.M) };
  return value as AttributeValue;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
