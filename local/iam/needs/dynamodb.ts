// DynamoDB's operations as actions: on a table, on an index where one is read, and for batches and transactions on every
// table that is in them.
// Source: Service Authorization Reference, "Amazon DynamoDB"; DynamoDB Developer Guide, "IAM and transactions".

import type { CloudIdentity } from '../../service.ts';
import { arnOf, bodyOf, type Called, type Json, type Mapping, type Need, needOn, objectOf } from './need.ts';

/** Operations on the one table that TableName names, under the action of their name. */
const TABLE_OPERATIONS = [
  'CreateTable',
  'DeleteItem',
  'DeleteTable',
  'DescribeContinuousBackups',
  'DescribeTable',
  'DescribeTimeToLive',
  'GetItem',
  'PutItem',
  'UpdateContinuousBackups',
  'UpdateItem',
  'UpdateTable',
  'UpdateTimeToLive',
] as const;

const STREAM_OPERATIONS = ['DescribeStream', 'GetShardIterator'] as const;

const TAG_OPERATIONS = ['ListTagsOfResource', 'TagResource', 'UntagResource'] as const;

/** The members of a transaction's item, and the actions that they need: there is none for the transaction itself. */
const TRANSACTED = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
  Get: 'GetItem',
} as const;

export const dynamoDbNeeds: Mapping = {
  ...Object.fromEntries(TABLE_OPERATIONS.map((operation) => [operation, onTable(operation)])),
  ...Object.fromEntries(TAG_OPERATIONS.map((operation) => [operation, onResource(operation)])),
  BatchGetItem: batch('BatchGetItem'),
  BatchWriteItem: batch('BatchWriteItem'),
  DescribeEndpoints: () => [{ action: 'dynamodb:DescribeEndpoints', resource: '*' }],
  ListTables: ({ identity }) => [
    { action: 'dynamodb:ListTables', resource: '*', shown: tableArn(identity, '*') },
  ],
  ...Object.fromEntries(
    STREAM_OPERATIONS.map((operation) => [
      operation,
      (called: Called) => needOn(`dynamodb:${operation}`, bodyOf(called).StreamArn),
    ]),
  ),
  GetRecords: (called) => needOn('dynamodb:GetRecords', streamOf(bodyOf(called).ShardIterator)),
  ListStreams: ({ identity }) => [
    { action: 'dynamodb:ListStreams', resource: '*', shown: tableArn(identity, '*') },
  ],
  Query: onTableOrIndex('Query'),
  Scan: onTableOrIndex('Scan'),
  TransactGetItems: transacted,
  TransactWriteItems: transacted,
};

function onTable(operation: string): (called: Called) => readonly Need[] {
  return (called) => needOn(`dynamodb:${operation}`, tableOf(called, bodyOf(called)));
}

function onTableOrIndex(operation: string): (called: Called) => readonly Need[] {
  return (called) => {
    const body = bodyOf(called);
    const table = tableOf(called, body);
    const index = typeof body.IndexName === 'string' ? `/index/${body.IndexName}` : '';
    return needOn(`dynamodb:${operation}`, table && `${table}${index}`);
  };
}

function onResource(operation: string): (called: Called) => readonly Need[] {
  return (called) => needOn(`dynamodb:${operation}`, bodyOf(called).ResourceArn);
}

function batch(operation: string): (called: Called) => Need[] {
  return (called) =>
    Object.keys(objectOf(bodyOf(called).RequestItems)).map((table) => ({
      action: `dynamodb:${operation}`,
      resource: tableArn(called.identity, table),
    }));
}

function transacted(called: Called): Need[] {
  const { TransactItems } = bodyOf(called);
  const items = Array.isArray(TransactItems) ? TransactItems.map(objectOf) : [];
  return items.flatMap((item) =>
    Object.entries(TRANSACTED).flatMap(([member, action]) =>
      needOn(`dynamodb:${action}`, tableOf(called, objectOf(item[member]))),
    ),
  );
}

/** An iterator begins with the stream's ARN. */
function streamOf(iterator: unknown): string | undefined {
  return typeof iterator === 'string' ? iterator.split('|')[0] : undefined;
}

function tableOf({ identity }: Called, { TableName }: Json): string | undefined {
  return typeof TableName === 'string' ? tableArn(identity, TableName) : undefined;
}

/** A table may be named by its ARN. */
function tableArn(identity: CloudIdentity, name: string): string {
  return name.startsWith('arn:') ? name : arnOf(identity, 'dynamodb', `table/${name}`);
}
