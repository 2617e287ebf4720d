// `npm run faults`: makes every call of every saga fail in every way, and writes docs/fault-sweep.md.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { synthesize } from '../../cli/commands/local/synth.ts';
import { bundleTasks } from '../../lambdas/bundle.ts';
import { SCENARIOS } from './scenarios.ts';
import { withStands } from './stands.ts';
import { type Sweep, sweepScenarios } from './sweep.ts';
import { sweepPage, violationsOf } from './table.ts';

const HELP = `usage: npm run faults [-- options]

Every call of S3, DynamoDB and Lambda of every saga fails in every way, once and for good, on the local cloud. Takes some
ten minutes, and writes docs/fault-sweep.md. Exit code 1: something was lost, applied twice or left behind.

  --only RE   scenarios whose names match; the page is not written then
  --help`;

const PROGRESS_EVERY = 100;

async function sweepAll(only: RegExp | undefined): Promise<Sweep> {
  await bundleTasks();
  const product = await synthesize();
  const since = performance.now();
  const scenarios = SCENARIOS.filter(({ name }) => only?.test(name) ?? true);
  let done = 0;
  try {
    return await withStands(product.folder, (stands) =>
      sweepScenarios(scenarios, stands, (swept, of) => {
        for (const violation of violationsOf(swept)) console.log(violation);
        done += 1;
        if (done % PROGRESS_EVERY > 0 && done < of) return;
        console.log(`${done} of ${of} combinations, ${Math.round((performance.now() - since) / 1000)} s`);
      }),
    );
  } finally {
    await product.remove();
  }
}

const { values } = parseArgs({ options: { only: { type: 'string' }, help: { type: 'boolean' } } });
if (values.help) {
  console.log(HELP);
} else {
  const result = await sweepAll(values.only === undefined ? undefined : new RegExp(values.only));
  for (const line of result.unsound) console.log(line);
  if (values.only === undefined) {
    await writeFile(join(import.meta.dirname, '../../docs/fault-sweep.md'), sweepPage(result.swept));
  }
  const sound = result.unsound.length === 0 && result.swept.flatMap(violationsOf).length === 0;
  if (!sound) process.exitCode = 1;
}
