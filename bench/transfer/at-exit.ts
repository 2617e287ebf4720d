// Loaded before a program that is measured as it is: leaves in the file BENCH_MEASURED what the process took, its start included.

import { readFileSync, writeFileSync } from 'node:fs';
import { peakOf } from '../peak-rss.ts';
import type { Measured } from './measuring.ts';

process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  const measured: Measured = {
    seconds: performance.now() / 1000,
    cpuSeconds: (user + system) / 1e6,
    peakRss: peakOf(readFileSync('/proc/self/status', { encoding: 'utf8' })),
  };
  writeFileSync(process.env.BENCH_MEASURED as string, JSON.stringify(measured));
});
