// A store on a local cloud whose time stands still, on which the steps of scenarios are played: by hand of their runs, or by calling
// the tasks themselves.

import { DeleteItemCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  RedriveExecutionCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { type StoreDescriptor, storeIn } from '../../core/contract/store.ts';
import type { Item } from '../../core/values/attributes.ts';
import { fromSdkItem, toSdkItem } from '../../core/values/sdk-item.ts';
import { type LocalCloud, type ObservedCall, startLocalCloud } from '../../local/index.ts';
import { causeOf } from './answers.ts';
import { tasksIn } from './assembly.ts';
import { Busy } from './busy.ts';
import { freeze } from './frozen-time.ts';
import type { End, Left, Step, Task } from './steps.ts';

/** So slow that no wait ends by itself. */
const STANDSTILL = 1e-6;
/** Longer than any pause with jitter, so that chance does not decide how often time is moved. */
const STEP_SECONDS = 60;

export interface SceneOptions {
  readonly assembly: string;
  /** Where the cloud keeps what is in it. Default: in memory. */
  readonly data?: string;
  readonly onInvoke?: (task: Task, payload: unknown) => void;
  readonly onPass?: (seconds: number) => void;
}

export class Scene implements AsyncDisposable {
  readonly cloud: LocalCloud;
  readonly store: StoreDescriptor;
  readonly sfn: SFNClient;
  readonly s3: S3Client;
  readonly dynamodb: DynamoDBClient;
  readonly #options: SceneOptions;
  readonly #busy: Busy;
  readonly #functions: ReadonlyMap<Task, string>;
  readonly #runs = new Map<string, string>();
  /** What the last step `expire` took away. */
  #expired: Item | undefined;

  static async open(options: SceneOptions): Promise<Scene> {
    const busy = new Busy();
    const tasks = tasksIn(options.assembly);
    const named = new Map<string, Task>();
    const onCall = (call: ObservedCall): void => {
      busy.begin(call);
      if (call.service !== 'lambda' || call.operation !== 'Invoke') return;
      const [name = ''] = call.subject.split(' ', 1);
      const task = named.get(name);
      if (task !== undefined) options.onInvoke?.(task, JSON.parse(call.subject.slice(name.length + 1)));
    };
    const { assembly, data } = options;
    const cloud = await startLocalCloud({
      assembly,
      timeScale: STANDSTILL,
      warmUp: false,
      onCall,
      ...(data !== undefined && { data }),
    });
    freeze(cloud.clock);
    for (const [id, task] of tasks) named.set(cloud.resources[id]?.physicalId ?? '', task);
    return new Scene(cloud, options, busy, new Map([...named].map(([name, task]) => [task, name])));
  }

  private constructor(
    cloud: LocalCloud,
    options: SceneOptions,
    busy: Busy,
    functions: ReadonlyMap<Task, string>,
  ) {
    const config = { endpoint: cloud.endpoint, region: cloud.region, credentials: cloud.credentials };
    this.cloud = cloud;
    this.store = storeIn(cloud.outputs.Twinwrite ?? {});
    this.sfn = new SFNClient(config);
    this.s3 = new S3Client({ ...config, forcePathStyle: true });
    this.dynamodb = new DynamoDBClient(config);
    this.#options = options;
    this.#busy = busy;
    this.#functions = functions;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of [this.sfn, this.s3, this.dynamodb]) client.destroy();
    await this.cloud.stop();
  }

  /** Moves time on to the moment at which a scenario begins, and takes the faults of the one before away. */
  begin(startsAt: string): void {
    this.cloud.faults.clear();
    this.cloud.clock.advance(Date.parse(startsAt) - this.cloud.clock.now());
  }

  async play(step: Step): Promise<void> {
    switch (step.do) {
      case 'start':
        await this.#start(step);
        return this.#goOn(step.run, 'to the first pause');
      case 'finish':
        return this.#goOn(step.run, 'to the end');
      case 'stop':
        await this.sfn.send(new StopExecutionCommand({ executionArn: this.arnOf(step.run) }));
        return;
      case 'redrive':
        await this.sfn.send(new RedriveExecutionCommand({ executionArn: this.arnOf(step.run) }));
        return this.#goOn(step.run, 'to the first pause');
      case 'fault':
        this.cloud.faults.inject(step.fault);
        return;
      case 'mend':
        return this.cloud.faults.clear();
      case 'pass':
        return this.cloud.clock.advance(step.seconds * 1000);
      case 'putItem':
        await this.dynamodb.send(
          new PutItemCommand({ TableName: this.store.table, Item: toSdkItem(step.item) }),
        );
        return;
      case 'putObject':
        return this.putObject(step.key, step.text);
      case 'expire':
        return this.#expire(step.id);
    }
  }

  /** The record of the table's stream that tells of what the step `expire` did. */
  get streamEvent(): object {
    const { id } = this.#expired ?? {};
    const SequenceNumber = '100000000000000000001';
    return { Records: [{ dynamodb: { SequenceNumber, Keys: { id }, OldImage: this.#expired } }] };
  }

  /** Calls a task's function as Step Functions does. */
  async invoke(task: Task, payload: unknown): Promise<{ readonly failed: boolean; readonly body: unknown }> {
    const name = this.#functions.get(task);
    if (name === undefined) throw new Error(`there is no task ${task} any more`);
    const response = await fetch(`${this.cloud.endpoint}/2015-03-31/functions/${name}/invocations`, {
      method: 'POST',
      body: JSON.stringify(payload),
    });
    return { failed: response.headers.has('x-amz-function-error'), body: await response.json() };
  }

  async end(run: string): Promise<End> {
    const { status = '', error, cause, output } = await this.describe(run);
    const events = await this.history(run);
    return {
      status,
      ...(error !== undefined && { error, cause: causeOf(cause) }),
      ...(output !== undefined && { output: JSON.parse(output) }),
      states: events.flatMap((event) => event.stateEnteredEventDetails?.name ?? []),
    };
  }

  async describe(run: string): Promise<DescribeExecutionCommandOutput> {
    return this.sfn.send(new DescribeExecutionCommand({ executionArn: this.arnOf(run) }));
  }

  async history(run: string): Promise<HistoryEvent[]> {
    const events: HistoryEvent[] = [];
    let nextToken: string | undefined;
    do {
      const page = await this.sfn.send(
        new GetExecutionHistoryCommand({ executionArn: this.arnOf(run), nextToken }),
      );
      events.push(...(page.events ?? []));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return events;
  }

  arnOf(run: string): string {
    const arn = this.#runs.get(run);
    if (arn === undefined) throw new Error(`${run} was not started here`);
    return arn;
  }

  /** Knows a run that was started before the cloud was stopped. */
  adopt(run: string, arn: string): void {
    this.#runs.set(run, arn);
  }

  async item(id: string): Promise<Item | undefined> {
    const { Item: found } = await this.dynamodb.send(
      new GetItemCommand({
        TableName: this.store.table,
        Key: toSdkItem({ id: { S: id } }),
        ConsistentRead: true,
      }),
    );
    return found && fromSdkItem(found);
  }

  /** The item of a scenario, and the objects whose keys name it. */
  async left(id: string): Promise<Left> {
    const keys = (await this.keys('')).filter((key) => key.includes(`/pk=${id}/`) || key.includes(`/${id}/`));
    const objects = await Promise.all(keys.map(async (key) => [key, await this.text(key)] as const));
    return { item: (await this.item(id)) ?? null, objects: Object.fromEntries(objects) };
  }

  async keys(prefix: string): Promise<string[]> {
    const { Contents = [] } = await this.s3.send(
      new ListObjectsV2Command({ Bucket: this.store.bucket, Prefix: prefix }),
    );
    return Contents.map(({ Key = '' }) => Key);
  }

  async text(key: string): Promise<string> {
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: this.store.bucket, Key: key }));
    return (await Body?.transformToString()) ?? '';
  }

  async putObject(key: string, text: string): Promise<void> {
    await this.s3.send(new PutObjectCommand({ Bucket: this.store.bucket, Key: key, Body: text }));
  }

  async #start({ run, operation, input }: Extract<Step, { do: 'start' }>): Promise<void> {
    const { stateMachines, sweep } = this.store;
    const stateMachineArn = operation === 'sweep' ? sweep?.stateMachine : stateMachines[operation];
    const { executionArn = '' } = await this.sfn.send(
      new StartExecutionCommand({ stateMachineArn, name: run, input: JSON.stringify(input) }),
    );
    this.#runs.set(run, executionArn);
  }

  async #expire(id: string): Promise<void> {
    this.#expired = await this.item(id);
    const Key = toSdkItem({ id: { S: id } });
    await this.dynamodb.send(new DeleteItemCommand({ TableName: this.store.table, Key }));
  }

  /** Moves time on until the run waits in a state. */
  async reach(run: string, state: string): Promise<void> {
    for (;;) {
      await this.#goOn(run, 'to the first pause');
      const events = await this.history(run);
      const entered = events.flatMap((event) => event.stateEnteredEventDetails?.name ?? []);
      if (entered.at(-1) === state) return;
      if (this.cloud.clock.sleeping(this.arnOf(run)) === 0) throw new Error(`${run} never waits in ${state}`);
      this.cloud.clock.advance(STEP_SECONDS * 1000);
    }
  }

  /** Until the run has ended; or waits, if time is not to be moved. */
  async #goOn(run: string, how: 'to the first pause' | 'to the end'): Promise<void> {
    const arn = this.arnOf(run);
    for (;;) {
      await this.#busy.quiet();
      const { status } = await this.describe(run);
      if (status !== 'RUNNING' && status !== 'PENDING_REDRIVE') return;
      if (this.cloud.clock.sleeping(arn) === 0) continue;
      if (how === 'to the first pause') return;
      this.cloud.clock.advance(STEP_SECONDS * 1000);
      this.#options.onPass?.(STEP_SECONDS);
    }
  }
}
