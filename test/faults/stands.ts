// The stands that a sweep works on side by side: a call that nobody answers costs time, but no work.

import { rm } from 'node:fs/promises';
import { withQuickTimeouts, withSmallParts } from './assemblies.ts';
import { MIN_PART_BYTES } from './scenario.ts';
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
  const folders: string[] = [];
  const open: Stand[] = [];
  const openAll = async (count: number, assemble: typeof withSmallParts) => {
    if (count === 0) return [];
    const assembly = await assemble(product);
    folders.push(assembly);
    for (let at = 0; at < count; at += 1) {
      open.push(await Stand.open({ assembly, minPartBytes: MIN_PART_BYTES }));
    }
    return open.slice(-count);
  };
  try {
    return await use({
      usual: await openAll(usual, withSmallParts),
      quick: await openAll(quick, withQuickTimeouts),
    });
  } finally {
    for (const stand of open) await stand[Symbol.asyncDispose]();
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true })));
  }
}
