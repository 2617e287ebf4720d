// The tasks' DynamoDB client, and the read that more than one of them makes.

import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { Item } from '../core/values/attributes.ts';
import { fromSdkItem, toSdkItem } from '../core/values/sdk-item.ts';

/**
 * Every call is made once (rule 3): whether and when it is made again is decided where it can be seen, by the
 * state machine. A DynamoDB call that has not answered in 5 seconds is in doubt.
 */
export const dynamodb = new DynamoDBClient({
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
});

/** The item as it is now, or undefined. A consistent read: every decision of a saga rests on one. */
export async function readItem(table: string, key: Item): Promise<Item | undefined> {
  const { Item: found } = await dynamodb.send(
    new GetItemCommand({ TableName: table, Key: toSdkItem(key), ConsistentRead: true }),
  );
  return found && fromSdkItem(found);
}
