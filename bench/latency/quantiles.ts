// What a simulation tells of many times.

export interface Quantiles {
  readonly median: number;
  readonly p90: number;
  readonly p99: number;
}

export function quantilesOf(values: readonly number[]): Quantiles {
  return { median: quantile(values, 0.5), p90: quantile(values, 0.9), p99: quantile(values, 0.99) };
}

/** @param part - from 0 to 1 */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}
