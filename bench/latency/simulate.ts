// Writes with the client as it is, against Step Functions and DynamoDB that take the model's time: what a caller waits, and how
// many calls of the control plane that takes.

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SFNClient } from '@aws-sdk/client-sfn';
import { type Lane, LargeItemClient, type StoreDescriptor } from '../../client/index.ts';
import { type Clock, inVirtualTime, seeded } from './clock.ts';
import { type Draw, drawer, type Latency, type LatencyName, type Step, timeOf } from './model.ts';
import { type Quantiles, quantile, quantilesOf } from './quantiles.ts';

export interface Simulated {
  readonly writes: number;
  /** Calls of DescribeExecution and ListExecutions. */
  readonly looks: number;
  readonly reads: number;
  /** Milliseconds until the caller knows, from its call on. */
  readonly knows: Quantiles;
  /** From the answer to the start to the run's end. */
  readonly runMedian: number;
}

export interface Writing {
  /** What a run does, one after the other. */
  readonly run: readonly Step[];
  readonly writes: number;
  /** Default: `standard`. */
  readonly lane?: Lane;
  /** In place of what is assumed. */
  readonly latencies?: Readonly<Partial<Record<LatencyName, Latency>>>;
  readonly seed?: number;
}

const STATES = 'arn:aws:states:eu-central-1:111122223333';
const machines = (lane: string) => ({
  create: `${STATES}:stateMachine:${lane}Create`,
  update: `${STATES}:stateMachine:${lane}Update`,
  delete: `${STATES}:stateMachine:${lane}Delete`,
});
const STORE: StoreDescriptor = {
  ...{ table: 'Items', bucket: 'bucket', prefix: 'items', stagingPrefix: 'staging', region: 'eu-central-1' },
  key: { partitionKey: { name: 'id', type: 'S' } },
  stateMachines: machines(''),
  express: { stateMachines: machines('Express'), logGroup: 'express' },
};

/** One write after another, each waited for. */
export function loneWrites(writing: Writing): Promise<Simulated> {
  return simulate(writing, async (client, clock) => {
    const knows: number[] = [];
    for (let n = 0; n < writing.writes; n++) {
      const since = clock.now();
      await client.create(inputOf(n));
      knows.push(clock.now() - since);
      await clock.sleep(1000);
    }
    return knows;
  });
}

/** One batch. What its caller knows is told of each item, from when it was taken. */
export function batchWrites(writing: Writing): Promise<Simulated> {
  return simulate(writing, async (client, clock) => {
    const taken: number[] = [];
    const knows: number[] = [];
    function* inputs() {
      for (let n = 0; n < writing.writes; n++) {
        taken.push(clock.now());
        yield inputOf(n);
      }
    }
    for await (const outcome of client.createMany(inputs())) {
      if (outcome.status !== 'written')
        throw new Error(`${outcome.index}: ${outcome.status}`, { cause: outcome });
      knows.push(clock.now() - (taken[outcome.index] as number));
    }
    return knows;
  });
}

/** Milliseconds until a program that makes these calls by itself, one after the other, knows of its write. */
export function plainWrites(
  calls: readonly LatencyName[],
  { writes, seed = 1 }: Pick<Writing, 'writes' | 'seed'>,
): Quantiles {
  const draw = drawer(seeded(seed));
  return quantilesOf(Array.from({ length: writes }, () => calls.reduce((sum, call) => sum + draw(call), 0)));
}

function inputOf(n: number) {
  return { key: { id: `item-${n}` }, largeAttributes: { page: 'Hello' } };
}

function simulate(
  { run, lane = 'standard', seed = 1, latencies }: Writing,
  write: (client: LargeItemClient, clock: Clock) => Promise<readonly number[]>,
): Promise<Simulated> {
  const random = seeded(seed);
  return inVirtualTime(random, async (clock) => {
    const cloud = new SimulatedCloud(clock, run, drawer(random, latencies));
    const { sfn, dynamodb, s3 } = cloud;
    const knows = await write(new LargeItemClient({ store: STORE, lane, sfn, dynamodb, s3 }), clock);
    return {
      writes: knows.length,
      looks: cloud.calls('DescribeExecutionCommand') + cloud.calls('ListExecutionsCommand'),
      reads: cloud.calls('GetItemCommand'),
      knows: quantilesOf(knows),
      runMedian: quantile(cloud.runTimes, 0.5),
    };
  });
}

interface Run {
  readonly executionArn: string;
  readonly name: string;
  readonly id: string;
  readonly startDate: Date;
  readonly endsAt: number;
}

interface Call {
  readonly constructor: { readonly name: string };
  readonly input: Readonly<Record<string, unknown>>;
}

/** Of each run that has ended, its item is there. */
class SimulatedCloud {
  readonly #clock: Clock;
  readonly #steps: readonly Step[];
  readonly #draw: Draw;
  readonly #calls = new Map<string, number>();
  readonly #runs = new Map<string, Run>();
  readonly runTimes: number[] = [];

  constructor(clock: Clock, steps: readonly Step[], draw: Draw) {
    this.#clock = clock;
    this.#steps = steps;
    this.#draw = draw;
  }

  calls(command: string): number {
    return this.#calls.get(command) ?? 0;
  }

  get sfn(): SFNClient {
    return this.#client() as unknown as SFNClient;
  }

  get dynamodb(): DynamoDBClient {
    return this.#client() as unknown as DynamoDBClient;
  }

  get s3(): S3Client {
    return this.#client() as unknown as S3Client;
  }

  #client() {
    return { send: (command: Call) => this.#answer(command.constructor.name, command.input) };
  }

  async #answer(command: string, input: Call['input']): Promise<unknown> {
    this.#calls.set(command, this.calls(command) + 1);
    switch (command) {
      case 'StartExecutionCommand':
        return this.#taking('startExecution', () => this.#start(input));
      case 'StartSyncExecutionCommand':
        return this.#taking('startSyncExecution', () => this.#runToItsEnd(input));
      case 'DescribeExecutionCommand':
        return this.#taking('describeExecution', () => this.#describe(input));
      case 'ListExecutionsCommand':
        return this.#taking('listExecutions', () => this.#list(input));
      case 'GetItemCommand':
        return this.#taking('getItem', () => this.#item(input));
      default:
        throw new Error(`${command} is none of what is simulated`);
    }
  }

  /** Half of the time on the way there, half on the way back. */
  async #taking<T>(name: LatencyName, answer: () => T | Promise<T>): Promise<T> {
    const ms = this.#draw(name);
    await this.#clock.sleep(ms / 2);
    const given = await answer();
    await this.#clock.sleep(ms / 2);
    return given;
  }

  #start({ stateMachineArn, name, input }: Call['input']): {
    readonly executionArn: string;
    readonly startDate: Date;
  } {
    const executionArn = `${String(stateMachineArn).replace(':stateMachine:', ':execution:')}:${name}`;
    const ms = timeOf(this.#steps, this.#draw);
    this.runTimes.push(ms);
    const { key } = JSON.parse(String(input)) as { key: { id: string } };
    const startDate = new Date(Math.round(this.#clock.now()));
    const endsAt = this.#clock.now() + ms;
    this.#runs.set(executionArn, { executionArn, name: String(name), id: key.id, startDate, endsAt });
    return { executionArn, startDate };
  }

  async #runToItsEnd(input: Call['input']): Promise<object> {
    const { executionArn } = this.#start(input);
    const { endsAt } = this.#runs.get(executionArn) as Run;
    await this.#clock.sleep(endsAt - this.#clock.now());
    return this.#describe({ executionArn });
  }

  #describe({ executionArn, includedData }: Call['input']): object {
    const run = this.#runs.get(String(executionArn)) as Run;
    const isWhole = includedData !== 'METADATA_ONLY';
    const { id, startDate } = run;
    const input = JSON.stringify({ key: { id } });
    const described = { executionArn, status: this.#statusOf(run), startDate, ...(isWhole && { input }) };
    if (described.status === 'RUNNING' || !isWhole) return described;
    const output = {
      ...{ operation: 'create', key: { id: { S: id } }, version: 1, run: runOf(run) },
      ...{ largeAttributes: { page: pointerOf(run) }, cleanup: 'done', letGo: [] },
    };
    return { ...described, output: JSON.stringify(output) };
  }

  #list({ statusFilter, maxResults }: Call['input']): object {
    const executions = [...this.#runs.values()]
      .reverse()
      .map((run) => ({ ...run, status: this.#statusOf(run) }))
      .filter(({ status }) => statusFilter === undefined || status === statusFilter)
      .slice(0, Number(maxResults));
    return { executions };
  }

  #item({ Key }: Call['input']): object {
    const { id } = Key as { id: { S: string } };
    const run = [...this.#runs.values()].find(
      (each) => each.id === id.S && this.#statusOf(each) !== 'RUNNING',
    );
    if (run === undefined) return {};
    const mark = { S: runOf(run) };
    const saga = { createdBy: mark, version: { N: '1' }, writtenBy: mark, large: { L: [{ S: 'page' }] } };
    return { Item: { id, page: { S: pointerOf(run) }, _saga: { M: saga } } };
  }

  #statusOf({ endsAt }: Run): 'RUNNING' | 'SUCCEEDED' {
    return this.#clock.now() >= endsAt ? 'SUCCEEDED' : 'RUNNING';
  }
}

function runOf({ name, startDate }: Run): string {
  return `create.${name}.${startDate.toISOString().replace(/[-:.]/g, '')}`;
}

function pointerOf(run: Run): string {
  return `s3://bucket/items/pk=${run.id}/attr=page/sha256=${'a'.repeat(64)}/${runOf(run)}`;
}
