// Makes a schedule as short as it can be: delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating
// Failure-Inducing Input", 2002). What breadth-first search finds is shortest already; what a walk finds is not.

import type { Model } from '../model/model.ts';
import { replayWhatCanBe } from './replay.ts';

/** A schedule of which no single step can be left out, and that breaks the same promise. */
export async function shrink(
  model: Model,
  steps: readonly string[],
  promise: string,
): Promise<readonly string[]> {
  const breaking = async (tried: readonly string[]): Promise<readonly string[] | undefined> => {
    const { broken, steps: taken } = await replayWhatCanBe(model, tried);
    return broken.includes(promise) ? taken : undefined;
  };
  let shortest = await breaking(steps);
  if (shortest === undefined)
    throw new Error('the schedule does not break the promise that it is said to break');
  for (let parts = 2; ; ) {
    const shorter: readonly string[] | undefined = await withoutOnePart(shortest, parts, breaking);
    if (shorter !== undefined) {
      shortest = shorter;
      parts = Math.max(parts - 1, 2);
    } else if (parts >= shortest.length) return shortest;
    else parts = Math.min(parts * 2, shortest.length);
  }
}

async function withoutOnePart(
  steps: readonly string[],
  parts: number,
  breaking: (tried: readonly string[]) => Promise<readonly string[] | undefined>,
): Promise<readonly string[] | undefined> {
  const size = Math.ceil(steps.length / parts);
  for (let start = 0; start < steps.length; start += size) {
    const found = await breaking([...steps.slice(0, start), ...steps.slice(start + size)]);
    if (found !== undefined && found.length < steps.length) return found;
  }
  return undefined;
}
