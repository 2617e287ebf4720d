// Work on many things side by side.

import { shareSignal } from '../platform/platform.ts';

/**
 * The results in the order of the inputs; at most `limit` are worked on at a time. The first failure is the outcome:
 * it aborts the signal that the others have, and nothing more is begun.
 */
export async function inParallel<T, R>(
  limit: number,
  inputs: readonly T[],
  work: (input: T, signal: AbortSignal) => Promise<R>,
  signal?: AbortSignal,
): Promise<R[]> {
  const failed = new AbortController();
  const stop = signal === undefined ? failed.signal : AbortSignal.any([failed.signal, signal]);
  shareSignal(stop);
  const rest = inputs.entries();
  const results: R[] = [];
  const worker = async (): Promise<void> => {
    for (const [at, input] of rest) {
      stop.throwIfAborted();
      results[at] = await work(input, stop);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(limit, inputs.length) }, worker));
    return results;
  } catch (error) {
    failed.abort(error);
    throw error;
  }
}
