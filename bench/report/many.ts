// The suite `many` in docs/performance.md.

import type { ManyResult } from '../many.ts';
import { spreadText } from '../statistics.ts';
import { table } from './table.ts';
import type { Section } from './types.ts';

export function manySection({ items, contentBytes, rounds, ways }: ManyResult): Section {
  const rows = ways.map((way) => [
    way.name,
    (items / way.seconds.median).toFixed(0),
    spreadText(way.seconds, 2),
    spreadText(way.cpuSeconds, 2),
    way.name === way.against ? '-' : way.cpuRatio.toFixed(2),
  ]);
  return {
    markdown: [
      `${items} items with ${contentBytes} bytes of content each, ${rounds} rounds.`,
      table(['', 'items a second', 's', 'processor, s', 'of the SDK'], rows),
    ].join('\n\n'),
    plots: {},
  };
}
