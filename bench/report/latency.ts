// The suite `latency` in docs/performance.md.

import type { Quantiles } from '../latency/quantiles.ts';
import type { LatencyResult } from '../latency.ts';
import { table } from './table.ts';
import type { Section } from './types.ts';

export function latencySection(result: LatencyResult): Section {
  const { latencies, plain, lone, batch, express, expressBatch, otherwise } = result;
  const kinds = [
    { name: 'plain', knows: plain, looks: 0, reads: 0, writes: lone.writes },
    { name: 'a lone create, Express', ...express },
    { name: 'a lone create, Standard', ...lone },
    { name: 'each create of a batch, Express', ...expressBatch },
    { name: 'each create of a batch, Standard', ...batch },
  ];
  const rows = kinds.map(({ name, knows, looks, reads, writes }) => [
    name,
    ...milliseconds(knows),
    (looks / writes).toFixed(2),
    (reads / writes).toFixed(2),
  ]);
  const others = otherwise.map(({ expressTransition: { median }, knows }) => [
    median,
    ...milliseconds(knows),
  ]);
  const assumed = Object.entries(latencies).map(([name, { median, p99 }]) => [name, median, p99]);
  return {
    markdown: [
      table(['', 'median, ms', 'p90, ms', 'p99, ms', 'looks a write', 'reads a write'], rows),
      `${lone.writes} creates of each kind; a run takes ${lone.runMedian.toFixed(0)} ms (median) from the answer to its start, in the Express lane ${express.runMedian.toFixed(0)} ms. Assumed:`,
      table(['', 'median, ms', 'p99, ms'], assumed),
      `What the Express lane takes rests on \`expressTransition\`. If that were otherwise, a lone create:`,
      table(['median of a transition, ms', 'median, ms', 'p90, ms', 'p99, ms'], others),
      '![When a caller knows of its write](performance/latency.svg)',
    ].join('\n\n'),
    plots: {
      'latency.svg': {
        kind: 'bars',
        title: 'When a caller knows of its create, simulated',
        unit: 'ms',
        categories: kinds.map(({ name }) => name.replace(/^a lone /, '').replace(/^each create of /, '')),
        series: QUANTILES.map((name) => ({
          name,
          values: kinds.map(({ knows }) => Math.round(knows[name])),
        })),
      },
    },
  };
}

const QUANTILES = ['median', 'p90', 'p99'] as const;

function milliseconds(knows: Quantiles): readonly string[] {
  return QUANTILES.map((name) => knows[name].toFixed(0));
}
