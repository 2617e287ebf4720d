// docs/performance.md, its plots and its results, from one run of `npm run bench`.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fill } from '../../docs/generate.ts';
import { operationsSection } from './operations.ts';
import type { BenchResults, Section } from './types.ts';

const docs = join(import.meta.dirname, '..', '..', 'docs');
const PAGE = join(docs, 'performance.md');
const FOLDER = join(docs, 'performance');

/** By suite; `result` is what its program printed. */
const SECTIONS: Readonly<Record<string, (result: never) => Section>> = {
  operations: operationsSection,
};

/** Writes anew what the run has measured, and leaves what it has not. */
export async function writePage(results: BenchResults): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  let page = await readFile(PAGE, 'utf8');
  for (const [name, result] of Object.entries(results.suites)) {
    const { markdown, plots } = (SECTIONS[name] as (result: unknown) => Section)(result);
    for (const [file, svg] of Object.entries(plots)) await writeFile(join(FOLDER, file), svg);
    page = fill(page, `bench:${name}`, 'bench', markdown);
  }
  await writeFile(PAGE, page);
  const file = join(FOLDER, 'results.json');
  const before = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as Partial<BenchResults>;
  const suites = { ...before.suites, ...results.suites };
  await writeFile(file, `${JSON.stringify({ ...results, suites }, undefined, 2)}\n`);
}
