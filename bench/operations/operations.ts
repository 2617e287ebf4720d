// Each operation with 0, 1, 2 and 10 large attributes, counted: by a saga of either lane through the client, and by the plain algorithm.

import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { LargeItemClient, type StoreDescriptor, Stuck } from '../../client/index.ts';
import { storeIn } from '../../core/contract/store.ts';
import { type LocalCloud, startLocalCloud } from '../../local/index.ts';
import { STACK_NAME } from './assembly.ts';
import { billedSeconds, expressSteps } from './duration.ts';
import { CONTENT_BYTES, type Counted, LANES, OPERATIONS, type OperationName } from './kinds.ts';
import { plainDelete, plainWrite } from './plain.ts';
import { CallRecord, type RunRecord, recordOf } from './record.ts';
import { recordedStore } from './recorded.ts';

export interface CountedOperations {
  readonly operations: readonly Counted[];
  /** A create of one attribute whose write gets no definite answer, so that a Standard execution goes on with its Express run. */
  readonly handedOver: Counted;
}

/** So that what is handed over need not be waited for as long as on AWS. */
const TIME_SCALE = 60;
const PLAIN = { title: 'A title' };

/**
 * Counts everything in one local cloud.
 * @param assembly - folder of the synthesised stack, which has both lanes
 * @param attributes - of how many large attributes each operation is counted
 */
export async function countOperations(
  assembly: string,
  attributes: readonly number[],
): Promise<CountedOperations> {
  const record = new CallRecord();
  const cloud = await startLocalCloud({ assembly, onCall: record.observe, timeScale: TIME_SCALE });
  try {
    const counter = await Counter.of(cloud, record);
    const operations: Counted[] = [];
    for (const number of attributes) {
      for (const operation of OPERATIONS) {
        for (const lane of LANES) operations.push(await counter[lane](operation, number));
      }
    }
    const handedOver = await counter.handedOver();
    counter.end();
    return { operations, handedOver };
  } finally {
    await cloud.stop();
  }
}

type ClientName = 'standard' | 'express' | 'recorded';
type Calls = Counted['calls'];

class Counter {
  readonly #cloud: LocalCloud;
  readonly #record: CallRecord;
  readonly #sfn: SFNClient;
  readonly #s3: S3Client;
  readonly #dynamodb: DynamoDBClient;
  readonly #clients: Readonly<Record<ClientName, LargeItemClient>>;
  readonly #store: StoreDescriptor;

  static async of(cloud: LocalCloud, record: CallRecord): Promise<Counter> {
    const config = { endpoint: cloud.endpoint, region: cloud.region, credentials: cloud.credentials };
    const store = storeIn(cloud.outputs[STACK_NAME] ?? {});
    const sdk = {
      sfn: new SFNClient(config),
      s3: new S3Client({ ...config, forcePathStyle: true }),
      dynamodb: new DynamoDBClient(config),
    };
    return new Counter({ cloud, record, sdk, store, recorded: await recordedStore(sdk.sfn, store) });
  }

  private constructor({ cloud, record, sdk, store, recorded }: Counting) {
    this.#cloud = cloud;
    this.#record = record;
    this.#sfn = sdk.sfn;
    this.#s3 = sdk.s3;
    this.#dynamodb = sdk.dynamodb;
    this.#store = store;
    this.#clients = {
      standard: new LargeItemClient({ store, ...sdk }),
      express: new LargeItemClient({ store, lane: 'express', ...sdk }),
      recorded: new LargeItemClient({ store: recorded, ...sdk }),
    };
  }

  end(): void {
    for (const client of [this.#sfn, this.#s3, this.#dynamodb]) client.destroy();
  }

  async standard(operation: OperationName, attributes: number): Promise<Counted> {
    const { calls, executionArn } = await this.#run('standard', operation, attributes);
    const { transitions, events, loggedBytes } = await this.#recordOf(executionArn);
    return {
      ...{ operation, attributes, lane: 'standard', calls, transitions, events },
      ...{ expressTransitions: 0, expressSeconds: 0, invocations: invocationsOf(calls) },
      ...{ loggedBytes: loggedBytes.ALL, loggedBytesAtAll: loggedBytes.ALL },
      contentBytes: contentBytesOf(operation, attributes),
    };
  }

  /** @throws {Error} when the run that is recorded in its place has called something else */
  async express(operation: OperationName, attributes: number): Promise<Counted> {
    const { calls } = await this.#run('express', operation, attributes);
    const recorded = await this.#run('recorded', operation, attributes);
    if (!isDeepStrictEqual(ofTasks(calls), ofTasks(recorded.calls))) {
      throw new Error(`${operation} of ${attributes}: the recorded run differs`, {
        cause: { calls, recorded },
      });
    }
    const { transitions, events, loggedBytes } = await this.#recordOf(recorded.executionArn);
    return {
      ...{ operation, attributes, lane: 'express', calls, events, transitions: 0 },
      ...{ expressTransitions: transitions, expressSeconds: billedSeconds(expressSteps(calls, transitions)) },
      ...{ invocations: invocationsOf(calls) },
      ...{ loggedBytes: loggedBytes.ERROR, loggedBytesAtAll: loggedBytes.ALL },
      contentBytes: contentBytesOf(operation, attributes),
    };
  }

  async plain(operation: OperationName, attributes: number): Promise<Counted> {
    const id = randomUUID();
    const { bucket, table } = this.#store;
    const store = { s3: this.#s3, dynamodb: this.#dynamodb, bucket, table };
    const [old, fresh] = [contents(attributes, 'old'), contents(attributes, 'new')];
    if (operation !== 'create') await plainWrite(store, id, old);
    await this.#record.take();
    if (operation === 'delete') await plainDelete(store, id);
    else await plainWrite(store, id, operation === 'unchanged update' ? old : fresh);
    return {
      ...{ operation, attributes, lane: 'plain', calls: await this.#record.take() },
      ...{ transitions: 0, expressTransitions: 0, expressSeconds: 0, invocations: 0, events: 0 },
      ...{ loggedBytes: 0, loggedBytesAtAll: 0 },
      contentBytes: contentBytesOf(operation, attributes),
    };
  }

  /** See {@link CountedOperations}. */
  async handedOver(): Promise<Counted> {
    const well = await this.express('create', 1);
    this.#loseAnswerOfWrite();
    const { calls, executionArn } = await this.#run('express', 'create', 1);
    const goesOn = await this.#recordOf(executionArn);
    this.#loseAnswerOfWrite();
    const failed = await this.#recordOf(await this.#executionThatHandsOver());
    const steps = expressSteps(well.calls, failed.transitions);
    return {
      ...{ operation: 'create', attributes: 1, lane: 'express', calls, transitions: goesOn.transitions },
      expressTransitions: failed.transitions,
      expressSeconds: billedSeconds([...steps, 'startExecution']),
      ...{ invocations: invocationsOf(calls), events: goesOn.events + failed.events },
      loggedBytes: goesOn.loggedBytes.ALL + failed.loggedBytes.ERROR,
      loggedBytesAtAll: goesOn.loggedBytes.ALL + failed.loggedBytes.ALL,
      contentBytes: contentBytesOf('create', 1),
    };
  }

  async #run(
    by: ClientName,
    operation: OperationName,
    attributes: number,
  ): Promise<{ readonly calls: Calls; readonly executionArn: string }> {
    const client = this.#clients[by];
    const key = { id: randomUUID() };
    const [old, fresh] = [contents(attributes, 'old'), contents(attributes, 'new')];
    if (operation !== 'create') await client.create({ key, attributes: PLAIN, largeAttributes: old });
    await this.#record.take();
    const { executionArn } = await write(client, operation, key, { old, fresh });
    return { calls: await this.#record.take(), executionArn };
  }

  /** Of the recorded run, which a Standard execution goes on with: its ARN. */
  async #executionThatHandsOver(): Promise<string> {
    const failure: unknown = await this.#run('recorded', 'create', 1).catch((error: unknown) => error);
    if (failure instanceof Stuck && failure.state === 'HandedOver') return failure.executionArn;
    throw new Error('nothing was handed over', { cause: failure });
  }

  async #recordOf(executionArn: string): Promise<RunRecord> {
    const record = await recordOf(this.#sfn, executionArn);
    await this.#record.take();
    return record;
  }

  #loseAnswerOfWrite(): void {
    const [service, operation] = ['dynamodb', 'TransactWriteItems'] as const;
    this.#cloud.faults.inject({ service, operation, when: 'after', error: 'InternalServerError' });
  }
}

interface Counting {
  readonly cloud: LocalCloud;
  readonly record: CallRecord;
  readonly sdk: { readonly sfn: SFNClient; readonly s3: S3Client; readonly dynamodb: DynamoDBClient };
  readonly store: StoreDescriptor;
  readonly recorded: StoreDescriptor;
}

function write(
  client: LargeItemClient,
  operation: OperationName,
  key: { readonly id: string },
  { old, fresh }: Record<'old' | 'fresh', Record<string, string>>,
) {
  switch (operation) {
    case 'create':
      return client.create({ key, attributes: PLAIN, largeAttributes: fresh });
    case 'put':
      return client.put({ key, attributes: PLAIN, largeAttributes: fresh });
    case 'update':
      return client.update({ key, set: PLAIN, largeAttributes: fresh });
    case 'unchanged update':
      return client.update({ key, set: PLAIN, largeAttributes: old });
    case 'delete':
      return client.delete({ key });
  }
}

/** Without the caller's of Step Functions: its looks are as many as its time allows. */
function ofTasks(calls: Calls): Calls {
  return Object.fromEntries(Object.entries(calls).filter(([name]) => !name.startsWith('states.')));
}

function invocationsOf(calls: Calls): number {
  return calls['lambda.Invoke'] ?? 0;
}

function contents(attributes: number, kind: string): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: attributes }, (_, at) => [
      `large${at}`,
      `${kind} ${at} `.padEnd(CONTENT_BYTES, 'x'),
    ]),
  );
}

function contentBytesOf(operation: OperationName, attributes: number): number {
  return operation === 'delete' || operation === 'unchanged update' ? 0 : attributes * CONTENT_BYTES;
}
