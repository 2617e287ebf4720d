// The suite `transfer` in docs/performance.md.

import type { DownloadResult } from '../download.ts';
import { spreadText } from '../statistics.ts';
import type { Way } from '../transfer/apart.ts';
import type { UploadResult } from '../upload.ts';
import { table } from './table.ts';
import type { Section } from './types.ts';

const MEGABYTE = 1e6;

export function transferSection({ upload, download }: UploadResult & DownloadResult): Section {
  const head = ['', 'MB/s', 's', 'processor, s', 'of the SDK', 'peak RSS, MB'];
  const row = (bytes: number) => (way: Way) => [
    way.name,
    (bytes / MEGABYTE / way.seconds.median).toFixed(0),
    spreadText(way.seconds, 2),
    spreadText(way.cpuSeconds, 2),
    way.name === way.against ? '-' : way.cpuRatio.toFixed(2),
    (way.peakRss / MEGABYTE).toFixed(0),
  ];
  const both = [
    ...upload.ways.map((way) => ({ ...way, name: `up: ${way.name}` })),
    ...download.ways.map((way) => ({ ...way, name: `down: ${way.name}` })),
  ];
  return {
    markdown: [
      `Up, ${upload.bytes / MEGABYTE} MB from a stream of unknown length, ${upload.rounds} rounds:`,
      table(head, upload.ways.map(row(upload.bytes))),
      `Down, ${download.bytes / MEGABYTE} MB, ${download.rounds} rounds:`,
      table(head, download.ways.map(row(download.bytes))),
      '![Processor time of transfers](performance/transfer.svg)',
    ].join('\n\n'),
    plots: {
      'transfer.svg': {
        kind: 'bars',
        title: `Processor time of ${upload.bytes / MEGABYTE} MB`,
        unit: 's',
        categories: both.map(({ name }) => name.replace(' ', '\n')),
        series: [
          {
            name: 'median',
            values: both.map(({ cpuSeconds }) => Number(cpuSeconds.median.toFixed(2))),
          },
        ],
      },
    },
  };
}
