// The stands that a sweep works on side by side: a call that nobody answers costs time, but no work.

import { rm } from 'node:fs/promises';
import { withQuickTimeouts, withSmallParts } from './assemblies.ts';
import { MIN_PART_BYTES } from './scenarios.ts';
import { Stand } from './stand.ts';
import type { SweepStands } from './sweep.ts';

/** How many of each kind. */
const USUAL = 2;
const QUICK = 10;

/** @param product - the product's cloud assembly */
export async function withStands<T>(
  product: string,
  use: (stands: SweepStands) => Promise<T>,
  { usual = USUAL, quick = QUICK }: { readonly usual?: number; readonly quick?: number } = {},
): Promise<T> {
  const assembly = await withSmallParts(product);
  const quickAssembly = await withQuickTimeouts(product);
  const open: Stand[] = [];
  const openAll = async (count: number, from: string) => {
    for (let at = 0; at < count; at += 1) {
      open.push(await Stand.open({ assembly: from, minPartBytes: MIN_PART_BYTES }));
    }
    return open.slice(-count);
  };
  try {
    return await use({
      usual: await openAll(usual, assembly),
      quick: quick === 0 ? [] : await openAll(quick, quickAssembly),
    });
  } finally {
    for (const stand of open) await stand[Symbol.asyncDispose]();
    await Promise.all([assembly, quickAssembly].map((folder) => rm(folder, { recursive: true })));
  }
}
