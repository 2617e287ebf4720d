// Measures the local cloud beside MiniStack, turn by turn in one run, so that what else the machine does counts for both:
// processor time to the first answer, sagas, executions, and operations of S3 and DynamoDB a second.
// Without Python, or with --alone, only the local cloud is measured. Alone at a prompt it fails when a target is not met.
//
//   npm run bench:local [-- rounds [seconds a turn]] [--alone] [--json]

import { parseArgs } from 'node:util';
import { Caller } from './local/calls.ts';
import { type Cloud, findPython, type Memory, startMiniStack, startOurs } from './local/clouds.ts';
import { execute, KEYS, prepare, saga, WORKLOADS } from './local/workloads.ts';
import { ratioOf, type Spread, spreadOf, spreadText } from './statistics.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { alone: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
});
const say = values.json ? console.error : console.log;
const [ROUNDS = 5, TURN_SECONDS = 1] = positionals.map(Number);
const TURN_MS = TURN_SECONDS * 1000;
const AT_A_TIME = 8;
const MAX_START_CPU = 1.5;
const TARGET = 1.5;
const SAGA_TARGET = 5;

/** What this program prints. */
export interface CloudResult {
  readonly rounds: number;
  readonly atATime: number;
  /** By cloud: seconds of processor time until the first answer; and its memory once all was measured. */
  readonly clouds: Readonly<Record<string, { readonly start?: Spread; readonly memory?: Memory }>>;
  readonly workloads: readonly Compared[];
}

export interface Compared {
  readonly name: string;
  readonly ours: Speed;
  readonly theirs?: Speed;
  /** How many times of theirs a second, and how many times of ours they take of the processor. */
  readonly ratio?: number;
  readonly cpuRatio?: number;
}

export interface Speed {
  /** How often a second. */
  readonly rate: Spread;
  /** Microseconds of the cloud's processor time each; not a number where that is not told. */
  readonly cpu: Spread;
}

interface Turn {
  readonly rate: number;
  readonly cpu: number;
}

/** Runs as often as there is time for. */
async function turn(cloud: Cloud, run: (n: number) => Promise<unknown>): Promise<Turn> {
  const before = await cloud.processorSeconds();
  const since = performance.now();
  let done = 0;
  const work = async (): Promise<void> => {
    while (performance.now() - since < TURN_MS) await run(done++);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  const ms = performance.now() - since;
  const after = await cloud.processorSeconds();
  const seconds = (after ?? Number.NaN) - (before ?? Number.NaN);
  return { rate: (done * 1000) / ms, cpu: (seconds * 1e6) / done };
}

async function measureStarts(python: string | undefined): Promise<Readonly<Record<string, Spread>>> {
  const cpu: Record<string, number[]> = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const start of [startOurs, ...(python === undefined ? [] : [() => startMiniStack(python)])]) {
      const cloud = await start();
      const seconds = cpu[cloud.name] ?? [];
      cpu[cloud.name] = cloud.startCpu === undefined ? seconds : [...seconds, cloud.startCpu];
      await cloud.stop();
    }
  }
  const told = Object.entries(cpu).filter(([, seconds]) => seconds.length > 0);
  const starts = Object.fromEntries(told.map(([name, seconds]) => [name, spreadOf(seconds)]));
  for (const [name, spread] of Object.entries(starts)) {
    const target = name === 'ours' ? verdict(spread.median < MAX_START_CPU, `under ${MAX_START_CPU}`) : '';
    say(`first answer, ${name}: ${spreadText(spread, 2)} s of processor time${target}`);
  }
  return starts;
}

interface Measured {
  readonly name: string;
  readonly target: number | undefined;
  /** What each cloud runs. */
  readonly runs: readonly { readonly cloud: Cloud; run(n: number): Promise<unknown> }[];
}

/** A turn of each cloud a round, after one that does not count. */
async function compare({ name, target, runs }: Measured): Promise<Compared> {
  const turns: Turn[][] = runs.map(() => []);
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [index, { cloud, run }] of runs.entries()) {
      const measured = await turn(cloud, run);
      if (round > 0) turns[index]?.push(measured);
    }
  }
  const [ours, theirs] = turns.map(
    (of): Speed => ({
      rate: spreadOf(of.map(({ rate }) => rate)),
      cpu: spreadOf(of.map(({ cpu }) => cpu)),
    }),
  ) as [Speed, Speed?];
  const row = `${name.padEnd(18)} ${spreadText(ours.rate, 0).padStart(22)} /s`;
  if (theirs === undefined) {
    say(row);
    return { name, ours };
  }
  const [ratio, cpuRatio] = [ratioOf(ours.rate, theirs.rate), ratioOf(theirs.cpu, ours.cpu)];
  const met = target === undefined ? '' : verdict(ratio >= target, `at least ${target}`);
  say(
    `${row} ${spreadText(theirs.rate, 0).padStart(22)} /s   ratio ${ratio.toFixed(2)}, of processor time ${cpuRatio.toFixed(2)}${met}`,
  );
  return { name, ours, theirs, ratio, cpuRatio };
}

function verdict(met: boolean, target: string): string {
  if (!met && !values.json) process.exitCode = 1;
  return `   target ${target}: ${met ? 'met' : 'NOT met'}`;
}

async function main(): Promise<CloudResult> {
  const python = values.alone ? undefined : await findPython();
  say(`${ROUNDS} rounds, ${AT_A_TIME} calls at a time; median (min to max)`);
  const starts = await measureStarts(python);
  const clouds: Cloud[] = [await startOurs()];
  if (python !== undefined) clouds.push(await startMiniStack(python));
  const callers = clouds.map(({ port }) => new Caller(port));
  try {
    const machines = await Promise.all(callers.map(prepare));
    const workloads: Compared[] = [];
    const each = (run: (caller: Caller, index: number, n: number) => Promise<unknown>): Measured['runs'] =>
      callers.map((caller, index) => ({
        cloud: clouds[index] as Cloud,
        run: (n: number) => run(caller, index, n),
      }));
    for (const { name, run } of WORKLOADS) {
      workloads.push(await compare({ name, target: TARGET, runs: each((caller, _, n) => run(caller, n)) }));
    }
    const pass = each((caller, index, n) => execute(caller, machines[index]?.pass ?? '', { n }));
    workloads.push(await compare({ name: 'Pass executions', target: undefined, runs: pass }));
    const shaped = each((caller, index, n) =>
      execute(caller, machines[index]?.sagaShaped ?? '', { n: n % KEYS }),
    );
    workloads.push(await compare({ name: 'saga-shaped', target: SAGA_TARGET, runs: shaped }));
    // MiniStack has no `Execution.RedriveCount` in the context of an execution, which the sagas read: there they fail.
    const [ours, caller] = [clouds[0] as Cloud, callers[0] as Caller];
    const sagas = [{ cloud: ours, run: () => saga(ours)(caller) }];
    workloads.push(await compare({ name: 'sagas', target: undefined, runs: sagas }));
    return { rounds: ROUNDS, atATime: AT_A_TIME, clouds: await cloudsOf(clouds, starts), workloads };
  } finally {
    for (const caller of callers) caller.close();
    for (const cloud of clouds) await cloud.stop();
  }
}

async function cloudsOf(
  clouds: readonly Cloud[],
  starts: Readonly<Record<string, Spread>>,
): Promise<CloudResult['clouds']> {
  const entries = clouds.map(async (cloud) => {
    const [start, memory] = [starts[cloud.name], await cloud.memory()];
    if (memory !== undefined) {
      const [rss, peak] = [memory.rss, memory.peak].map((bytes) => Math.round(bytes / 2 ** 20));
      say(`memory, ${cloud.name}: ${rss} MiB, at most ${peak} MiB`);
    }
    return [cloud.name, { ...(start && { start }), ...(memory && { memory }) }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

const result = await main();
if (values.json) console.log(JSON.stringify(result));
