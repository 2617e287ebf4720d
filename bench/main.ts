// Every benchmark in one run, with its results as JSON, and docs/performance.md made of them.

import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { Interrupted, Programs } from './programs.ts';
import { writePage } from './report/page.ts';
import type { BenchResults, SuiteResult } from './report/types.ts';
import { SUITE_NAMES, SUITES, type SuiteName } from './suites.ts';

const HELP = `Usage: npm run bench [-- options]

Measures what operations take, cost, and how fast they are: ratios and medians
with their spread, in one run. Machines differ: compare within a run.

Options:
  --quick        less of each, in under two minutes
  --only <list>  suites by name, with commas: ${SUITE_NAMES.slice(0, 5).join(', ')},
                 ${SUITE_NAMES.slice(5).join(', ')}
  --json <file>  writes the results there, not to the standard output
  --write        writes docs/performance.md, its plots, and its results
  -h, --help     shows this

Exit codes: 0 done, 1 a suite failed, 2 wrong command line, 130 interrupted`;

interface Options {
  readonly quick: boolean;
  readonly only: readonly SuiteName[];
  readonly json?: string | undefined;
  readonly write: boolean;
}

process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions();
  if (options === undefined) return 2;
  if (options === 'help') {
    console.log(HELP);
    return 0;
  }
  const programs = await Programs.open();
  try {
    return await runSuites(programs, options);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    console.error('interrupted');
    return error.exitCode;
  } finally {
    await programs.close();
  }
}

async function runSuites(programs: Programs, { quick, only, json, write }: Options): Promise<number> {
  const suites: Partial<Record<SuiteName, SuiteResult>> = {};
  const failed: SuiteName[] = [];
  for (const name of only) {
    console.error(`${name}: ${SUITES[name].about}`);
    const result = await resultOf(programs, name, quick);
    if (result === undefined) failed.push(name);
    else suites[name] = result;
  }
  const machine = {
    node: process.version,
    processors: availableParallelism(),
    model: cpus()[0]?.model ?? 'unknown',
  };
  const results: BenchResults = { machine, suites };
  const text = JSON.stringify(results, undefined, 2);
  if (json === undefined) console.log(text);
  else await writeFile(json, `${text}\n`);
  if (write) await writePage(results);
  if (failed.length > 0) console.error(`failed: ${failed.join(', ')}`);
  return failed.length > 0 ? 1 : 0;
}

async function resultOf(
  programs: Programs,
  name: SuiteName,
  quick: boolean,
): Promise<SuiteResult | undefined> {
  const suite = SUITES[name];
  const before = loadavg()[0] ?? 0;
  const since = performance.now();
  const result: object = {};
  for (const program of suite.programs) {
    const printed = await programs.run(program, quick ? suite.quick : suite.arguments);
    if (printed === undefined) return undefined;
    Object.assign(result, printed);
  }
  const seconds = Math.round((performance.now() - since) / 1000);
  console.error(`${name}: ${seconds} s`);
  const at = new Date().toISOString().slice(0, 10);
  return { at, quick, load: [before, loadavg()[0] ?? 0], seconds, result };
}

/** Undefined, once it is said why, for a wrong command line. */
function readOptions(): Options | 'help' | undefined {
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
    if (values.help) return 'help';
    const wanted = values.only?.split(',') ?? SUITE_NAMES;
    const unknown = wanted.find((name) => !SUITE_NAMES.some((known) => known === name));
    if (unknown !== undefined) throw new Error(`--only ${unknown}: there is no such suite`);
    return { ...values, only: SUITE_NAMES.filter((name) => wanted.includes(name)) };
  } catch (error) {
    console.error(`error: ${(error as Error).message}`);
    return undefined;
  }
}
