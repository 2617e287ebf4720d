// Each operation with 0, 1, 2 and 10 large attributes, counted: by a saga through the client, and by the plain algorithm.

import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { LargeItemClient } from '../../client/index.ts';
import { storeIn } from '../../core/contract/store.ts';
import { type LocalCloud, startLocalCloud } from '../../local/index.ts';
import { ATTRIBUTES, CONTENT_BYTES, type Counted, OPERATIONS, type OperationName } from './kinds.ts';
import { plainDelete, plainWrite } from './plain.ts';
import { CallRecord, recordOf } from './record.ts';

/** Counts everything in one local cloud. @param assembly - folder of the synthesised stack */
export async function countOperations(
  assembly: string,
  onCounted: (counted: Counted) => void = () => undefined,
): Promise<readonly Counted[]> {
  const record = new CallRecord();
  const cloud = await startLocalCloud({ assembly, onCall: record.observe });
  try {
    const counter = new Counter(cloud, record);
    const all: Counted[] = [];
    for (const attributes of ATTRIBUTES) {
      for (const operation of OPERATIONS) {
        for (const counted of [
          await counter.saga(operation, attributes),
          await counter.plain(operation, attributes),
        ]) {
          all.push(counted);
          onCounted(counted);
        }
      }
    }
    counter.end();
    return all;
  } finally {
    await cloud.stop();
  }
}

class Counter {
  readonly #record: CallRecord;
  readonly #sfn: SFNClient;
  readonly #s3: S3Client;
  readonly #dynamodb: DynamoDBClient;
  readonly #client: LargeItemClient;
  readonly #table: string;
  readonly #bucket: string;

  constructor(cloud: LocalCloud, record: CallRecord) {
    const config = { endpoint: cloud.endpoint, region: cloud.region, credentials: cloud.credentials };
    const store = storeIn(cloud.outputs.Twinwrite ?? {});
    this.#record = record;
    this.#sfn = new SFNClient(config);
    this.#s3 = new S3Client({ ...config, forcePathStyle: true });
    this.#dynamodb = new DynamoDBClient(config);
    this.#client = new LargeItemClient({ store, sfn: this.#sfn, s3: this.#s3, dynamodb: this.#dynamodb });
    this.#table = store.table;
    this.#bucket = store.bucket;
  }

  end(): void {
    for (const client of [this.#sfn, this.#s3, this.#dynamodb]) client.destroy();
  }

  async saga(operation: OperationName, attributes: number): Promise<Counted> {
    const key = { id: randomUUID() };
    const [old, fresh] = [contents(attributes, 'old'), contents(attributes, 'new')];
    const plain = { title: 'A title' };
    if (operation !== 'create') await this.#client.create({ key, attributes: plain, largeAttributes: old });
    await this.#record.take();
    const { executionArn } = await this.#write(operation, key, { plain, old, fresh });
    const calls = await this.#record.take();
    const { transitions, events, loggedBytes } = await recordOf(this.#sfn, executionArn);
    await this.#record.take();
    const invocations = calls['lambda.Invoke'] ?? 0;
    return {
      ...{ operation, attributes, lane: 'standard', calls, transitions, invocations, events, loggedBytes },
      contentBytes: contentBytesOf(operation, attributes),
    };
  }

  async plain(operation: OperationName, attributes: number): Promise<Counted> {
    const id = randomUUID();
    const store = { s3: this.#s3, dynamodb: this.#dynamodb, bucket: this.#bucket, table: this.#table };
    const [old, fresh] = [contents(attributes, 'old'), contents(attributes, 'new')];
    if (operation !== 'create') await plainWrite(store, id, old);
    await this.#record.take();
    if (operation === 'delete') await plainDelete(store, id);
    else await plainWrite(store, id, operation === 'unchanged update' ? old : fresh);
    return {
      ...{ operation, attributes, lane: 'plain', calls: await this.#record.take() },
      ...{ transitions: 0, invocations: 0, events: 0, loggedBytes: 0 },
      contentBytes: contentBytesOf(operation, attributes),
    };
  }

  #write(
    operation: OperationName,
    key: { readonly id: string },
    { plain, old, fresh }: Record<'plain' | 'old' | 'fresh', Record<string, string>>,
  ) {
    switch (operation) {
      case 'create':
        return this.#client.create({ key, attributes: plain, largeAttributes: fresh });
      case 'put':
        return this.#client.put({ key, attributes: plain, largeAttributes: fresh });
      case 'update':
        return this.#client.update({ key, set: plain, largeAttributes: fresh });
      case 'unchanged update':
        return this.#client.update({ key, set: plain, largeAttributes: old });
      case 'delete':
        return this.#client.delete({ key });
    }
  }
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
