// A store whose AWS clients are mocks, and what its executions answer.

import { createHash } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { LargeItemClient, type StoreDescriptor } from '../../client/index.ts';

const states = 'arn:aws:states:eu-central-1:111122223333';

export const store: StoreDescriptor = {
  table: 'items',
  bucket: 'bucket',
  prefix: 'items',
  stagingPrefix: 'staging',
  key: { partitionKey: { name: 'id', type: 'S' } },
  region: 'eu-central-1',
  stateMachines: {
    create: `${states}:stateMachine:Create`,
    update: `${states}:stateMachine:Update`,
    delete: `${states}:stateMachine:Delete`,
  },
};

export const sfn = mockClient(SFNClient);
export const s3 = mockClient(S3Client);
export const dynamodb = mockClient(DynamoDBClient);

export function arnOf(operation: 'Create' | 'Update' | 'Delete', name: string): string {
  return `${states}:execution:${operation}:${name}`;
}

export function resetMocks(): void {
  for (const mock of [sfn, s3, dynamodb]) mock.reset();
}

export function clientOf(overrides: Partial<StoreDescriptor> = {}): LargeItemClient {
  return new LargeItemClient({ store: { ...store, ...overrides }, pollIntervalMs: 1 });
}

/** Every execution starts, and ends as given, by default with success. */
export function executionsEnd(end: Partial<DescribeExecutionOutput> = {}): void {
  sfn.on(StartExecutionCommand).resolves({});
  sfn.on(DescribeExecutionCommand).callsFake(({ executionArn }: { executionArn: string }) => {
    const start = started().find(({ name }) => executionArn.endsWith(`:${name}`));
    if (start === undefined) throw awsError('ExecutionDoesNotExist', 400);
    return { executionArn, status: 'SUCCEEDED', input: start.text, output: JSON.stringify(output), ...end };
  });
}

/** How most tests of writes begin: nothing is remembered, and uploads and executions succeed. */
export function writesSucceed(): void {
  resetMocks();
  executionsEnd();
  s3.on(PutObjectCommand).resolves({});
  s3.on(DeleteObjectCommand).resolves({});
}

export const output = {
  operation: 'create',
  key: { id: { S: '42' } },
  version: 1,
  run: 'create.x.20260101T000000000Z',
  largeAttributes: {},
  cleanup: 'done',
};

/** What executions were started with. */
export function started(): { readonly name: string; readonly text: string; readonly input: StartedInput }[] {
  return sfn.commandCalls(StartExecutionCommand).map(({ args: [{ input }] }) => ({
    name: input.name as string,
    text: input.input as string,
    input: JSON.parse(input.input as string),
  }));
}

interface StartedInput {
  readonly [field: string]: unknown;
  readonly largeAttributes?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** An error as the SDK throws it. */
export function awsError(name: string, status: number | undefined, message = 'as AWS says'): Error {
  return Object.assign(new Error(message), {
    name,
    $metadata: status === undefined ? {} : { httpStatusCode: status },
  });
}

/** Calls that upload something. */
export function uploads(): { Key: string | undefined; Body: unknown; ChecksumSHA256: string | undefined }[] {
  return s3.commandCalls(PutObjectCommand).map(({ args: [{ input }] }) => ({
    Key: input.Key,
    Body: input.Body,
    ChecksumSHA256: input.ChecksumSHA256,
  }));
}
