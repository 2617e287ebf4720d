// What a cold start costs in processor time: the import of each task's bundle, and of each entry of the package, beside the import
// of what it cannot do without. Each import is a process of its own; both take turns, and medians are compared.
//
//   npm run bench:imports [-- --rounds 11] [--json]

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleContests } from './imports/bundles.ts';
import { entryContests } from './imports/entries.ts';
import { type Contest, loading } from './imports/importing.ts';
import { ratioOf, type Spread, spreadOf, spreadText } from './statistics.ts';

export interface Imported extends Pick<Contest, 'name' | 'kind' | 'bytes'> {
  /** Milliseconds of processor time. */
  readonly own: Spread;
  readonly bare: Spread;
  /** Null where it needs next to nothing. */
  readonly ratio: number | null;
}

/** What this program prints. */
export interface ImportsResult {
  readonly rounds: number;
  readonly imports: readonly Imported[];
}

/** Less than this is no measure for anything. */
const NOTHING_MS = 5;

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '11' }, json: { type: 'boolean', default: false } },
});
const say = values.json ? console.error : console.log;
const rounds = Number(values.rounds);
const folder = await mkdtemp(join(tmpdir(), 'imports-'));
try {
  const imports: Imported[] = [];
  say(`${rounds} rounds; milliseconds of processor time: median (min to max), of what it needs, ratio`);
  for (const contest of [...(await bundleContests(folder)), ...(await entryContests())]) {
    const imported = measured(contest);
    imports.push(imported);
    print(imported);
  }
  if (values.json) console.log(JSON.stringify({ rounds, imports } satisfies ImportsResult));
} finally {
  await rm(folder, { recursive: true });
}

function measured(contest: Contest): Imported {
  const { name, kind, bytes } = contest;
  const times = Array.from({ length: rounds }, () => ({
    bare: loading(contest, contest.bare),
    own: loading(contest, contest.own),
  }));
  const spreads = {
    own: spreadOf(times.map((each) => each.own)),
    bare: spreadOf(times.map((each) => each.bare)),
  };
  return {
    name,
    kind,
    ...(bytes && { bytes }),
    ...spreads,
    ratio: spreads.bare.median < NOTHING_MS ? null : ratioOf(spreads.own, spreads.bare),
  };
}

function print({ name, bytes, own, bare, ratio }: Imported): void {
  const size =
    bytes === undefined ? '' : `  ${(bytes.own / 1000).toFixed(0)} KB of ${(bytes.bare / 1000).toFixed(0)}`;
  const [ours, theirs] = [own, bare].map((spread) => spreadText(spread, 1).padEnd(24));
  say(`${name.padEnd(17)} ${ours} ${theirs} ${ratio?.toFixed(2) ?? '-'}${size}`);
}
