// What a process measures of itself.

import { peakRss } from '../peak-rss.ts';

export interface Measured {
  readonly seconds: number;
  /** Of all of the process's threads, its start left out. */
  readonly cpuSeconds: number;
  /** Bytes of the process's memory at most. */
  readonly peakRss: number;
}

/** Measures from now on until what is returned is called; the peak is the process's. */
export function measuring(): () => Promise<Measured> {
  const since = performance.now();
  const before = process.cpuUsage();
  return async () => {
    const seconds = (performance.now() - since) / 1000;
    const { user, system } = process.cpuUsage(before);
    return { seconds, cpuSeconds: (user + system) / 1e6, peakRss: await peakRss() };
  };
}
