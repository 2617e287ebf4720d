// The suite `latency` in docs/performance.md.

import type { LatencyResult } from '../latency.ts';
import { table } from './table.ts';
import type { Section } from './types.ts';

export function latencySection({ latencies, plain, lone, batch }: LatencyResult): Section {
  const kinds = [
    { name: 'plain', knows: plain, looks: 0, reads: 0, writes: lone.writes },
    { name: 'a lone create', ...lone },
    { name: 'each create of a batch', ...batch },
  ];
  const rows = kinds.map(({ name, knows, looks, reads, writes }) => [
    name,
    ...[knows.median, knows.p90, knows.p99].map((ms) => ms.toFixed(0)),
    (looks / writes).toFixed(2),
    (reads / writes).toFixed(2),
  ]);
  const assumed = Object.entries(latencies).map(([name, { median, p99 }]) => [name, median, p99]);
  const quantiles = ['median', 'p90', 'p99'] as const;
  return {
    markdown: [
      table(['', 'median, ms', 'p90, ms', 'p99, ms', 'looks a write', 'reads a write'], rows),
      `${lone.writes} creates of each kind; a run takes ${lone.runMedian.toFixed(0)} ms (median) from the answer to its start. Assumed:`,
      table(['', 'median, ms', 'p99, ms'], assumed),
      '![When a caller knows of its write](performance/latency.svg)',
    ].join('\n\n'),
    plots: {
      'latency.svg': {
        kind: 'bars',
        title: 'When a caller knows of its create, simulated',
        unit: 'ms',
        categories: kinds.map(({ name }) => name),
        series: quantiles.map((name) => ({
          name,
          values: kinds.map(({ knows }) => Math.round(knows[name])),
        })),
      },
    },
  };
}
