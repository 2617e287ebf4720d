// The suite `memory` in docs/performance.md.

import type { MemoryResult } from '../executions.ts';
import { table } from './table.ts';
import type { Section } from './types.ts';

const MEBIBYTE = 2 ** 20;

export function memorySection({ kept, points }: MemoryResult): Section {
  const mebibytes = (bytes: number) => Math.round(bytes / MEBIBYTE);
  const executions = points.filter(({ of }) => of === 'executions');
  return {
    markdown: [
      `Executions, of which ${kept} are kept, then as many children of a Distributed Map.`,
      table(
        ['', 'heap, MiB', 'RSS, MiB'],
        points.map(({ of, count, heap, rss }) => [`${count} ${of}`, mebibytes(heap), mebibytes(rss)]),
      ),
      '![Memory of the local cloud](performance/memory.svg)',
    ].join('\n\n'),
    plots: {
      'memory.svg': {
        kind: 'lines',
        title: 'Memory of the local cloud',
        unit: 'MiB',
        along: 'executions',
        series: (['rss', 'heap'] as const).map((name) => ({
          name: name === 'rss' ? 'RSS' : 'heap',
          points: executions.map((point) => [point.count, mebibytes(point[name])] as const),
        })),
      },
    },
  };
}
