// The parts of transactions that several behaviours use.

import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { Item, Subject } from '../behaviour.ts';

export const key = (id: string) => ({ id: { S: id } });
export const ONE: Item = { ':one': { N: '1' } };

export function put({ simple: TableName }: Subject, id: string, attributes: Item = {}): TransactWriteItem {
  return { Put: { TableName, Item: { ...key(id), ...attributes } } };
}

export function putNew({ simple: TableName }: Subject, id: string): TransactWriteItem {
  return { Put: { TableName, Item: key(id), ConditionExpression: 'attribute_not_exists(id)' } };
}

export function increment({ simple: TableName }: Subject, id: string): TransactWriteItem {
  return {
    Update: { TableName, Key: key(id), UpdateExpression: 'ADD n :one', ExpressionAttributeValues: ONE },
  };
}

export function write({ client }: Subject, TransactItems: TransactWriteItem[], ClientRequestToken?: string) {
  return client.transactWriteItems({ TransactItems, ClientRequestToken });
}
