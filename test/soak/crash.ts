// The crash test: `twinwrite local --data` under load, killed again and again, and then a check of everything.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { ListExecutionsCommand, RedriveExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { LargeItemClient } from '../../client/index.ts';
import { type StoreDescriptor, storeIn } from '../../core/contract/store.ts';
import { Random } from '../core/random.ts';
import { load } from './load.ts';
import { type Verified, verify } from './verify.ts';

export interface CrashOptions {
  /** The command `twinwrite`, as arguments of Node.js. */
  readonly command: readonly string[];
  /** The data folder, which is not there yet or is empty. */
  readonly data: string;
  readonly kills: number;
  readonly seed: number;
  readonly writers: number;
  /** Ends the load early; the check follows all the same. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((line: string) => void) | undefined;
}

export interface CrashReport extends Verified {
  readonly seed: number;
  readonly kills: number;
  /** How long kills and load lasted. */
  readonly seconds: number;
  readonly writes: number;
  /** What Step Functions or the client had acknowledged before the end: starts and successes. */
  readonly acknowledged: number;
}

/** Waits are this much shorter. No function outlives a kill, so none is late. */
const TIME_SCALE = 50;
const REGION = 'us-east-1';
const ITEMS = Array.from({ length: 6 }, (_, at) => `item-${at + 1}`);
const READERS = 1;
/** A kill comes after so many acknowledgements at most, and so many milliseconds. */
const MOST_ACKNOWLEDGEMENTS = 12;
const MOST_MS = 150;
/** How much of what was cut off is redriven at the next start; the rest at the end. */
const REDRIVES = 0.5;

export async function crash(options: CrashOptions): Promise<CrashReport> {
  const { seed, signal, onProgress } = options;
  const random = new Random(seed);
  const startedAt = performance.now();
  const local = await LocalCommand.start(options);
  const context = await contextOf(local.endpoint);
  const client = new LargeItemClient({ ...context, pollIntervalMs: 20 });
  const acknowledgements = new Counter();
  let over = false;
  let kills = 0;
  try {
    const loading = load({
      client,
      random,
      items: ITEMS,
      writers: options.writers,
      readers: READERS,
      goOn: async () => {
        await local.up;
        return !over;
      },
      onAcknowledged: () => acknowledgements.count(),
    });
    while (kills < options.kills && signal?.aborted !== true) {
      await acknowledgements.further(1 + random.below(MOST_ACKNOWLEDGEMENTS));
      await pause(random.below(MOST_MS));
      await local.killAndStart();
      kills += 1;
      const redriven = await redriveSome(context.sfn, context.store, random);
      onProgress?.(`kill ${kills}: ${acknowledgements.total} acknowledgements, ${redriven} runs redriven`);
    }
    over = true;
    const result = await loading;
    const seconds = (performance.now() - startedAt) / 1000;
    onProgress?.(`${Math.round(seconds)} s: the load is over; checking`);
    const hurry = async (ahead: number): Promise<void> => {
      const body = JSON.stringify({ advanceSeconds: ahead });
      await fetch(`${local.endpoint}/_local/clock`, { method: 'POST', body });
    };
    const verified = await verify(result, { context, client, items: ITEMS, hurry });
    const writes = result.attempts.length;
    return { seed, kills, seconds, writes, acknowledged: acknowledgements.total, ...verified };
  } finally {
    over = true;
    for (const each of [context.sfn, context.s3, context.dynamodb]) each.destroy();
    await local.end('SIGTERM');
  }
}

async function redriveSome(sfn: SFNClient, store: StoreDescriptor, random: Random): Promise<number> {
  let redriven = 0;
  for (const stateMachineArn of Object.values(store.stateMachines)) {
    const { executions = [] } = await sfn.send(
      new ListExecutionsCommand({ stateMachineArn, statusFilter: 'ABORTED' }),
    );
    for (const { executionArn } of executions) {
      if (random.next() >= REDRIVES) continue;
      await sfn.send(new RedriveExecutionCommand({ executionArn }));
      redriven += 1;
    }
  }
  return redriven;
}

async function contextOf(endpoint: string) {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const config = { endpoint, region: REGION, credentials };
  const cloudformation = new CloudFormationClient(config);
  const { Stacks = [] } = await cloudformation.send(new DescribeStacksCommand({ StackName: 'Twinwrite' }));
  cloudformation.destroy();
  const outputs = Stacks[0]?.Outputs ?? [];
  return {
    store: storeIn(Object.fromEntries(outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]))),
    sfn: new SFNClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    dynamodb: new DynamoDBClient(config),
  };
}

/** `twinwrite local` in a process of its own, on the same port each time. */
class LocalCommand {
  readonly #options: CrashOptions;
  #child: ChildProcess | undefined;
  #endpoint = '';
  #up: Promise<void> = Promise.resolve();

  static async start(options: CrashOptions): Promise<LocalCommand> {
    const command = new LocalCommand(options);
    await command.#start();
    return command;
  }

  private constructor(options: CrashOptions) {
    this.#options = options;
  }

  get endpoint(): string {
    return this.#endpoint;
  }

  /** Resolves when it answers, at once unless it has just been killed. */
  get up(): Promise<void> {
    return this.#up;
  }

  async killAndStart(): Promise<void> {
    let isUp = (): void => undefined;
    this.#up = new Promise((resolve) => {
      isUp = resolve;
    });
    try {
      await this.end('SIGKILL');
      await this.#start();
    } finally {
      isUp();
    }
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  async #start(): Promise<void> {
    const { command, data } = this.#options;
    const port = this.#endpoint === '' ? '0' : new URL(this.#endpoint).port;
    const options = ['--data', data, '--port', port, '--time-scale', String(TIME_SCALE), '--json'];
    const child = spawn(process.execPath, [...command, 'local', ...options], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // A Ctrl-C that ends the load is not for the cloud.
      detached: true,
    });
    this.#child = child;
    const errors = text(child.stderr);
    const lines = createInterface(child.stdout);
    const [line] = await Promise.race([
      once(lines, 'line'),
      once(child, 'exit').then(async () => Promise.reject(new Error(await errors))),
    ]);
    this.#endpoint = (JSON.parse(line) as { readonly endpoint: string }).endpoint;
  }
}

/** Counts, and tells when there are so many more. */
class Counter {
  total = 0;
  #waiting: { readonly at: number; readonly resolve: () => void } | undefined;

  count(): void {
    this.total += 1;
    if (this.#waiting === undefined || this.total < this.#waiting.at) return;
    this.#waiting.resolve();
    this.#waiting = undefined;
  }

  further(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting = { at: this.total + count, resolve };
    });
  }
}
