// The suite `growth` in docs/performance.md.

import type { GrowthResult } from '../growth/types.ts';
import { table } from './table.ts';
import type { Section } from './types.ts';

const MEBIBYTE = 2 ** 20;

export function growthSection({ growth }: GrowthResult): Section {
  const rows = growth.map(({ audit, size, cpuSeconds, peakRss }) => [
    audit,
    size.toLocaleString('en'),
    cpuSeconds.toFixed(2),
    ((cpuSeconds / size) * 1e6).toFixed(1),
    Math.round(peakRss / MEBIBYTE),
  ]);
  const audits = [...new Set(growth.map(({ audit }) => audit))];
  return {
    markdown: [
      table(['', 'of', 'processor, s', 'ms a thousand', 'peak RSS, MiB'], rows),
      '![Processor time of audits by size](performance/growth.svg)',
    ].join('\n\n'),
    plots: {
      'growth.svg': {
        kind: 'lines',
        title: 'Processor time of audits by size',
        unit: 's',
        along: 'runs, items with an object each, objects',
        logarithmic: true,
        series: audits.map((name) => ({
          name,
          points: growth
            .filter(({ audit }) => audit === name)
            .map(({ size, cpuSeconds }) => [size, Number(cpuSeconds.toFixed(3))] as const),
        })),
      },
    },
  };
}
