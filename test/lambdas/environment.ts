// What the tests of the tasks share: the store in the environment, mocked AWS clients, and how a task's error looks.
// Imported first, since a handler reads its environment as it is loaded.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import 'aws-sdk-client-mock-vitest/extend';
import { beforeEach, onTestFinished, vi } from 'vitest';
import { STORE } from '../core/fixtures.ts';

process.env.STORE = JSON.stringify({ ...STORE, legacy: { bucket: 'old', prefix: 'docs' } });
process.env.AWS_REGION = 'eu-central-1';

export const dynamodbMock = mockClient(DynamoDBClient);
export const s3Mock = mockClient(S3Client);

beforeEach(() => {
  dynamodbMock.reset();
  s3Mock.reset();
});

/** What Step Functions learns of a failed task: the error's name, and its message, JSON for a SagaError. */
export async function failure(
  work: Promise<unknown>,
): Promise<{ name: string; cause: Record<string, unknown> }> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason as Error,
  );
  if (error === undefined) throw new Error('expected the task to fail');
  const { name, message } = error;
  return { name, cause: message.startsWith('{') ? JSON.parse(message) : { message } };
}

/** An error as the SDK throws it for an answer of this status; without one, as when no answer came. */
export function awsError(name: string, status?: number, message = name): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });
}

export function hexToBase64(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64');
}

/** The lines that tasks write from now on to the end of the test, parsed. */
export function logLines(level = 'INFO'): Readonly<Record<string, unknown>>[] {
  const lines: Readonly<Record<string, unknown>>[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(JSON.parse(String(text)));
    return true;
  });
  vi.stubEnv('AWS_LAMBDA_LOG_LEVEL', level);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    spy.mockRestore();
  });
  return lines;
}
