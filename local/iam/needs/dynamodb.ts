// DynamoDB's operations as actions: on a table, on an index where one is read, and for batches and transactions on every
// table that is in them.
// Source: Service Authorization Reference, "Amazon DynamoDB"; DynamoDB Developer Guide, "IAM and transactions".

import type { CloudIdentity } from '../../service.ts';
import { arnOf, type Called, type Mapping, type Need } from './need.ts';

type Json = Readonly<Record<string, unknown>>;

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
  Query: onTableOrIndex('Query'),
  Scan: onTableOrIndex('Scan'),
  TransactGetItems: transacted,
  TransactWriteItems: transacted,
};

function onTable(operation: string): (called: Called) => Need[] {
  return (called) => [{ action: `dynamodb:${operation}`, resource: tableOf(called, bodyOf(called)) }];
}

function onTableOrIndex(operation: string): (called: Called) => Need[] {
  return (called) => {
    const body = bodyOf(called);
    const index = typeof body.IndexName === 'string' ? `/index/${body.IndexName}` : '';
    return [{ action: `dynamodb:${operation}`, resource: `${tableOf(called, body)}${index}` }];
  };
}

function onResource(operation: string): (called: Called) => Need[] {
  return (called) => [{ action: `dynamodb:${operation}`, resource: String(bodyOf(called).ResourceArn) }];
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
  const items = Array.isArray(TransactItems) ? TransactItems : [];
  return items.flatMap((item) =>
    Object.entries(TRANSACTED).flatMap(([member, action]) =>
      Object.hasOwn(objectOf(item), member)
        ? [{ action: `dynamodb:${action}`, resource: tableOf(called, objectOf(objectOf(item)[member])) }]
        : [],
    ),
  );
}

function tableOf({ identity }: Called, { TableName }: Json): string {
  return tableArn(identity, String(TableName));
}

/** A table may be named by its ARN. */
function tableArn(identity: CloudIdentity, name: string): string {
  return name.startsWith('arn:') ? name : arnOf(identity, 'dynamodb', `table/${name}`);
}

/** The call's subject is its JSON body. */
function bodyOf({ call }: Called): Json {
  return objectOf(JSON.parse(call.subject));
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}
