// A store on a local cloud, driven through the AWS SDK alone: what end-to-end tests share.

import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  RedriveExecutionCommand,
  SFNClient,
  StartExecutionCommand,
  StartSyncExecutionCommand,
  type StartSyncExecutionCommandOutput,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { expect, inject } from 'vitest';
import * as z from 'zod';
import { type StoreDescriptor, storeIn } from '../../core/contract/store.ts';
import { causeSchemas, errorsOf, FAILURE_REASONS, OUTCOME_UNKNOWN } from '../../core/errors/causes.ts';
import type { Operation } from '../../core/keys/run.ts';
import type { SweepInput } from '../../core/sweep/contract.ts';
import type { ListedObject } from '../../core/sweep/named-object.ts';
import type { AttributeValue, Item } from '../../core/values/attributes.ts';
import { fromSdkItem, toSdkItem } from '../../core/values/sdk-item.ts';
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from '../../local/index.ts';

/** Waits of the cloud's time are this much shorter; time-outs are not. */
const TIME_SCALE = 100;
/** So slow that no wait ends by itself: time passes only when a test moves it. */
const STANDSTILL = 1e-6;

/** What nothing follows while a task is under way. */
const WORKS: ReadonlySet<string> = new Set(['TaskScheduled', 'TaskStarted']);
const ENDS: ReadonlySet<string> = new Set(['ExecutionSucceeded', 'ExecutionFailed', 'ExecutionAborted']);

export interface Run {
  readonly arn: string;
  readonly name: string;
  /** The end of the run, however it ends. */
  end(): Promise<EndedRun>;
  /** Waits until the run's history shows what is looked for. */
  until(found: (events: readonly HistoryEvent[]) => boolean): Promise<void>;
  stop(): Promise<void>;
  redrive(): Promise<void>;
  history(): Promise<HistoryEvent[]>;
}

export interface EndedRun {
  readonly status: DescribeExecutionCommandOutput['status'];
  readonly error: string | undefined;
  /** The cause, parsed where it is JSON. */
  readonly cause: Readonly<Record<string, unknown>>;
  readonly output: Readonly<Record<string, unknown>>;
  /** Names of the states entered, in order. */
  readonly states: readonly string[];
}

/** What an Express run is answered with. */
export interface ExpressRun {
  readonly arn: string;
  readonly status: StartSyncExecutionCommandOutput['status'];
  readonly error: string | undefined;
  /** The cause, parsed where it is JSON. */
  readonly cause: Readonly<Record<string, unknown>>;
  readonly output: Readonly<Record<string, unknown>>;
}

export interface StoreOptions extends Pick<LocalCloudOptions, 'assembly' | 'minPartBytes'> {
  readonly clock?: 'scaled' | 'manual';
  /** `express`: by default the product's assembly with an Express lane. */
  readonly lane?: 'express';
}

/** Starts a cloud and deploys the product into it. `clock: 'manual'` stands still until {@link TestStore.pass}. */
export async function startStore({ clock, lane, ...options }: StoreOptions = {}): Promise<TestStore> {
  const timeScale = clock === 'manual' ? STANDSTILL : TIME_SCALE;
  const assembly = inject(lane === 'express' ? 'expressStore' : 'assembly');
  const cloud = await startLocalCloud({ assembly, timeScale, warmUp: false, ...options });
  return new TestStore(cloud, storeIn(cloud.outputs.Twinwrite ?? {}));
}

export class TestStore implements AsyncDisposable {
  readonly cloud: LocalCloud;
  readonly descriptor: StoreDescriptor;
  readonly sfn: SFNClient;
  readonly s3: S3Client;
  readonly dynamodb: DynamoDBClient;

  constructor(cloud: LocalCloud, descriptor: StoreDescriptor) {
    const config = { endpoint: cloud.endpoint, region: cloud.region, credentials: cloud.credentials };
    this.cloud = cloud;
    this.descriptor = descriptor;
    // StartSyncExecution would be sent to another host.
    this.sfn = new SFNClient({ ...config, disableHostPrefix: true });
    this.s3 = new S3Client({ ...config, forcePathStyle: true });
    this.dynamodb = new DynamoDBClient(config);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.sfn.destroy();
    this.s3.destroy();
    this.dynamodb.destroy();
    await this.cloud.stop();
  }

  async start(operation: Operation, input: unknown, name?: string): Promise<Run> {
    const stateMachineArn = this.descriptor.stateMachines[operation];
    const { executionArn } = await this.sfn.send(
      new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input), name }),
    );
    return this.#run(executionArn as string);
  }

  /** Starts a run of the Express lane, which is answered at its end. */
  async runExpress(operation: Operation, input: unknown, name?: string): Promise<ExpressRun> {
    const stateMachineArn = this.descriptor.express?.stateMachines[operation];
    const { executionArn, status, error, cause, output } = await this.sfn.send(
      new StartSyncExecutionCommand({ stateMachineArn, input: JSON.stringify(input), name }),
    );
    checkCause(error ?? '', parse(cause));
    return { arn: executionArn as string, status, error, cause: parse(cause), output: parse(output) };
  }

  /** The Standard execution of this ARN, such as one that goes on with an Express run. */
  runOf(arn: string): Run {
    return this.#run(arn);
  }

  /** Starts a sweep. */
  async startSweep(input: SweepInput, name?: string): Promise<Run> {
    const stateMachineArn = this.descriptor.sweep?.stateMachine;
    const { executionArn } = await this.sfn.send(
      new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input), name }),
    );
    return this.#run(executionArn as string);
  }

  /** Moves time on until a sweep has ended: its batches are retried where its own history does not show. */
  async passUntilSwept(run: Run): Promise<EndedRun> {
    while (!ENDS.has((await this.#newest(run.arn)).type ?? '')) {
      this.pass(0.2);
      await nextPoll();
    }
    return run.end();
  }

  /** Starts a run and waits for its end. */
  async run(operation: Operation, input: unknown, name?: string): Promise<EndedRun> {
    return (await this.start(operation, input, name)).end();
  }

  /** Moves the cloud's time. */
  pass(seconds: number): void {
    this.cloud.clock.advance(seconds * 1000);
  }

  /**
   * On a cloud whose time stands still: moves time on, a step at a time, whenever the run waits, until it has ended.
   * A step as long as the sagas' pauses lets whatever is in flight land within one; to see that a pause is long
   * enough, the steps must be short.
   */
  async passUntilEnd(run: Run, stepSeconds = 15): Promise<EndedRun> {
    const { clock } = this.cloud;
    let working = true;
    await this.#until(
      run.arn,
      (events) => {
        working = isWorking(events);
        return ENDS.has(events.at(-1)?.type ?? '');
      },
      () => {
        if (!working && clock.sleeping(run.arn) > 0) this.pass(stepSeconds);
      },
    );
    return run.end();
  }

  async item(key: Item): Promise<Item | undefined> {
    const { Item: found } = await this.dynamodb.send(
      new GetItemCommand({ TableName: this.descriptor.table, Key: toSdkItem(key), ConsistentRead: true }),
    );
    return found && fromSdkItem(found);
  }

  /** Writes an item as another writer would, past the sagas. */
  async putForeign(item: Record<string, AttributeValue>): Promise<void> {
    await this.dynamodb.send(new PutItemCommand({ TableName: this.descriptor.table, Item: toSdkItem(item) }));
  }

  /** Keys of all objects below a prefix; by default those that sagas put. */
  async objects(prefix?: string): Promise<string[]> {
    return (await this.listed(prefix)).map(({ key }) => key);
  }

  /** The same with size and time. */
  async listed(prefix = `${this.descriptor.prefix}/`): Promise<ListedObject[]> {
    const objects: ListedObject[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await this.s3.send(
        new ListObjectsV2Command({ Bucket: this.descriptor.bucket, Prefix: prefix, ContinuationToken }),
      );
      for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
        objects.push({ key: Key, size: Size, lastModified: LastModified?.getTime() ?? Number.NaN });
      }
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    return objects;
  }

  async content(key: string): Promise<string> {
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: this.descriptor.bucket, Key: key }));
    return (await Body?.transformToString()) ?? '';
  }

  async putObject(key: string, body: string | Uint8Array): Promise<void> {
    await this.s3.send(new PutObjectCommand({ Bucket: this.descriptor.bucket, Key: key, Body: body }));
  }

  async deleteObject(key: string): Promise<void> {
    await this.s3.send(new DeleteObjectCommand({ Bucket: this.descriptor.bucket, Key: key }));
  }

  #run(arn: string): Run {
    return {
      arn,
      name: arn.slice(arn.lastIndexOf(':') + 1),
      end: () => this.#end(arn),
      history: () => this.#history(arn),
      until: (found) => this.#until(arn, found),
      stop: async () => {
        await this.sfn.send(new StopExecutionCommand({ executionArn: arn }));
      },
      redrive: async () => {
        await this.sfn.send(new RedriveExecutionCommand({ executionArn: arn }));
      },
    };
  }

  async #end(arn: string): Promise<EndedRun> {
    let description = await this.#describe(arn);
    while (description.status === 'RUNNING' || description.status === 'PENDING_REDRIVE') {
      await nextPoll(20);
      description = await this.#describe(arn);
    }
    checkCause(description.error ?? '', parse(description.cause));
    const history = await this.#history(arn);
    return {
      status: description.status,
      error: description.error,
      cause: parse(description.cause),
      output: parse(description.output),
      states: history.flatMap((event) => event.stateEnteredEventDetails?.name ?? []),
    };
  }

  #describe(executionArn: string): Promise<DescribeExecutionCommandOutput> {
    return this.sfn.send(new DescribeExecutionCommand({ executionArn }));
  }

  /** Reads the history, which costs the most of a look, only when it has grown; `between` is called after each look. */
  async #until(
    arn: string,
    found: (events: readonly HistoryEvent[]) => boolean,
    between: () => void = () => undefined,
  ): Promise<void> {
    let seen: number | undefined;
    for (;;) {
      const { id } = await this.#newest(arn);
      if (id !== seen) {
        const events = await this.#history(arn);
        seen = events.at(-1)?.id;
        if (found(events)) return;
      }
      between();
      await nextPoll();
    }
  }

  async #newest(executionArn: string): Promise<HistoryEvent> {
    const newest = { executionArn, reverseOrder: true, maxResults: 1, includeExecutionData: false };
    const { events } = await this.sfn.send(new GetExecutionHistoryCommand(newest));
    return events?.[0] as HistoryEvent;
  }

  async #history(arn: string): Promise<HistoryEvent[]> {
    const events: HistoryEvent[] = [];
    let nextToken: string | undefined;
    do {
      const page = await this.sfn.send(new GetExecutionHistoryCommand({ executionArn: arn, nextToken }));
      events.push(...(page.events ?? []));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return events;
  }
}

/** Whether the history shows that a state was entered, and how often at least. */
export function entered(state: string, times = 1) {
  return (events: readonly HistoryEvent[]): boolean =>
    events.filter((event) => event.stateEnteredEventDetails?.name === state).length >= times;
}

/** Whether tasks have failed (and are retried, or not) this often. */
export function taskFailures(times: number) {
  return (events: readonly HistoryEvent[]): boolean =>
    events.filter((event) => event.type === 'TaskFailed').length >= times;
}

const REASONS = new Map<string, keyof typeof causeSchemas>([
  [OUTCOME_UNKNOWN, OUTCOME_UNKNOWN],
  ...FAILURE_REASONS.flatMap((reason) => errorsOf(reason).map((error) => [error, reason] as const)),
]);

/** Whatever ends in a Fail state, in any test: its error and each detail of its cause are in the contract. */
function checkCause(error: string, cause: unknown): void {
  if (!/^(Rejected|RolledBack)\.|^OutcomeUnknown$/.test(error)) return;
  const reason = REASONS.get(error);
  expect(reason, `${error} is not in the contract`).toBeDefined();
  const { shape } = causeSchemas[reason as keyof typeof causeSchemas];
  const problems = z.strictObject(shape as z.ZodRawShape).safeParse(cause).error?.issues ?? [];
  expect(problems, `the cause of ${error}: ${JSON.stringify(cause)}`).toEqual([]);
}

/** Whether a task is under way. The iterations of a Map go on side by side, so the last event tells nothing. */
function isWorking(events: readonly HistoryEvent[]): boolean {
  const recent = events.slice(events.findLastIndex(({ type }) => type === 'ExecutionRedriven') + 1);
  const followed = new Set(recent.map(({ previousEventId }) => previousEventId));
  return recent.some(({ id, type }) => !followed.has(id) && WORKS.has(type ?? ''));
}

/** No bound of its own: a test that never sees what it looks for ends by the time-out of all tests. */
function nextPoll(ms = 10): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function parse(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text ?? '{}');
  } catch {
    return { text };
  }
}
