// Every benchmark in one run, with its results as JSON, and docs/performance.md made of them.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { writePage } from './report/page.ts';
import type { BenchResults } from './report/types.ts';
import { SUITES, type Suite } from './suites.ts';

const HELP = `Usage: npm run bench [-- options]

Measures what operations take, cost, and how fast they are: ratios and medians
with their spread, in one run. These machines differ: compare within a run.

Options:
  --quick        less of each, in under two minutes; leaves out what takes long
  --only <list>  suites by name, with commas: ${SUITES.map(({ name }) => name).join(', ')}
  --json <file>  writes the results there, too
  --write        writes docs/performance.md, its plots, and its results
  -h, --help     shows this

Exit codes: 0 done, 1 a suite failed, 2 wrong command line, 130 interrupted`;

process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions();
  if (options === undefined) return 2;
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const chosen = SUITES.filter(({ name }) => options.only?.includes(name) ?? true);
  const suites: Record<string, unknown> = {};
  const failed: string[] = [];
  for (const suite of chosen) {
    const given = options.quick ? suite.quick : suite.arguments;
    if (given === undefined) {
      console.error(`${suite.name}: left out by --quick`);
      continue;
    }
    console.error(`${suite.name}: ${suite.about}`);
    const result = await resultOf(suite, given);
    if (result === undefined) failed.push(suite.name);
    else suites[suite.name] = result;
  }
  const results: BenchResults = {
    at: new Date().toISOString().slice(0, 10),
    quick: options.quick,
    machine: {
      node: process.version,
      processors: availableParallelism(),
      model: cpus()[0]?.model ?? 'unknown',
    },
    suites,
  };
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(results, undefined, 2)}\n`);
  if (options.write && failed.length === 0) await writePage(results);
  if (options.json === undefined) console.log(JSON.stringify(results, undefined, 2));
  if (failed.length > 0) console.error(`failed: ${failed.join(', ')}`);
  return failed.length > 0 ? 1 : 0;
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        quick: { type: 'boolean', default: false },
        only: { type: 'string' },
        json: { type: 'string' },
        write: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const only = values.only?.split(',');
    const unknown = only?.find((name) => !SUITES.some((suite) => suite.name === name));
    if (unknown === undefined) return { ...values, only };
    console.error(`error: --only ${unknown}: there is no such suite`);
  } catch (error) {
    console.error(`error: ${(error as Error).message}`);
  }
  return undefined;
}

/** The last line that a suite prints, or undefined when it fails. */
async function resultOf({ program }: Suite, given: readonly string[]): Promise<unknown> {
  const argv = ['--expose-gc', '--import', 'tsx', join(import.meta.dirname, program), ...given, '--json'];
  const env = { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
  const child = spawn(process.execPath, argv, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [printed, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  const line = printed.trim().split('\n').at(-1) ?? '';
  return code === 0 ? JSON.parse(line) : undefined;
}
