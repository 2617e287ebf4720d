// The local DynamoDB behaves as AWS documents DynamoDB.

import { afterAll, beforeAll } from 'vitest';
import { clientOf, type LocalEndpoint, startLocalEndpoint } from './endpoint.ts';
import { describeDynamoDb } from './suite.ts';

let local: LocalEndpoint;

beforeAll(async () => {
  local = await startLocalEndpoint();
});
afterAll(() => local.close());

describeDynamoDb('the local DynamoDB', () => clientOf(local.url));
