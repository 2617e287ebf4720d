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

/** What is deployed of the sweep of the store, which no combination is about: it goes over all that they have left. */
const OF_SWEEP = { id: /Sweep/, definition: '"SweepList"' } as const;

/**
 * The same with quick time-outs, but for its sweep, which the caller removes.
 * @throws {Error} when it has none of a kind: then the copy would not be what it says
 */
export async function withQuickTimeouts(assembly: string): Promise<string> {
  const folder = await assembleMutant(assembly, [...COPIES_IN_SMALL_PARTS, ...COPIES_UNTIL_THE_END]);
  try {
    const files = (await readdir(folder, { recursive: true })).map((name) => join(folder, name));
    const { functionSeconds, requestMs, taskSeconds } = QUICK;
    await replaceIn(files, /\.template\.json$/, (text, replace) => {
      const template = JSON.parse(text) as { Resources: Record<string, unknown> };
      for (const [id, resource] of Object.entries(template.Resources)) {
        if (OF_SWEEP.id.test(id)) continue;
        const quick = replace(JSON.stringify(resource), /"Timeout": *\d+/g, `"Timeout":${functionSeconds}`);
        template.Resources[id] = JSON.parse(quick);
      }
      return JSON.stringify(template);
    });
    await replaceIn(files, /asset\.\w+\.json$/, (text, replace) => {
      const seconds = /"TimeoutSeconds": *(?:\d+|"\{%[^"]*%\}")/g;
      return text.includes(OF_SWEEP.definition)
        ? text
        : replace(text, seconds, `"TimeoutSeconds":${taskSeconds}`);
    });
    // The Express lane's definitions are texts in the template.
    await replaceIn(files, /\.template\.json$/, (text, replace) =>
      replace(text, /\\"TimeoutSeconds\\": *\d+/g, `\\"TimeoutSeconds\\":${taskSeconds}`),
    );
    await replaceIn(files, /\.mjs$/, (text, replace) =>
      replace(text, /requestTimeout:\d[\de_]*/g, `requestTimeout:${requestMs}`),
    );
    return folder;
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
}

type Replace = (text: string, from: RegExp, to: string) => string;

async function replaceIn(
  files: readonly string[],
  names: RegExp,
  change: (text: string, replace: Replace) => string,
): Promise<void> {
  let replaced = 0;
  const replace: Replace = (text, from, to) =>
    text.replaceAll(from, () => {
      replaced += 1;
      return to;
    });
  for (const file of files.filter((name) => names.test(name))) {
    const text = await readFile(file, 'utf8');
    const changed = change(text, replace);
    if (changed !== text) await writeFile(file, changed);
  }
  if (replaced === 0) throw new Error(`nothing to replace in ${names} of the assembly`);
}
