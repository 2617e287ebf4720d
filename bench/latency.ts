// How soon a caller knows of its write, and how many looks at runs that takes, in a simulation: the client as it is, in virtual
// time, against the stated latencies of bench/latency/model.ts. The same each time.
//
//   npm run bench:latency [-- --writes 2000] [--seed 1] [--json]

import { parseArgs } from 'node:util';
import { CREATE, LATENCIES } from './latency/model.ts';
import { batchWrites, loneWrites, type Simulated } from './latency/simulate.ts';

const { values } = parseArgs({
  options: {
    writes: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const writing = { shape: CREATE, writes: Number(values.writes), seed: Number(values.seed) };
const lone = await loneWrites(writing);
const batch = await batchWrites(writing);
if (values.json) {
  console.log(JSON.stringify({ latencies: LATENCIES, shape: CREATE, lone, batch }, undefined, 2));
} else {
  console.log(`a create of one attribute, inline; its run takes ${lone.runMedian.toFixed(0)} ms (median)`);
  print('lone writes', lone);
  print('a batch', batch);
}

function print(name: string, { writes, looks, reads, knows }: Simulated): void {
  const { median, p90, p99 } = knows;
  const times = [median, p90, p99].map((ms) => ms.toFixed(0)).join(' / ');
  console.log(
    `${name}: ${(looks / writes).toFixed(2)} looks a write (${(writes / looks).toFixed(1)} writes a look), ${(reads / writes).toFixed(2)} reads; the caller knows after ${times} ms (median / p90 / p99)`,
  );
}
