// How soon a caller knows of its write, and how many looks at runs that takes, in a simulation: the client as it is, in virtual
// time, against the stated latencies of bench/latency/model.ts. The same each time.
//
//   npm run bench:latency [-- --writes 2000] [--seed 1] [--json]

import { parseArgs } from 'node:util';
import { CREATE, EXPRESS_CREATE, LATENCIES, type Latency, PLAIN_CREATE } from './latency/model.ts';
import type { Quantiles } from './latency/quantiles.ts';
import { batchWrites, loneWrites, plainWrites, type Simulated } from './latency/simulate.ts';

/** What this program prints. */
export interface LatencyResult {
  readonly latencies: Readonly<Record<string, Latency>>;
  readonly plain: Quantiles;
  readonly lone: Simulated;
  readonly batch: Simulated;
  readonly express: Simulated;
  readonly expressBatch: Simulated;
  /** A lone create by the Express lane, if its states took something else. */
  readonly otherwise: readonly { readonly expressTransition: Latency; readonly knows: Quantiles }[];
}

/** Of a state of the Express lane, beside what the model assumes; the last is what it assumes of the Standard lane. */
const OTHERWISE: readonly Latency[] = [{ median: 1, p99: 5 }, { median: 10, p99: 40 }, LATENCIES.transition];

const { values } = parseArgs({
  options: {
    writes: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const say = values.json ? console.error : console.log;
const writing = { writes: Number(values.writes), seed: Number(values.seed) };
const plain = plainWrites(PLAIN_CREATE, writing);
say('a create of one attribute, inline');
say(`the plain algorithm: the caller knows after ${timesOf(plain)} ms (median / p90 / p99)`);
const express = await loneWrites({ run: EXPRESS_CREATE, lane: 'express', ...writing });
print('lone writes, Express lane', express);
const otherwise = [];
for (const expressTransition of OTHERWISE) {
  const latencies = { expressTransition };
  const { knows } = await loneWrites({ run: EXPRESS_CREATE, lane: 'express', latencies, ...writing });
  say(`  with ${expressTransition.median} ms a state: after ${timesOf(knows)} ms`);
  otherwise.push({ expressTransition, knows });
}
const lone = await loneWrites({ run: CREATE, ...writing });
print('lone writes', lone);
const expressBatch = await batchWrites({ run: EXPRESS_CREATE, lane: 'express', ...writing });
print('a batch, Express lane', expressBatch);
const batch = await batchWrites({ run: CREATE, ...writing });
print('a batch', batch);
if (values.json) {
  const result = { latencies: LATENCIES, plain, lone, batch, express, expressBatch, otherwise };
  console.log(JSON.stringify(result satisfies LatencyResult));
}

function print(name: string, { writes, looks, reads, knows, runMedian }: Simulated): void {
  say(
    `${name}: a run takes ${runMedian.toFixed(0)} ms (median); ${(looks / writes).toFixed(2)} looks a write, ${(reads / writes).toFixed(2)} reads; the caller knows after ${timesOf(knows)} ms (median / p90 / p99)`,
  );
}

function timesOf({ median, p90, p99 }: Quantiles): string {
  return [median, p90, p99].map((ms) => ms.toFixed(0)).join(' / ');
}
