// How soon a caller knows of its write, and how many looks at runs that takes, in a simulation: the client as it is, in virtual
// time, against the stated latencies of bench/latency/model.ts. The same each time.
//
//   npm run bench:latency [-- --writes 2000] [--seed 1] [--json]

import { parseArgs } from 'node:util';
import { CREATE, LATENCIES, type Latency, PLAIN_CREATE } from './latency/model.ts';
import { batchWrites, loneWrites, plainWrites, type Quantiles, type Simulated } from './latency/simulate.ts';

/** What this program prints. */
export interface LatencyResult {
  readonly latencies: Readonly<Record<string, Latency>>;
  readonly plain: Quantiles;
  readonly lone: Simulated;
  readonly batch: Simulated;
}

const { values } = parseArgs({
  options: {
    writes: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const say = values.json ? console.error : console.log;
const writing = { shape: CREATE, writes: Number(values.writes), seed: Number(values.seed) };
const plain = plainWrites(PLAIN_CREATE, writing);
const lone = await loneWrites(writing);
say(`a create of one attribute, inline; its run takes ${lone.runMedian.toFixed(0)} ms (median)`);
say(`the plain algorithm: the caller knows after ${timesOf(plain)} ms (median / p90 / p99)`);
print('lone writes', lone);
const batch = await batchWrites(writing);
print('a batch', batch);
if (values.json) {
  console.log(JSON.stringify({ latencies: LATENCIES, plain, lone, batch } satisfies LatencyResult));
}

function print(name: string, { writes, looks, reads, knows }: Simulated): void {
  say(
    `${name}: ${(looks / writes).toFixed(2)} looks a write (${(writes / looks).toFixed(1)} writes a look), ${(reads / writes).toFixed(2)} reads; the caller knows after ${timesOf(knows)} ms (median / p90 / p99)`,
  );
}

function timesOf({ median, p90, p99 }: Quantiles): string {
  return [median, p90, p99].map((ms) => ms.toFixed(0)).join(' / ');
}
