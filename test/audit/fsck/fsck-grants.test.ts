// What `grantCheck` gives: with it a store can be checked in full; without any one of its rights it cannot.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AuditContext, type FindingKind, fsck } from '../../../audit/index.ts';
import { LargeItemClient } from '../../../client/index.ts';
import { storesIn } from '../../../core/contract/store.ts';
import { objectKey } from '../../../core/keys/object-key.ts';
import { formatRun, OPERATIONS } from '../../../core/keys/run.ts';
import { type CallersCloud, type Reduced, STACK, startCallersCloud } from '../../client/callers-cloud.ts';

const RIGHTS = [
  'dynamodb:GetItem table/{table}',
  'dynamodb:Scan table/{table}',
  'dynamodb:BatchGetItem table/{table}',
  'dynamodb:DescribeTable table/{table}',
  's3:GetObject {bucket}/items/*',
  's3:ListBucket {bucket}',
  'states:DescribeExecution execution:{Create}:*',
  'states:DescribeExecution execution:{Update}:*',
  'states:DescribeExecution execution:{Delete}:*',
];
const WITH_ALL: Reduced = { caller: 'Checker', without: [] };
const LACKING = RIGHTS.map((right) => ({ right, role: { caller: 'Checker', without: [right] } as Reduced }));

let callers: CallersCloud;
let owner: AuditContext;

beforeAll(async () => {
  callers = await startCallersCloud([WITH_ALL, ...LACKING.map(({ role }) => role)]);
  owner = contextOf(callers.cloud.env);
  await spoil();
});
afterAll(() => callers[Symbol.asyncDispose]());

test('the grant has these rights and no other', () => {
  expect(callers.rightsOf('Checker').toSorted()).toEqual(RIGHTS.toSorted());
});

test('with the grant the whole store is checked', async () => {
  expect(await check(WITH_ALL)).toEqual(['dangling', 'held', 'held', 'held', 'wrong-content']);
});

test.each(LACKING)('without $right it is not', async ({ role }) => {
  await expect(check(role)).rejects.toMatchObject({
    $metadata: { httpStatusCode: expect.toSatisfy((code) => code === 400 || code === 403) },
  });
});

/** Leaves something behind for every question that a check asks. */
async function spoil(): Promise<void> {
  const { store, s3, sfn, dynamodb } = owner;
  const client = new LargeItemClient({ store, s3, sfn, dynamodb, pollIntervalMs: 10 });
  const { largeAttributes } = await client.create({
    key: { id: 'a' },
    largeAttributes: { page: 'page', gone: 'gone' },
  });
  const keyIn = (uri = '') => uri.slice(`s3://${store.bucket}/`.length);
  const Bucket = store.bucket;
  await s3.send(new PutObjectCommand({ Bucket, Key: keyIn(largeAttributes.page), Body: 'not the page' }));
  await s3.send(new DeleteObjectCommand({ Bucket, Key: keyIn(largeAttributes.gone) }));
  for (const operation of OPERATIONS) {
    const run = formatRun({ operation, name: 'not-seen-yet', startTime: new Date().toISOString() });
    const Key = objectKey(store, { id: { S: 'b' } }, 'page', 'a'.repeat(64), run);
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'page' }));
  }
}

/** Kinds of what a check as this role finds, in order. */
async function check(role: Reduced): Promise<FindingKind[]> {
  const found: FindingKind[] = [];
  await fsck(contextOf(await callers.environmentOf(role)), {
    readContent: true,
    onFinding: ({ kind }) => void found.push(kind),
    onProgress: () => undefined,
  });
  return found.sort();
}

function contextOf(environment: Readonly<Record<string, string>>): AuditContext {
  const { outputs, endpoint, region } = callers.cloud;
  const found = storesIn(outputs[STACK] ?? {}).find(({ output }) => output.startsWith('Docs'));
  if (found === undefined) throw new Error('there is no such store');
  const credentials = {
    accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
    ...(environment.AWS_SESSION_TOKEN !== undefined && { sessionToken: environment.AWS_SESSION_TOKEN }),
  };
  const config = { endpoint, region, credentials, maxAttempts: 1 };
  return {
    store: found.store,
    sfn: new SFNClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    dynamodb: new DynamoDBClient(config),
  };
}
