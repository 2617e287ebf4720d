// How the audits grow with a store: a listing of its runs, fsck, and the rules of a sweep, over made-up answers of AWS, each in a
// process of its own. What is measured is this code alone: processor time for a thousand, and the peak of memory.
//
//   npm run bench:growth [-- --sizes 1000,10000,100000,1000000] [--json]

import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { fsck, listRuns } from '../audit/index.ts';
import { sweepBatch } from '../core/sweep/sweep.ts';
import { madeUpStore, objectOf, STORE } from './growth/made-up-store.ts';
import type { Grown, GrowthResult } from './growth/types.ts';
import { peakRss } from './peak-rss.ts';

/** Objects of a batch (docs/cost.md). */
const BATCH = 800;
const LATER = Date.parse('2027-01-01T00:00:00.000Z');

/** Each gives what it has looked at. */
const AUDITS: Readonly<Record<Grown['audit'], (size: number) => Promise<number>>> = {
  runs: async (size) => {
    let runs = 0;
    for await (const _ of listRuns(madeUpStore(size))) runs += 1;
    return runs;
  },
  fsck: async (size) => {
    const { items, findings } = await fsck(madeUpStore(size), { onFinding: () => undefined });
    const found = Object.entries(findings).filter(([, count]) => count > 0);
    if (found.length > 0) throw new Error(`fsck found what is not there: ${JSON.stringify(found)}`);
    return items;
  },
  sweep: async (size) => {
    let looked = 0;
    for (let at = 0; at < size; at += BATCH) {
      const objects = Array.from({ length: Math.min(BATCH, size - at) }, (_, n) => objectOf(at + n));
      const keys = new Set(objects.map(({ key }) => key));
      const batch = { objects, dryRun: true, legacy: false, cutoff: LATER, now: LATER };
      await sweepBatch(
        batch,
        { ...STORE, reportPrefix: 'sweeps' },
        {
          referenced: async () => keys,
          describe: async () => undefined,
          remove: async () => new Map(),
        },
      );
      looked += objects.length;
    }
    return looked;
  },
};

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,10000,100000,1000000' },
    json: { type: 'boolean', default: false },
    one: { type: 'string' },
  },
});
if (values.one !== undefined) await measureOne(values.one);
else measureAll(values.sizes.split(',').map(Number));

/** @param what - audit and size, with a colon */
async function measureOne(what: string): Promise<void> {
  const [audit, size] = what.split(':') as [Grown['audit'], string];
  const before = process.cpuUsage();
  const looked = await AUDITS[audit](Number(size));
  const { user, system } = process.cpuUsage(before);
  if (looked !== Number(size)) throw new Error(`${audit}: ${looked} of ${size} were looked at`);
  const grown: Grown = {
    audit,
    size: Number(size),
    cpuSeconds: (user + system) / 1e6,
    peakRss: await peakRss(),
  };
  console.log(JSON.stringify(grown));
}

function measureAll(sizes: readonly number[]): void {
  const growth: Grown[] = [];
  for (const audit of Object.keys(AUDITS)) {
    for (const size of sizes) {
      const argv = [...process.execArgv, process.argv[1] as string, '--one', `${audit}:${size}`];
      const { stdout, status } = spawnSync(process.execPath, argv, {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      if (status !== 0) throw new Error(`${audit} of ${size} failed`);
      const grown = JSON.parse(stdout) as Grown;
      growth.push(grown);
      print(grown);
    }
  }
  if (values.json) console.log(JSON.stringify({ growth } satisfies GrowthResult));
}

function print({ audit, size, cpuSeconds, peakRss: rss }: Grown): void {
  const perThousand = ((cpuSeconds / size) * 1e6).toFixed(1);
  (values.json ? console.error : console.log)(
    `${audit.padEnd(6)}${String(size).padStart(10)}  ${perThousand} ms a thousand  peak ${Math.round(rss / 2 ** 20)} MiB`,
  );
}
