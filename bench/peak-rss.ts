// The memory that this process had at most.

import { readFile } from 'node:fs/promises';

/** Bytes. What getrusage tells begins, on Linux, with the peak of the process that has started this one. */
export async function peakRss(): Promise<number> {
  return peakOf(await readFile('/proc/self/status', 'utf8').catch(() => ''));
}

/** @param status - as Linux tells it in /proc; empty elsewhere */
export function peakOf(status: string): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return 1024 * Number(kilobytes ?? process.resourceUsage().maxRSS);
}
