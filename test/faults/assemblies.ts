// The product's cloud assembly as the sweep deploys it: copies in small parts, and for calls that nobody answers with
// time-outs of seconds instead of minutes.

import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { COPIES_IN_SMALL_PARTS } from '../e2e/large-copies.ts';
import { assembleMutant, type Mutation } from '../e2e/mutants.ts';

/** As on AWS each caller gives up before the one above it: a function's request, the function, the state machine's task. */
const QUICK = { requestMs: 800, functionSeconds: 2, taskSeconds: 4 } as const;
/** An attempt that has a second at all begins no part within its last two minutes. */
export const COPIES_UNTIL_THE_END: readonly Mutation[] = [
  {
    task: 'put-object',
    file: 'lambdas/missing-parts.ts',
    from: 'LAST_BEGIN_MS = 120_000;',
    to: 'LAST_BEGIN_MS = 300;',
  },
  {
    task: 'put-object',
    file: 'lambdas/missing-parts.ts',
    from: 'LAST_WAIT_MS = 15_000;',
    to: 'LAST_WAIT_MS = 150;',
  },
];

/** The folder of the product with small parts, which the caller removes. */
export function withSmallParts(assembly: string): Promise<string> {
  return assembleMutant(assembly, COPIES_IN_SMALL_PARTS);
}

/**
 * The same with quick time-outs, which the caller removes.
 * @throws {Error} when it has none of a kind: then the copy would not be what it says
 */
export async function withQuickTimeouts(assembly: string): Promise<string> {
  const folder = await assembleMutant(assembly, [...COPIES_IN_SMALL_PARTS, ...COPIES_UNTIL_THE_END]);
  try {
    const files = (await readdir(folder, { recursive: true })).map((name) => join(folder, name));
    await replaceIn(files, /\.template\.json$/, /"Timeout": *\d+/g, `"Timeout":${QUICK.functionSeconds}`);
    await replaceIn(
      files,
      /asset\.\w+\.json$/,
      /"TimeoutSeconds": *(?:\d+|"\{%[^"]*%\}")/g,
      `"TimeoutSeconds":${QUICK.taskSeconds}`,
    );
    // The Express lane's definitions are texts in the template.
    await replaceIn(
      files,
      /\.template\.json$/,
      /\\"TimeoutSeconds\\": *\d+/g,
      `\\"TimeoutSeconds\\":${QUICK.taskSeconds}`,
    );
    await replaceIn(files, /\.mjs$/, /requestTimeout:\d[\de_]*/g, `requestTimeout:${QUICK.requestMs}`);
    return folder;
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
}

async function replaceIn(files: readonly string[], names: RegExp, from: RegExp, to: string): Promise<void> {
  let replaced = 0;
  for (const file of files.filter((name) => names.test(name))) {
    const text = await readFile(file, 'utf8');
    const changed = text.replaceAll(from, () => {
      replaced += 1;
      return to;
    });
    if (changed !== text) await writeFile(file, changed);
  }
  if (replaced === 0) throw new Error(`nothing like ${from} in the assembly`);
}
