// docs/performance.md, its plots and its results, from runs of `npm run bench`.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performancePage, sectionsOf } from './sections.ts';
import type { BenchResults } from './types.ts';

const docs = join(import.meta.dirname, '..', '..', 'docs');
const PAGE = join(docs, 'performance.md');
const FOLDER = join(docs, 'performance');
const RESULTS = join(FOLDER, 'results.json');

/** Writes anew what the run has measured, and leaves what it has not. */
export async function writePage(results: BenchResults): Promise<void> {
  const { draw } = await import('./plots.ts');
  const before = JSON.parse(await readFile(RESULTS, 'utf8').catch(() => '{}')) as Partial<BenchResults>;
  const all: BenchResults = { ...results, suites: { ...before.suites, ...results.suites } };
  await mkdir(FOLDER, { recursive: true });
  await writeFile(RESULTS, `${JSON.stringify(all, undefined, 2)}\n`);
  await writeFile(PAGE, performancePage(await readFile(PAGE, 'utf8'), all));
  for (const { plots } of Object.values(sectionsOf(results))) {
    for (const [file, plot] of Object.entries(plots)) await writeFile(join(FOLDER, file), draw(plot));
  }
}
