// dynamodb:getItem and its kin, and aws-sdk:dynamodb:*: DynamoDB's calls as tasks.

import { own } from '../../records.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Dispatch, Integration } from './integration.ts';
import {
  type Answer,
  call,
  expectSuccess,
  type Naming,
  originFrom,
  request,
  sdkMetadata,
} from './response.ts';

const READS = ['TableName', 'Key', 'ExpressionAttributeNames', 'ReturnConsumedCapacity'];
const WRITES = [
  'TableName',
  'ConditionalOperator',
  'ConditionExpression',
  'Expected',
  'ExpressionAttributeNames',
  'ExpressionAttributeValues',
  'ReturnConsumedCapacity',
  'ReturnItemCollectionMetrics',
  'ReturnValues',
];

/** The optimized integrations, and the parameters that the Developer Guide lists for each. */
const OPTIMIZED = {
  getItem: {
    required: ['TableName', 'Key'],
    known: [...READS, 'AttributesToGet', 'ConsistentRead', 'ProjectionExpression'],
  },
  putItem: { required: ['TableName', 'Item'], known: [...WRITES, 'Item'] },
  updateItem: {
    required: ['TableName', 'Key'],
    known: [...WRITES, 'Key', 'AttributeUpdates', 'UpdateExpression'],
  },
  deleteItem: { required: ['TableName', 'Key'], known: [...WRITES, 'Key'] },
} as const;

/** What aws-sdk:dynamodb offers here, and what each call cannot do without. */
const SDK_CALLS = {
  batchGetItem: ['RequestItems'],
  batchWriteItem: ['RequestItems'],
  deleteItem: ['TableName', 'Key'],
  describeTable: ['TableName'],
  describeTimeToLive: ['TableName'],
  getItem: ['TableName', 'Key'],
  listTables: [],
  putItem: ['TableName', 'Item'],
  query: ['TableName'],
  scan: ['TableName'],
  transactGetItems: ['TransactItems'],
  transactWriteItems: ['TransactItems'],
  updateItem: ['TableName', 'Key'],
} as const;

/** Error codes with a class of their own in the AWS SDK for Java, and so with a name in Step Functions. */
const NAMED_ERRORS: Readonly<Record<string, string>> = {
  ConditionalCheckFailedException: 'ConditionalCheckFailedException',
  IdempotentParameterMismatchException: 'IdempotentParameterMismatchException',
  InternalServerError: 'InternalServerErrorException',
  ItemCollectionSizeLimitExceededException: 'ItemCollectionSizeLimitExceededException',
  LimitExceededException: 'LimitExceededException',
  ProvisionedThroughputExceededException: 'ProvisionedThroughputExceededException',
  RequestLimitExceeded: 'RequestLimitExceededException',
  ResourceInUseException: 'ResourceInUseException',
  ResourceNotFoundException: 'ResourceNotFoundException',
  TransactionCanceledException: 'TransactionCanceledException',
  TransactionConflictException: 'TransactionConflictException',
  TransactionInProgressException: 'TransactionInProgressException',
};

/** @param general - the name of what has none of its own */
function namedOr(general: string): Naming['nameOf'] {
  return ({ code }) => own(NAMED_ERRORS, code) ?? general;
}

const OPTIMIZED_ERRORS: Naming = {
  prefix: 'DynamoDB',
  nameOf: namedOr('AmazonDynamoDBException'),
  originOf: originFrom('AmazonDynamoDBv2'),
};

const SDK_ERRORS: Naming = {
  prefix: 'DynamoDb',
  nameOf: namedOr('DynamoDbException'),
  originOf: ({ status, requestId }) => `Service: DynamoDb, Status Code: ${status}, Request ID: ${requestId}`,
};

/** Every Resource of this file, by its name after `arn:aws:states:::`. */
export const dynamoDbIntegrations: readonly (readonly [string, Integration])[] = [
  ...Object.entries(OPTIMIZED).map(([action, parameters]) => {
    const perform = async (input: Json, dispatch: Dispatch): Promise<Json> => {
      const answer = await send(action, input, dispatch, OPTIMIZED_ERRORS);
      return { ...membersOf(answer), ...sdkMetadata(answer) };
    };
    const integration = {
      events: 'Task',
      resource: action,
      resourceType: 'dynamodb',
      parameters,
      perform,
    } as const;
    return [`dynamodb:${action}`, integration] as const;
  }),
  ...Object.entries(SDK_CALLS).map(([action, required]) => {
    const perform = async (input: Json, dispatch: Dispatch): Promise<Json> =>
      membersOf(await send(action, input, dispatch, SDK_ERRORS));
    const parameters = { required, known: undefined };
    const integration = {
      events: 'Task',
      resource: action,
      resourceType: 'aws-sdk:dynamodb',
      parameters,
      perform,
    } as const;
    return [`aws-sdk:dynamodb:${action}`, integration] as const;
  }),
];

async function send(action: string, input: Json, dispatch: Dispatch, errors: Naming): Promise<Answer> {
  const operation = action.charAt(0).toUpperCase() + action.slice(1);
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': `DynamoDB_20120810.${operation}`,
  };
  const answer = await call(dispatch, 'dynamodb', request('POST', '/', headers, JSON.stringify(input)));
  return expectSuccess(answer, errors);
}

function membersOf(answer: Answer): JsonObject {
  return JSON.parse(answer.body);
}
