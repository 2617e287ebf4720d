// Measures the local cloud beside MiniStack, turn by turn in one run, so that what else the machine does counts for both:
// processor time to the first answer, sagas, executions, and operations of S3 and DynamoDB a second.
// Run: npm run bench:local [-- rounds [seconds a turn]]. Without Python only the local cloud is measured.

import { Caller } from './local/calls.ts';
import { type Cloud, findPython, startMiniStack, startOurs } from './local/clouds.ts';
import { execute, KEYS, prepare, saga, WORKLOADS } from './local/workloads.ts';

const ROUNDS = Number(process.argv[2] ?? 5);
const TURN_MS = Number(process.argv[3] ?? 1) * 1000;
const AT_A_TIME = 8;
const MAX_START_CPU = 1.5;
const TARGET = 1.5;
const SAGA_TARGET = 5;

interface Turn {
  /** How often a second. */
  readonly rate: number;
  /** Microseconds of the cloud's processor time each; not a number where that is not told. */
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

function spread(values: readonly number[], digits: number): string {
  const sorted = [...values].sort((a, b) => a - b);
  const [min, median, max] = [0, Math.floor((sorted.length - 1) / 2), sorted.length - 1];
  return [min, median, max].map((at) => (sorted[at] ?? Number.NaN).toFixed(digits)).join(' / ');
}

const medianOf = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;

async function measureStarts(python: string | undefined): Promise<void> {
  const cpu: Record<string, number[]> = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const start of [startOurs, ...(python === undefined ? [] : [() => startMiniStack(python)])]) {
      const cloud = await start();
      const seconds = cpu[cloud.name] ?? [];
      cpu[cloud.name] = cloud.startCpu === undefined ? seconds : [...seconds, cloud.startCpu];
      await cloud.stop();
    }
  }
  for (const [name, seconds] of Object.entries(cpu)) {
    const target =
      name === 'ours' ? verdict(medianOf(seconds) < MAX_START_CPU, `under ${MAX_START_CPU}`) : '';
    console.log(`first answer, ${name}: ${spread(seconds, 2)} s of processor time${target}`);
  }
}

interface Measured {
  readonly name: string;
  readonly target: number | undefined;
  /** What each cloud runs. */
  readonly runs: readonly { readonly cloud: Cloud; run(n: number): Promise<unknown> }[];
}

/** A turn of each cloud a round, after one that does not count. */
async function compare({ name, target, runs }: Measured): Promise<void> {
  const turns: Turn[][] = runs.map(() => []);
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [index, { cloud, run }] of runs.entries()) {
      const measured = await turn(cloud, run);
      if (round > 0) turns[index]?.push(measured);
    }
  }
  const [ours = [], theirs] = turns;
  const rates = (of: readonly Turn[]) =>
    `${spread(
      of.map(({ rate }) => rate),
      0,
    ).padStart(20)} /s`;
  const row = `${name.padEnd(18)} ${rates(ours)}`;
  if (!theirs) return console.log(row);
  const ratios = ours.map(({ rate }, round) => rate / (theirs[round]?.rate ?? Number.NaN));
  const cheaper = ours.map(({ cpu }, round) => (theirs[round]?.cpu ?? Number.NaN) / cpu);
  const met = target === undefined ? '' : verdict(medianOf(ratios) >= target, `at least ${target}`);
  console.log(
    `${row} ${rates(theirs)}   ratio ${spread(ratios, 2)}, of processor time ${spread(cheaper, 2)}${met}`,
  );
}

function verdict(met: boolean, target: string): string {
  if (!met) process.exitCode = 1;
  return `   target ${target}: ${met ? 'met' : 'NOT met'}`;
}

async function main(): Promise<void> {
  const python = await findPython();
  console.log(`${ROUNDS} rounds, ${AT_A_TIME} calls at a time; min / median / max`);
  await measureStarts(python);
  const clouds: Cloud[] = [await startOurs()];
  if (python !== undefined) clouds.push(await startMiniStack(python));
  const callers = clouds.map(({ port }) => new Caller(port));
  try {
    const machines = await Promise.all(callers.map(prepare));
    for (const { name, run } of WORKLOADS) {
      const runs = callers.map((caller, index) => ({
        cloud: clouds[index] as Cloud,
        run: (n: number) => run(caller, n),
      }));
      await compare({ name, target: TARGET, runs });
    }
    const pass = callers.map((caller, index) => ({
      cloud: clouds[index] as Cloud,
      run: (n: number) => execute(caller, machines[index]?.pass ?? '', { n }),
    }));
    await compare({ name: 'Pass executions', target: undefined, runs: pass });
    const shaped = callers.map((caller, index) => ({
      cloud: clouds[index] as Cloud,
      run: (n: number) => execute(caller, machines[index]?.sagaShaped ?? '', { n: n % KEYS }),
    }));
    await compare({ name: 'saga-shaped', target: SAGA_TARGET, runs: shaped });
    // MiniStack has no `Execution.RedriveCount` in the context of an execution, which the sagas read: there they fail.
    const [ours, caller] = [clouds[0] as Cloud, callers[0] as Caller];
    await compare({
      name: 'sagas',
      target: undefined,
      runs: [{ cloud: ours, run: () => saga(ours)(caller) }],
    });
  } finally {
    for (const caller of callers) caller.close();
    for (const cloud of clouds) await cloud.stop();
  }
}

await main();
