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

  --only RE   scenarios whose names match
  --loud      leave out what is never answered, which takes real seconds each time
  --page      write the page of such a part, too; it says what it lacks
  --help`;

const PROGRESS_EVERY = 100;

async function sweepAll(only: RegExp | undefined, loud: boolean): Promise<Sweep> {
  await bundleTasks();
  const product = await synthesize();
  const since = performance.now();
  const scenarios = SCENARIOS.filter(({ name }) => only?.test(name) ?? true);
  let done = 0;
  try {
    return await withStands(
      product.folder,
      (stands) =>
        sweepScenarios(scenarios, stands, (swept, of) => {
          for (const violation of violationsOf(swept)) console.log(violation);
          done += 1;
          if (done % PROGRESS_EVERY > 0 && done < of) return;
          console.log(`${done} of ${of} combinations, ${Math.round((performance.now() - since) / 1000)} s`);
        }),
      loud ? { quick: 0 } : {},
    );
  } finally {
    await product.remove();
  }
}

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    loud: { type: 'boolean', default: false },
    page: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

async function main(only: string | undefined): Promise<void> {
  const result = await sweepAll(only === undefined ? undefined : new RegExp(only), values.loud);
  for (const line of result.unsound) console.log(line);
  const isWhole = only === undefined && !values.loud;
  if (isWhole || values.page) {
    await writeFile(join(import.meta.dirname, '../../docs/fault-sweep.md'), sweepPage(result.swept));
  }
  const sound = result.unsound.length === 0 && result.swept.flatMap(violationsOf).length === 0;
  if (!sound) process.exitCode = 1;
}

if (values.help) console.log(HELP);
else await main(values.only);
