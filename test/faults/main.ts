// `npm run faults`: makes every call of every saga fail in every way, and writes docs/fault-sweep.md.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { synthesize } from '../../cli/commands/local/synth.ts';
import { bundleTasks } from '../../lambdas/bundle.ts';
import { isSilent, KINDS } from './kinds.ts';
import { SCENARIOS } from './scenarios.ts';
import { withStands } from './stands.ts';
import { type Sweep, sweepScenarios } from './sweep.ts';
import { nameOf, sweepPage, violationsOf } from './table.ts';

const HELP = `usage: npm run faults [-- options]

Every call of S3, DynamoDB and Lambda of every saga fails in every way, once and for good, on the local cloud. Takes some
ten minutes, and writes docs/fault-sweep.md. Exit code 1: something was lost, applied twice or left behind.

  --only RE   scenarios whose names match
  --kind RE   kinds of failure whose names match
  --loud      leave out what is never answered, which takes real seconds each time
  --page      write the page of such a part, too; it says what it lacks
  --help`;

/** Of the sweep: all of it where nothing is said. */
interface Part {
  readonly only: RegExp | undefined;
  readonly kind: RegExp | undefined;
  readonly loud: boolean;
}

const PROGRESS_EVERY = 100;
/** A combination that takes longer is named. */
const SLOW_MS = 30_000;

async function sweepAll({ only, kind, loud }: Part): Promise<Sweep> {
  await bundleTasks();
  const product = await synthesize({ express: true });
  const since = performance.now();
  const scenarios = SCENARIOS.filter(({ name }) => only?.test(name) ?? true);
  const kinds = KINDS.filter(({ name }) => kind?.test(name) ?? true);
  const quick = kinds.some(isSilent) && !loud;
  let done = 0;
  try {
    return await withStands(
      product.folder,
      (stands) =>
        sweepScenarios(
          scenarios,
          stands,
          (swept, of) => {
            for (const violation of violationsOf(swept)) console.log(violation);
            if (swept.tookMs > SLOW_MS) console.log(`${seconds(swept.tookMs)}: ${nameOf(swept.result)}`);
            done += 1;
            if (done % PROGRESS_EVERY > 0 && done < of) return;
            console.log(`${done} of ${of} combinations, ${seconds(performance.now() - since)}`);
          },
          kinds,
        ),
      quick ? {} : { quick: 0 },
    );
  } finally {
    await product.remove();
  }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

function patternOf(text: string | undefined): RegExp | undefined {
  return text === undefined ? undefined : new RegExp(text);
}

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    kind: { type: 'string' },
    loud: { type: 'boolean', default: false },
    page: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

async function main({ only, kind, loud, page }: typeof values): Promise<void> {
  const result = await sweepAll({ only: patternOf(only), kind: patternOf(kind), loud });
  for (const line of result.unsound) console.log(line);
  const isWhole = only === undefined && kind === undefined && !loud;
  if (isWhole || page) {
    await writeFile(join(import.meta.dirname, '../../docs/fault-sweep.md'), sweepPage(result.swept));
  }
  const sound = result.unsound.length === 0 && result.swept.flatMap(violationsOf).length === 0;
  if (!sound) process.exitCode = 1;
}

if (values.help) console.log(HELP);
else await main(values);
