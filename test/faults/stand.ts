// A store on a local cloud whose time stands still but for what the stand moves: on to the next moment at which something
// wakes, and only when nothing is under way. So a schedule is the same each time, and no wait takes real time.

import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { ListMultipartUploadsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  RedriveExecutionCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { LargeItemClient } from '../../client/index.ts';
import { type StoreDescriptor, storeIn } from '../../core/contract/store.ts';
import { itemPrefix } from '../../core/keys/object-key.ts';
import type { Operation } from '../../core/keys/run.ts';
import type { Item } from '../../core/values/attributes.ts';
import { fromSdkItem, toSdkItem } from '../../core/values/sdk-item.ts';
import { type LocalCloud, type ObservedCall, startLocalCloud } from '../../local/index.ts';
import { Calls } from './calls.ts';
import { newestEvent } from './newest-event.ts';

/** So slow that no wait ends by itself. */
const STANDSTILL = 1e-6;
/** Real milliseconds without a new call after which nothing goes on by itself any more: evaluating a state takes about one. */
const QUIET_MS = 6;
/** The longest step: what wakes at midnight only (expiry in S3) must not be what time moves to. */
const LONGEST_STEP_MS = 60_000;

/** The longest run, in the cloud's time: all attempts of a copy, and the waits after them, take less than half of it. */
const LONGEST_RUN_MS = 12 * 60 * 60_000;
const LONGEST_STANDSTILL_MS = 60_000;

/** Between a client's looks at an execution, in real milliseconds. */
const POLL_MS = 10;

export interface StandOptions {
  readonly assembly: string;
  /** The smallest part of a multipart upload, in bytes. */
  readonly minPartBytes: number;
  /** The longest that a run may neither go on nor wait, and a call take, in real milliseconds. Default: a minute. */
  readonly standstillMs?: number;
}

/** A run goes on, or stands still, for longer than any does. */
export class NeverEnds extends Error {
  override readonly name = 'NeverEnds';
}

export class Stand implements AsyncDisposable {
  readonly cloud: LocalCloud;
  readonly descriptor: StoreDescriptor;
  readonly sfn: SFNClient;
  readonly s3: S3Client;
  readonly dynamodb: DynamoDBClient;
  readonly client: LargeItemClient;
  /** ARNs of Standard executions that were started, or redriven, and are not known to have ended. */
  readonly #running = new Set<string>();
  readonly #calls: Calls;
  readonly #standstillMs: number;

  static async open({
    assembly,
    minPartBytes,
    standstillMs = LONGEST_STANDSTILL_MS,
  }: StandOptions): Promise<Stand> {
    const calls = new Calls(standstillMs);
    const onCall = (call: ObservedCall): void => calls.begin(call);
    const cloud = await startLocalCloud({
      assembly,
      minPartBytes,
      timeScale: STANDSTILL,
      warmUp: false,
      onCall,
    });
    return new Stand(cloud, calls, standstillMs);
  }

  private constructor(cloud: LocalCloud, calls: Calls, standstillMs: number) {
    const config = { endpoint: cloud.endpoint, region: cloud.region, credentials: cloud.credentials };
    this.cloud = cloud;
    this.#calls = calls;
    this.#standstillMs = standstillMs;
    this.descriptor = storeIn(cloud.outputs.Twinwrite ?? {});
    // StartSyncExecution would be sent to another host.
    this.sfn = new SFNClient({ ...config, disableHostPrefix: true });
    this.s3 = new S3Client({ ...config, forcePathStyle: true });
    this.dynamodb = new DynamoDBClient(config);
    const { descriptor: store, sfn, s3, dynamodb } = this;
    this.client = new LargeItemClient({ store, sfn, s3, dynamodb, pollIntervalMs: POLL_MS });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of [this.sfn, this.s3, this.dynamodb]) client.destroy();
    await this.cloud.stop();
  }

  async start(operation: Operation, input: object): Promise<string> {
    const { executionArn = '' } = await this.sfn.send(
      new StartExecutionCommand({
        stateMachineArn: this.descriptor.stateMachines[operation],
        input: JSON.stringify(input),
      }),
    );
    this.#running.add(executionArn);
    return executionArn;
  }

  async redrive(executionArn: string): Promise<void> {
    await this.sfn.send(new RedriveExecutionCommand({ executionArn }));
    this.#running.add(executionArn);
  }

  /**
   * Lets a run go on until it ends.
   * @param atFirstPause - called once, when all that runs waits for the first time
   * @throws {NeverEnds} when it does not: then it is stopped
   */
  async end(
    executionArn: string,
    atFirstPause?: () => Promise<void>,
  ): Promise<DescribeExecutionCommandOutput> {
    await this.#goOn(() => !this.#running.has(executionArn), atFirstPause);
    return this.sfn.send(new DescribeExecutionCommand({ executionArn }));
  }

  /**
   * Lets time go on until the client has done what it is asked for.
   * @throws what that throws; {@link NeverEnds} when it comes to no end: then it is aborted
   */
  async whenDone<T>(
    work: (client: LargeItemClient, signal: AbortSignal) => Promise<T>,
    atFirstPause?: () => Promise<void>,
  ): Promise<T> {
    const controller = new AbortController();
    let isDone = false;
    const done = work(this.client, controller.signal);
    const settled = (): void => {
      isDone = true;
    };
    done.then(settled, settled);
    try {
      await this.#goOn(() => isDone, atFirstPause);
    } catch (error) {
      controller.abort(error);
      throw error;
    }
    return done;
  }

  async #goOn(isOver: () => boolean, atFirstPause: (() => Promise<void>) | undefined): Promise<void> {
    try {
      await this.#passUntil(isOver, atFirstPause);
    } catch (error) {
      if (error instanceof NeverEnds) await this.#stopAll();
      throw error;
    }
  }

  async #passUntil(isOver: () => boolean, atFirstPause: (() => Promise<void>) | undefined): Promise<void> {
    let pause = atFirstPause;
    let standing = { at: '', since: performance.now() };
    for (let ranMs = 0; ranMs < LONGEST_RUN_MS; ) {
      await this.#calls.rest(QUIET_MS);
      const { seen, type } = await this.#look();
      if (isOver()) return;
      if (seen !== standing.at) standing = { at: seen, since: performance.now() };
      // Not by the newest events: one iteration may have ended since another began to wait.
      const running = [...this.#running, ...this.#calls.synchronous];
      if (running.length === 0 || running.some((arn) => this.cloud.clock.sleeping(arn) === 0)) {
        if (performance.now() - standing.since < this.#standstillMs) continue;
        throw new NeverEnds(`has stood still for ${this.#standstillMs / 1000} s, after ${type}`);
      }
      await pause?.();
      pause = undefined;
      ranMs += this.cloud.clock.advanceToNext(LONGEST_STEP_MS);
    }
    throw new NeverEnds(`goes on after ${LONGEST_RUN_MS / 3_600_000} h`);
  }

  /** Which executions have ended, how far the others and the calls are, and the newest event of one. */
  async #look(): Promise<{ readonly seen: string; readonly type: string }> {
    for (const arn of this.#calls.takeStarted()) this.#running.add(arn);
    const events = await Promise.all(
      [...this.#running].map(async (arn) => {
        const event = await newestEvent(this.sfn, arn);
        if (event === undefined || event.isEnd) this.#running.delete(arn);
        return event;
      }),
    );
    const ids = [this.#calls.all.length, ...events.map((event) => event?.id)];
    return { seen: ids.join(' '), type: events.at(-1)?.type ?? 'no event' };
  }

  async #stopAll(): Promise<void> {
    const running = [...this.#running];
    this.#running.clear();
    await Promise.all(
      running.map((executionArn) => this.sfn.send(new StopExecutionCommand({ executionArn }))),
    );
  }

  /**
   * Lets every run end, and everything land that is still to come.
   * @throws {NeverEnds} when it does not
   */
  async drain(): Promise<void> {
    await this.#goOn(() => this.#running.size + this.#calls.synchronous.length === 0, undefined);
    for (let ranMs = 0; ranMs < LONGEST_RUN_MS; ) {
      await this.#calls.rest(QUIET_MS);
      const steppedMs = this.cloud.clock.advanceToNext(LONGEST_STEP_MS);
      if (steppedMs === 0) return;
      ranMs += steppedMs;
    }
    throw new NeverEnds(`something still wakes after ${LONGEST_RUN_MS / 3_600_000} h`);
  }

  /** The calls of S3, DynamoDB and Lambda during some work, in order. */
  async record(work: () => Promise<void>): Promise<readonly ObservedCall[]> {
    const from = this.#calls.all.length;
    await work();
    return this.#calls.all.slice(from);
  }

  async item(key: Item): Promise<Item | undefined> {
    const { Item: found } = await this.dynamodb.send(
      new GetItemCommand({ TableName: this.descriptor.table, Key: toSdkItem(key), ConsistentRead: true }),
    );
    return found && fromSdkItem(found);
  }

  /** Keys of the item's objects, and of the unfinished uploads of such. */
  async stored(key: Item): Promise<{ readonly objects: string[]; readonly uploads: string[] }> {
    const place = { Bucket: this.descriptor.bucket, Prefix: itemPrefix(this.descriptor, key) };
    const [{ Contents = [] }, { Uploads = [] }] = await Promise.all([
      this.s3.send(new ListObjectsV2Command(place)),
      this.s3.send(new ListMultipartUploadsCommand(place)),
    ]);
    return {
      objects: Contents.map(({ Key = '' }) => Key),
      uploads: Uploads.map(({ Key = '' }) => Key),
    };
  }
}
