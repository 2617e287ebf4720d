// What the program bench/growth.ts prints.

export interface Grown {
  readonly audit: 'runs' | 'fsck' | 'sweep';
  /** Runs, items with an object each, or objects. */
  readonly size: number;
  readonly cpuSeconds: number;
  /** Bytes of the process's memory at most. */
  readonly peakRss: number;
}

export interface GrowthResult {
  readonly growth: readonly Grown[];
}
