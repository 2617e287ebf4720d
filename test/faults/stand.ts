// A store on a local cloud whose time stands still but for what the stand moves: on to the next moment at which something
// wakes, and only when nothing is under way. So a schedule is the same each time, and no wait takes real time.

import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { ListMultipartUploadsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  GetExecutionHistoryCommand,
  RedriveExecutionCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { type StoreDescriptor, storeIn } from '../../core/contract/store.ts';
import { itemPrefix } from '../../core/keys/object-key.ts';
import type { Operation } from '../../core/keys/run.ts';
import type { Item } from '../../core/values/attributes.ts';
import { fromSdkItem, toSdkItem } from '../../core/values/sdk-item.ts';
import { type LocalCloud, type ObservedCall, startLocalCloud } from '../../local/index.ts';

/** So slow that no wait ends by itself. */
const STANDSTILL = 1e-6;
/** Real milliseconds without a new call after which nothing goes on by itself any more: evaluating a state takes about one. */
const QUIET_MS = 6;
/** The longest step: what wakes at midnight only (expiry in S3) must not be what time moves to. */
const LONGEST_STEP_MS = 60_000;

/** The longest run, in the cloud's time: all attempts of a copy, and the waits after them, take less than half of it. */
const LONGEST_RUN_MS = 12 * 60 * 60_000;
const LONGEST_STANDSTILL_MS = 60_000;

const ENDS: ReadonlySet<string> = new Set(['ExecutionSucceeded', 'ExecutionFailed', 'ExecutionAborted']);

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
    this.sfn = new SFNClient(config);
    this.s3 = new S3Client({ ...config, forcePathStyle: true });
    this.dynamodb = new DynamoDBClient(config);
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
    return executionArn;
  }

  async redrive(executionArn: string): Promise<void> {
    await this.sfn.send(new RedriveExecutionCommand({ executionArn }));
  }

  /**
   * Lets a run go on until it ends.
   * @param atFirstPause - called once, when the run waits for the first time
   * @throws {NeverEnds} when it does not: then it is stopped
   */
  async end(
    executionArn: string,
    atFirstPause?: () => Promise<void>,
  ): Promise<DescribeExecutionCommandOutput> {
    try {
      await this.#goOn(executionArn, atFirstPause);
    } catch (error) {
      if (error instanceof NeverEnds) await this.sfn.send(new StopExecutionCommand({ executionArn }));
      throw error;
    }
    return this.sfn.send(new DescribeExecutionCommand({ executionArn }));
  }

  async #goOn(executionArn: string, atFirstPause: (() => Promise<void>) | undefined): Promise<void> {
    let pause = atFirstPause;
    let standing = { at: -1, since: performance.now() };
    for (let ranMs = 0; ranMs < LONGEST_RUN_MS; ) {
      await this.#calls.rest();
      const { id, type } = await this.#newestEvent(executionArn);
      if (ENDS.has(type)) return;
      if (id !== standing.at) standing = { at: id, since: performance.now() };
      // Not by the newest event: one iteration may have ended since another began to wait.
      if (this.cloud.clock.sleeping(executionArn) === 0) {
        if (performance.now() - standing.since < this.#standstillMs) continue;
        throw new NeverEnds(`has stood still for ${this.#standstillMs / 1000} s, after ${type}`);
      }
      await pause?.();
      pause = undefined;
      ranMs += this.cloud.clock.advanceToNext(LONGEST_STEP_MS);
    }
    throw new NeverEnds(`goes on after ${LONGEST_RUN_MS / 3_600_000} h`);
  }

  async #newestEvent(executionArn: string): Promise<{ readonly id: number; readonly type: string }> {
    const newest = { executionArn, reverseOrder: true, maxResults: 1, includeExecutionData: false };
    const { events } = await this.sfn.send(new GetExecutionHistoryCommand(newest));
    return { id: events?.[0]?.id ?? 0, type: events?.[0]?.type ?? '' };
  }

  /**
   * Lets everything land that is still to come: no run may be waiting.
   * @throws {NeverEnds} when it does not
   */
  async drain(): Promise<void> {
    for (let ranMs = 0; ranMs < LONGEST_RUN_MS; ) {
      await this.#calls.rest();
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

/** The calls of a cloud: which there were, and whether one is under way. */
class Calls {
  readonly all: ObservedCall[] = [];
  readonly #underWay = new Map<ObservedCall, number>();
  readonly #longestMs: number;

  constructor(longestMs: number) {
    this.#longestMs = longestMs;
  }

  begin(call: ObservedCall): void {
    if (!['s3', 'dynamodb', 'lambda'].includes(call.service)) return;
    this.all.push(call);
    this.#underWay.set(call, performance.now());
    void call.ended.then(() => this.#underWay.delete(call));
  }

  /** Resolves when no call is under way, and none has begun for a while. */
  async rest(): Promise<void> {
    for (let seen = -1, since = 0; ; ) {
      const now = performance.now();
      for (const [call, begun] of this.#underWay) {
        if (now - begun > this.#longestMs) this.#underWay.delete(call);
      }
      if (this.#underWay.size > 0 || this.all.length !== seen) {
        seen = this.all.length;
        since = now;
      } else if (now - since >= QUIET_MS) return;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}
