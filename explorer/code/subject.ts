// What is explored: the product's own functions, as they are bundled for an exploration (with a rule left out, if asked for).

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { fsck as check, type Finding } from '../../audit/fsck/index.ts';
import { LargeItemClient } from '../../client/client.ts';
import { read as readItem } from '../../client/read/read.ts';
import type { StoreDescriptor } from '../../core/contract/store.ts';
import type { PageReading } from '../state/configuration.ts';

export { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
export { S3Client } from '@aws-sdk/client-s3';
export { SFNClient } from '@aws-sdk/client-sfn';
export { expressDefinition } from '../../core/saga/express.ts';
export { sweepBatch } from '../../core/sweep/sweep.ts';
export { handler as cleanUp } from '../../lambdas/clean-up-removed.ts';
export { handler as deleteObjects } from '../../lambdas/delete-objects.ts';
export { handler as findOrphans } from '../../lambdas/find-orphans.ts';
export { handler as plan } from '../../lambdas/plan.ts';
export { handler as putInline } from '../../lambdas/put-inline.ts';
export { handler as putObject } from '../../lambdas/put-object.ts';
export { handler as settleRun } from '../../lambdas/settle-run.ts';
export { handler as writeItem } from '../../lambdas/write-item.ts';
export { plainRead, plainWrite } from './plain-algorithm.ts';

/** What the arguments of the task `HandOver` come to. */
export interface StartEvent {
  readonly StateMachineArn: string;
  readonly Name: string;
  readonly Input: unknown;
}

/** As Step Functions carries out `states:startExecution`, with the names that it gives to errors. */
export async function startExecution({ StateMachineArn, Name, Input }: StartEvent): Promise<object> {
  try {
    const request = { stateMachineArn: StateMachineArn, name: Name, input: JSON.stringify(Input) };
    await new SFNClient({}).send(new StartExecutionCommand(request));
    return {};
  } catch (error) {
    const name = `StepFunctions.${(error as Error).name}Exception`;
    throw Object.assign(new Error((error as Error).message), { name });
  }
}

/** A whole item as a reader sees it, in values; null where there is none. */
export async function read({ store, id }: { store: StoreDescriptor; id: string }): Promise<unknown> {
  const context = { store, s3: new S3Client({}), dynamodb: new DynamoDBClient({}) };
  const item = await readItem(context, { id }, { load: true });
  if (item === undefined) return null;
  const large: Record<string, string | undefined> = {};
  for (const [name, object] of Object.entries(item.large)) large[name] = await object?.text();
  return { views: String(item.attributes.views ?? ''), large };
}

/** The item of a page whose content is read later, attribute by attribute; null where the page has none. */
export async function readPage({
  store,
  reading,
}: {
  store: StoreDescriptor;
  reading: PageReading;
}): Promise<unknown> {
  const client = new LargeItemClient({
    store,
    sfn: new SFNClient({}),
    s3: new S3Client({}),
    dynamodb: new DynamoDBClient({}),
  });
  const results =
    reading === 'index'
      ? client.query({ index: 'byKind', partition: { kind: 'any' } })
      : client.scan({ load: reading === 'loaded' });
  for await (const item of results) {
    const large: Record<string, string | undefined> = {};
    for (const [name, object] of Object.entries(item.large)) large[name] = await object?.text();
    return { views: String(item.attributes.views ?? ''), large };
  }
  return null;
}

export async function fsck({ store }: { store: StoreDescriptor }): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const context = { store, s3: new S3Client({}), dynamodb: new DynamoDBClient({}), sfn: new SFNClient({}) };
  await check(context, {
    segments: 1,
    readContent: true,
    onFinding: (finding) => void findings.push(finding),
  });
  return findings;
}

/** One call of the client's for a write, from its start to what it tells the caller. */
export interface ClientEvent {
  readonly store: StoreDescriptor;
  readonly operation: 'create' | 'update' | 'delete';
  readonly input: object;
  readonly idempotencyKey?: string;
  /** Whether content is staged whatever its size. */
  readonly stages: boolean;
}

export async function callClient(event: ClientEvent): Promise<{ readonly version: number | null }> {
  const { store, operation, input, idempotencyKey, stages } = event;
  const client = new LargeItemClient({
    store,
    sfn: new SFNClient({}),
    s3: new S3Client({}),
    dynamodb: new DynamoDBClient({}),
  });
  const options = { ...(idempotencyKey !== undefined && { idempotencyKey }), inlineContent: !stages };
  const write = { create: client.create, update: client.update, delete: client.delete }[operation] as (
    input: object,
    options: object,
  ) => Promise<{ readonly version: number | null }>;
  return { version: (await write.call(client, input, options)).version };
}
