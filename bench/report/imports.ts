// The suite `imports` in docs/performance.md.

import type { Imported, ImportsResult } from '../imports.ts';
import { spreadText } from '../statistics.ts';
import { table } from './table.ts';
import type { Section } from './types.ts';

export function importsSection({ rounds, imports }: ImportsResult): Section {
  const of = (kind: Imported['kind']) => imports.filter((each) => each.kind === kind);
  const times = ({ own, bare, ratio }: Imported) => [
    spreadText(own, 0),
    spreadText(bare, 0),
    ratio?.toFixed(2) ?? '-',
  ];
  const kilobytes = (bytes: number | undefined) => ((bytes ?? 0) / 1000).toFixed(0);
  const tasks = of('task').map((each) => [
    each.name,
    kilobytes(each.bytes?.own),
    kilobytes(each.bytes?.bare),
    ...times(each),
  ]);
  const entries = of('entry').map((each) => [each.name, ...times(each)]);
  return {
    markdown: [
      `${rounds} rounds; medians, and from the least to the most.`,
      table(['task', 'KB', 'of clients', 'ms', 'of clients, ms', 'ratio'], tasks),
      table(['entry', 'ms', 'of other packages, ms', 'ratio'], entries),
      '![Processor time of cold imports](performance/imports.svg)',
    ].join('\n\n'),
    plots: {
      'imports.svg': {
        kind: 'bars',
        title: 'Processor time of cold imports',
        unit: 'ms',
        categories: imports.map(({ name }) => name.replace('/', '/\n').replaceAll('-', '-\n')),
        series: [
          { name: 'ours', values: imports.map(({ own }) => Math.round(own.median)) },
          { name: 'what it needs', values: imports.map(({ bare }) => Math.round(bare.median)) },
        ],
      },
    },
  };
}
