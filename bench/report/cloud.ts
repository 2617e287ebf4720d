// The suite `cloud` in docs/performance.md.

import type { CloudResult, Speed } from '../local.ts';
import { spreadText } from '../statistics.ts';
import { table } from './table.ts';
import type { Section } from './types.ts';

const MEBIBYTE = 2 ** 20;

export function cloudSection({ rounds, atATime, clouds, workloads }: CloudResult): Section {
  const rate = (speed: Speed | undefined) => (speed === undefined ? '-' : spreadText(speed.rate, 0));
  const isCompared = workloads.some(({ theirs }) => theirs !== undefined);
  const rows = workloads.map(({ name, ours, theirs, ratio, cpuRatio }) => [
    name,
    rate(ours),
    ...(isCompared ? [rate(theirs), ratio?.toFixed(1) ?? '-', cpuRatio?.toFixed(1) ?? '-'] : []),
  ]);
  const starts = Object.entries(clouds).map(([name, { start, memory }]) => [
    name === 'ours' ? 'local cloud' : name,
    start === undefined ? '-' : spreadText(start, 2),
    memory === undefined ? '-' : Math.round(memory.rss / MEBIBYTE),
    memory === undefined ? '-' : Math.round(memory.peak / MEBIBYTE),
  ]);
  const beside = ['MiniStack', 'ratio', 'of processor time'];
  return {
    markdown: [
      `${rounds} rounds, ${atATime} calls at a time; medians, and from the least to the most. How often a second:`,
      table(['', 'local cloud', ...(isCompared ? beside : [])], rows),
      'Until the first answer, and once all of this was measured:',
      table(['', 'processor, s', 'RSS, MiB', 'at most, MiB'], starts),
    ].join('\n\n'),
    plots: {},
  };
}
