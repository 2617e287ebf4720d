// A soak: a mixed load with faults on a local cloud for as long as one likes, and then a check of everything.

import { setTimeout as pause } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { RedriveExecutionCommand, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { LargeItemClient } from '../../client/index.ts';
import { storeIn } from '../../core/contract/store.ts';
import { type LocalCloud, type ObservedCall, startLocalCloud } from '../../local/index.ts';
import { Random } from '../core/random.ts';
import { isSilent, KINDS, type SweptService } from '../faults/kinds.ts';
import { load } from './load.ts';
import { type Verified, verify } from './verify.ts';

export interface SoakOptions {
  /** Folder of the product's cloud assembly. */
  readonly assembly: string;
  readonly seconds: number;
  readonly seed: number;
  readonly writers: number;
  /** The cloud's data folder. Default: in memory. */
  readonly data?: string | undefined;
  /** Ends the load early; the check follows all the same. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((line: string) => void) | undefined;
}

export interface SoakReport extends Verified {
  readonly seed: number;
  /** How long the load lasted. */
  readonly seconds: number;
  readonly writes: number;
  /** Calls that were made to fail. */
  readonly faults: number;
}

/** Waits this much shorter: so that functions, which run in real time, still take a fraction of a pause. */
const TIME_SCALE = 20;
const ITEMS = Array.from({ length: 6 }, (_, at) => `item-${at + 1}`);
const READERS = 2;
const PROGRESS_MS = 5_000;
/** How often: a fault before a write or read, a person who stops a run, one who redrives at once what is stuck. */
const FAULTS = 0.3;
const STOPS = 0.03;
const REDRIVES = 0.7;
/** Mostly one call fails; now and then so many that the run gets stuck. */
const TIMES = [1, 1, 1, 2, 10];
const FAULTS_AT_ONCE = 40;

export async function soak(options: SoakOptions): Promise<SoakReport> {
  const { assembly, seed, writers, data, signal, onProgress } = options;
  const random = new Random(seed);
  const calls = new Map<string, FaultyCall>();
  await using cloud = await startLocalCloud({
    assembly,
    timeScale: TIME_SCALE,
    ...(data !== undefined && { data }),
    onCall: (call) => void remember(calls, call),
  });
  const context = contextOf(cloud);
  const client = new LargeItemClient({ ...context, pollIntervalMs: 20 });
  const faults = new FaultSource(cloud, random, calls);
  const startedAt = performance.now();
  const until = startedAt + options.seconds * 1000;
  const isOver = (): boolean => performance.now() >= until || signal?.aborted === true;
  let done = 0;
  const progress = setInterval(() => {
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    onProgress?.(`${seconds} s: ${done} acknowledgements, ${faults.fired} faults`);
  }, PROGRESS_MS);
  try {
    const result = await load({
      client,
      random,
      items: ITEMS,
      writers,
      readers: READERS,
      goOn: async () => {
        if (!isOver() && random.next() < FAULTS) faults.add();
        // Faults may leave nothing to wait for: the event loop must turn all the same.
        await pause(1);
        return !isOver();
      },
      onAcknowledged: () => {
        done += 1;
      },
      interfere: async ({ executionArn }) => {
        if (random.next() >= STOPS) return;
        await context.sfn.send(new StopExecutionCommand({ executionArn })).catch(() => undefined);
      },
      redrive: async ({ executionArn }) => {
        if (isOver() || random.next() >= REDRIVES) return false;
        await context.sfn.send(new RedriveExecutionCommand({ executionArn }));
        return true;
      },
    });
    const seconds = (performance.now() - startedAt) / 1000;
    faults.end();
    onProgress?.(`${Math.round(seconds)} s: the load is over; checking`);
    const verified = await verify(result, {
      context,
      client,
      items: ITEMS,
      hurry: async (ahead) => cloud.clock.advance(ahead * 1000),
    });
    return { seed, seconds, writes: result.attempts.length, faults: faults.fired, ...verified };
  } finally {
    clearInterval(progress);
    for (const each of [context.sfn, context.s3, context.dynamodb]) each.destroy();
  }
}

function contextOf(cloud: LocalCloud) {
  const config = { endpoint: cloud.endpoint, region: cloud.region, credentials: cloud.credentials };
  return {
    store: storeIn(cloud.outputs.Twinwrite ?? {}),
    sfn: new SFNClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    dynamodb: new DynamoDBClient(config),
  };
}

/** A call that has been seen, and so can be made to fail. */
interface FaultyCall {
  readonly service: SweptService;
  readonly operation: string;
  readonly match?: string;
}

function remember(calls: Map<string, FaultyCall>, { service, operation, subject }: ObservedCall): void {
  if (service !== 's3' && service !== 'dynamodb' && service !== 'lambda') return;
  const match = service === 'lambda' ? subject.slice(0, subject.indexOf(' ')) : undefined;
  const key = `${service} ${operation} ${match}`;
  if (!calls.has(key)) calls.set(key, { service, operation, ...(match && { match }) });
}

const LOUD_KINDS = KINDS.filter((kind) => !isSilent(kind));

/** Faults of calls that have been seen, of every kind but silence, which takes minutes. */
class FaultSource {
  readonly #cloud: LocalCloud;
  readonly #random: Random;
  readonly #calls: ReadonlyMap<string, FaultyCall>;
  #fired = 0;
  #over = false;

  constructor(cloud: LocalCloud, random: Random, calls: ReadonlyMap<string, FaultyCall>) {
    this.#cloud = cloud;
    this.#random = random;
    this.#calls = calls;
  }

  get fired(): number {
    return this.#fired + this.#cloud.faults.list().reduce((sum, { fired }) => sum + fired, 0);
  }

  add(): void {
    if (this.#over || this.#calls.size === 0) return;
    if (this.#cloud.faults.list().length >= FAULTS_AT_ONCE) this.#clear();
    const call = this.#random.of([...this.#calls.values()]);
    const failure = this.#random.of(LOUD_KINDS.flatMap(({ of }) => of[call.service] ?? []));
    this.#cloud.faults.inject({ ...call, ...failure, times: this.#random.of(TIMES) });
  }

  end(): void {
    this.#over = true;
    this.#clear();
  }

  #clear(): void {
    this.#fired = this.fired;
    this.#cloud.faults.clear();
  }
}
