// The store of a local cloud whose time stands still: what a schedule's actions need of it.

import { DeleteItemCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  RedriveExecutionCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { type StoreDescriptor, storeIn } from '../../core/contract/store.ts';
import type { Operation } from '../../core/keys/run.ts';
import type { Item } from '../../core/values/attributes.ts';
import { fromSdkItem, toSdkItem } from '../../core/values/sdk-item.ts';
import type { LocalCloud } from '../../local/index.ts';
import { itemKey } from '../state/setting.ts';
import type { Stand } from './script.ts';

const POLL_MS = 10;
/** Longer than anything takes on a busy machine. */
const PATIENCE_MS = 60_000;

export interface LocalRun {
  readonly status: string;
  readonly error: string | undefined;
}

export class CloudStore implements Disposable {
  readonly cloud: LocalCloud;
  readonly descriptor: StoreDescriptor;
  readonly #sfn: SFNClient;
  readonly #s3: S3Client;
  readonly #dynamodb: DynamoDBClient;

  /** @param cloud - with the stack `Twinwrite` deployed */
  constructor(cloud: LocalCloud) {
    const config = { endpoint: cloud.endpoint, region: cloud.region, credentials: cloud.credentials };
    this.cloud = cloud;
    this.descriptor = storeIn(cloud.outputs.Twinwrite ?? {});
    this.#sfn = new SFNClient(config);
    this.#s3 = new S3Client({ ...config, forcePathStyle: true });
    this.#dynamodb = new DynamoDBClient(config);
  }

  [Symbol.dispose](): void {
    this.#sfn.destroy();
    this.#s3.destroy();
    this.#dynamodb.destroy();
  }

  /** @returns its ARN */
  async start(operation: Operation, name: string, input: unknown): Promise<string> {
    const stateMachineArn = this.descriptor.stateMachines[operation];
    const request = { stateMachineArn, name, input: JSON.stringify(input) };
    return (await this.#sfn.send(new StartExecutionCommand(request))).executionArn as string;
  }

  async stop(executionArn: string): Promise<void> {
    await this.#sfn.send(new StopExecutionCommand({ executionArn }));
  }

  async redrive(executionArn: string): Promise<void> {
    await this.#sfn.send(new RedriveExecutionCommand({ executionArn }));
  }

  async run(executionArn: string): Promise<LocalRun> {
    const { status = '', error } = await this.#sfn.send(new DescribeExecutionCommand({ executionArn }));
    return { status, error };
  }

  /** Moves time, then waits until the run stands still again; a pause of random length may need more than is passed. */
  async pass(executionArn: string, seconds: number, stand: Stand): Promise<void> {
    const before = (await this.#history(executionArn)).length;
    this.cloud.clock.advance(seconds * 1000);
    await until('the run goes on', async () => {
      if ((await this.#history(executionArn)).length !== before) return true;
      this.cloud.clock.advance(1000);
      return false;
    });
    await this.untilAt(executionArn, stand);
  }

  /** Waits until the run has come to where it does nothing by itself. */
  async untilAt(executionArn: string, stand: Stand): Promise<void> {
    await until('the run stands still', async () => isAt(await this.#history(executionArn), stand));
  }

  async item(): Promise<Item | undefined> {
    const { Item: found } = await this.#dynamodb.send(
      new GetItemCommand({
        TableName: this.descriptor.table,
        Key: toSdkItem(itemKey('k')),
        ConsistentRead: true,
      }),
    );
    return found && fromSdkItem(found);
  }

  async save(item: Item | 'nothing'): Promise<void> {
    const TableName = this.descriptor.table;
    if (item === 'nothing') {
      await this.#dynamodb.send(new DeleteItemCommand({ TableName, Key: toSdkItem(itemKey('k')) }));
    } else await this.#dynamodb.send(new PutItemCommand({ TableName, Item: toSdkItem(item) }));
  }

  async put(Key: string, text: string): Promise<void> {
    await this.#s3.send(new PutObjectCommand({ Bucket: this.descriptor.bucket, Key, Body: text }));
  }

  /** Keys of the store's objects. */
  async objects(): Promise<readonly string[]> {
    const { bucket: Bucket, prefix } = this.descriptor;
    const { Contents = [] } = await this.#s3.send(new ListObjectsV2Command({ Bucket, Prefix: `${prefix}/` }));
    return Contents.map(({ Key = '' }) => Key);
  }

  async untilGone(isGone: (keys: readonly string[]) => boolean): Promise<void> {
    await until('the clean-up has deleted', async () => isGone(await this.objects()));
  }

  async #history(executionArn: string): Promise<readonly HistoryEvent[]> {
    const { events = [] } = await this.#sfn.send(
      new GetExecutionHistoryCommand({ executionArn, maxResults: 1000, includeExecutionData: false }),
    );
    return events;
  }
}

const ENDED = /^Execution(Succeeded|Failed|Aborted|TimedOut)$/;
const WAITING: ReadonlySet<string> = new Set(['WaitStateEntered', 'TaskFailed', 'TaskTimedOut']);
const WORKING: ReadonlySet<string> = new Set(['TaskScheduled', 'TaskStarted']);

function isAt(events: readonly HistoryEvent[], stand: Stand): boolean {
  const hasEnded = ENDED.test(events.at(-1)?.type ?? '');
  if (stand === 'ended' || hasEnded) return hasEnded;
  // Iterations of a Map go on side by side: it is what nothing follows that tells.
  const recent = events.slice(events.findLastIndex(({ type }) => type === 'ExecutionRedriven') + 1);
  const followed = new Set(recent.map(({ previousEventId }) => previousEventId));
  const last = recent.filter(({ id }) => !followed.has(id)).map(({ type = '' }) => type);
  const isStill = last.some((type) => WAITING.has(type)) && !last.some((type) => WORKING.has(type));
  if (stand === 'onwards' || !isStill) return isStill;
  // A task that has failed may be about to leave its state by a catcher.
  const failed = last.filter((type) => type !== 'WaitStateEntered' && WAITING.has(type)).length;
  const entered = events.findLast(({ stateEnteredEventDetails }) => stateEnteredEventDetails !== undefined);
  const isThere = stand.at.includes(entered?.stateEnteredEventDetails?.name ?? '') || stand.at.length > 1;
  return isThere && failed === stand.retries;
}

/** @throws {Error} when it does not come to it */
async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
