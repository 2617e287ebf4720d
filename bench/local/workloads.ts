// What is measured: one operation each, many times, some at a time.

import { randomUUID } from 'node:crypto';
import type { Caller } from './calls.ts';
import type { Cloud } from './clouds.ts';

export interface Workload {
  readonly name: string;
  /** Which target counts for it. */
  readonly group: 's3' | 'dynamodb' | 'states';
  run(cloud: Caller, n: number): Promise<unknown>;
}

/** How many objects and items there are. */
export const KEYS = 200;
const BODY = 'x'.repeat(1024);
const BUCKET = 'bench-bucket';
const TABLE = 'bench-table';
const POLL_MS = 5;

const key = (n: number) => `folder/${n % KEYS}`;
const id = (n: number) => ({ id: { S: `item-${n % KEYS}` } });
const item = (n: number) => ({
  ...id(n),
  title: { S: 'x'.repeat(100) },
  count: { N: String(n) },
  tags: { M: { list: { L: [{ S: 'a' }, { N: '5' }] }, on: { BOOL: true } } },
});
const dynamodb = (name: string, inputOf: (n: number) => object): Workload => ({
  name,
  group: 'dynamodb',
  run: (cloud, n) => cloud.json('dynamodb', name, inputOf(n)),
});
const s3 = (name: string, method: string, pathOf: (n: number) => string, body?: string): Workload => ({
  name,
  group: 's3',
  run: (cloud, n) => cloud.s3(method, `/${BUCKET}${pathOf(n)}`, body),
});

export const WORKLOADS: readonly Workload[] = [
  s3('PutObject', 'PUT', (n) => `/${key(n)}`, BODY),
  s3('GetObject', 'GET', (n) => `/${key(n)}`),
  s3('HeadObject', 'HEAD', (n) => `/${key(n)}`),
  s3('ListObjectsV2', 'GET', () => '?list-type=2&max-keys=20'),
  dynamodb('PutItem', (n) => ({ TableName: TABLE, Item: item(n) })),
  dynamodb('GetItem', (n) => ({ TableName: TABLE, Key: id(n) })),
  dynamodb('UpdateItem', (n) => ({
    TableName: TABLE,
    Key: id(n),
    UpdateExpression: 'SET #c = :c',
    ExpressionAttributeNames: { '#c': 'count' },
    ExpressionAttributeValues: { ':c': { N: String(n) } },
  })),
  dynamodb('Query', (n) => ({
    TableName: TABLE,
    KeyConditionExpression: 'id = :id',
    ExpressionAttributeValues: { ':id': id(n).id },
  })),
  dynamodb('TransactWriteItems', (n) => ({
    ClientRequestToken: randomUUID(),
    TransactItems: [
      {
        Put: {
          TableName: TABLE,
          Item: item(n),
          ConditionExpression: 'attribute_not_exists(#id) OR #c >= :zero',
          ExpressionAttributeNames: { '#id': 'id', '#c': 'count' },
          ExpressionAttributeValues: { ':zero': { N: '0' } },
        },
      },
    ],
  })),
];

/** The machines that are executed. */
export interface Machines {
  /** Of one Pass state. */
  readonly pass: string;
  /** Reads, decides, writes, as a saga does, with tasks that need no function. */
  readonly sagaShaped: string;
}

/** Makes what the workloads need. */
export async function prepare(cloud: Caller): Promise<Machines> {
  await cloud.s3('PUT', `/${BUCKET}`);
  await cloud.json('dynamodb', 'CreateTable', {
    TableName: TABLE,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  });
  for (let n = 0; n < KEYS; n++) {
    await cloud.s3('PUT', `/${BUCKET}/${key(n)}`, BODY);
    await cloud.json('dynamodb', 'PutItem', { TableName: TABLE, Item: item(n) });
  }
  const create = async (name: string, StartAt: string, States: object): Promise<string> => {
    const { stateMachineArn } = await cloud.json('states', 'CreateStateMachine', {
      name,
      roleArn: 'arn:aws:iam::000000000000:role/bench',
      definition: JSON.stringify({ QueryLanguage: 'JSONata', StartAt, States }),
    });
    return String(stateMachineArn);
  };
  return {
    pass: await create('bench-pass', 'Pass', {
      Pass: { Type: 'Pass', Output: { n: '{% $states.input.n %}' }, End: true },
    }),
    sagaShaped: await create('bench-saga-shaped', 'Plan', SAGA_SHAPED),
  };
}

const Key = '{% {"id": {"S": $id}} %}';
const SAGA_SHAPED = {
  Plan: {
    Type: 'Task',
    Resource: 'arn:aws:states:::dynamodb:getItem',
    Arguments: { TableName: TABLE, Key: { id: { S: "{% 'item-' & $string($states.input.n) %}" } } },
    Assign: { id: "{% 'item-' & $string($states.input.n) %}", before: '{% $states.result.Item.count.N %}' },
    Next: 'Found',
  },
  Found: {
    Type: 'Choice',
    Choices: [{ Condition: '{% $exists($before) %}', Next: 'Write' }],
    Default: 'None',
  },
  Write: {
    Type: 'Task',
    Resource: 'arn:aws:states:::dynamodb:updateItem',
    Arguments: {
      TableName: TABLE,
      Key,
      UpdateExpression: 'SET #c = :c',
      ExpressionAttributeNames: { '#c': 'count' },
      ExpressionAttributeValues: { ':c': { N: '{% $before %}' } },
    },
    Next: 'Written',
  },
  Written: { Type: 'Succeed' },
  None: { Type: 'Fail', Error: 'NotFound' },
};

/** Starts an execution and asks for it until it has ended. @throws {Error} unless it succeeds */
export async function execute(cloud: Caller, stateMachineArn: string, input: object): Promise<void> {
  const name = randomUUID();
  const started = { stateMachineArn, name, input: JSON.stringify(input) };
  const { executionArn } = await cloud.json('states', 'StartExecution', started);
  for (;;) {
    const { status, error, cause } = await cloud.json('states', 'DescribeExecution', { executionArn });
    if (status === 'SUCCEEDED') return;
    if (status !== 'RUNNING') throw new Error(`${stateMachineArn}: ${status} ${error} ${cause}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** One saga of the store that the local cloud deploys: it creates an item with a large attribute. */
export function saga({ said }: Cloud): (cloud: Caller) => Promise<void> {
  const { create } = said.stateMachines as { readonly create: string };
  return (cloud) =>
    execute(cloud, create, {
      key: { id: randomUUID() },
      attributes: { title: 'bench' },
      largeAttributes: { page: { text: BODY } },
    });
}
