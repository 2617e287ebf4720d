// Writes what the documentation takes from the code: the state graphs, the examples, the rights of callers, the contract's
// JSON Schemas, prices, and what the benchmarks have measured.
// `npm run docs` runs it; a test fails when what is committed is not current.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Definition, toMermaid } from '../audit/drawing/mermaid.ts';
import type { OperationsResult } from '../bench/operations/dollars.ts';
import { expressTable, pricesTable, sagaTable } from '../bench/report/cost.ts';
import { performancePage } from '../bench/report/sections.ts';
import type { BenchResults } from '../bench/report/types.ts';
import {
  failureJsonSchema,
  inputJsonSchema,
  OPERATIONS,
  outputJsonSchema,
  storeJsonSchema,
} from '../core/index.ts';
import type { Operation } from '../core/keys/run.ts';
import { expressDefinition } from '../core/saga/express.ts';
import { sweepInputJsonSchema } from '../core/sweep/contract.ts';
import { sweepOutputJsonSchema } from '../core/sweep/output.ts';
import { judgedTables } from '../test/judges/page.ts';
import { callersTable } from './callers.ts';
import { fill } from './fill.ts';

const root = join(import.meta.dirname, '..');
const COMPENSATIONS = new Set(['DeleteCreatedObjects', 'DeleteUnwrittenObjects']);

/** Path below the repository's root and text of every file that is generated, wholly or in part. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  const schemas = [
    ...OPERATIONS.map((operation) => [`${operation}-input`, inputJsonSchema(operation)] as const),
    ['output', outputJsonSchema()] as const,
    ['sweep-input', sweepInputJsonSchema()] as const,
    ['sweep-output', sweepOutputJsonSchema()] as const,
    ['failure', failureJsonSchema()] as const,
    ['store', storeJsonSchema()] as const,
  ];
  const page = (path: string) => readFile(join(root, path), 'utf8');
  const results = JSON.parse(await page('docs/performance/results.json')) as BenchResults;
  return new Map([
    ['README.md', await withExamples(await page('README.md'), { 'quick-start.ts': 'ts', 'stack.ts': 'ts' })],
    ['docs/grants.md', withCallers(await page('docs/grants.md'))],
    ['docs/cost.md', withCosts(await page('docs/cost.md'), results)],
    ['docs/performance.md', performancePage(await page('docs/performance.md'), results)],
    ['docs/judged.md', fill(await page('docs/judged.md'), 'judged', 'judged', judgedTables())],
    [
      'docs/languages.md',
      await withExamples(await page('docs/languages.md'), {
        'python/documents.py': 'python',
        'python/express.py': 'python',
      }),
    ],
    ['docs/waiting.md', await withExamples(await page('docs/waiting.md'), { 'run-events.ts': 'ts' })],
    [
      'docs/upgrading.md',
      await withExamples(await page('docs/upgrading.md'), { 'stable-template.ts': 'ts' }),
    ],
    ['docs/reading.md', await withExamples(await page('docs/reading.md'), { 'reading.ts': 'ts' })],
    ['docs/protocol.md', await withGraphs(await page('docs/protocol.md'), ['create', 'update', 'delete'])],
    ['docs/sweeping.md', await withGraphs(await page('docs/sweeping.md'), ['sweep'])],
    ['docs/lanes.md', await withExpressGraph(await page('docs/lanes.md'), 'create')],
    ...schemas.map(
      ([name, schema]) =>
        [`docs/contract/${name}.schema.json`, `${JSON.stringify(schema, null, 2)}\n`] as const,
    ),
  ]);
}

/** A page with the Mermaid source between each `<!-- graph:NAME -->` and `<!-- /graph -->` drawn anew. */
async function withGraphs(page: string, machines: readonly string[]): Promise<string> {
  const graphs = await Promise.all(
    machines.map(async (machine) => {
      const file = await readFile(join(root, 'statemachines', `${machine}.asl.json`), 'utf8');
      return [machine, toMermaid(JSON.parse(file) as Definition, COMPENSATIONS)] as const;
    }),
  );
  return graphs.reduce(
    (text, [machine, graph]) => fill(text, `graph:${machine}`, 'graph', `\`\`\`mermaid\n${graph}\n\`\`\``),
    page,
  );
}

/** The same of one operation's Express lane. */
async function withExpressGraph(page: string, operation: Operation): Promise<string> {
  const file = await readFile(join(root, 'statemachines', `${operation}.asl.json`), 'utf8');
  const definition = expressDefinition(operation, JSON.parse(file)) as unknown as Definition;
  const graph = toMermaid(definition, COMPENSATIONS);
  return fill(page, `graph:express-${operation}`, 'graph', `\`\`\`mermaid\n${graph}\n\`\`\``);
}

/** A page with each example as it stands in examples/: the parts that it marks, or all but what says what it is for. */
async function withExamples(page: string, examples: Readonly<Record<string, string>>): Promise<string> {
  let text = page;
  for (const [name, language] of Object.entries(examples)) {
    const source = await readFile(join(root, 'examples', name), 'utf8');
    const code = shownOf(source) ?? source.replace(/^(\/\/.*\n)+\n/, '').trimEnd();
    text = fill(text, `example:${name}`, 'example', `\`\`\`${language}\n${code}\n\`\`\``);
  }
  return text;
}

/** What stands between each `[shown]` and `[/shown]`, without the indentation that all of a part has. */
function shownOf(source: string): string | undefined {
  const parts = [...source.matchAll(/^ *# \[shown\]\n([\s\S]*?)^ *# \[\/shown\]$/gm)].map(([, part = '']) => {
    const indentations = part.split('\n').flatMap((line) => /^ *(?=\S)/.exec(line)?.[0].length ?? []);
    return part.replaceAll(new RegExp(`^ {${Math.min(...indentations)}}`, 'gm'), '').trim();
  });
  return parts.length === 0 ? undefined : parts.join('\n\n\n');
}

/** A page with the prices that the benchmarks reckon with, and what a saga costs by what they have counted. */
function withCosts(page: string, { suites }: BenchResults): string {
  const counted = suites.operations?.result as OperationsResult;
  const text = fill(page, 'prices', 'prices', pricesTable());
  return fill(fill(text, 'saga', 'saga', sagaTable(counted)), 'express', 'express', expressTable(counted));
}

/** A page with the rights that the construct's grants come to. */
function withCallers(page: string): string {
  return fill(page, 'iam', 'iam', callersTable());
}

if (process.argv[1] === import.meta.filename) {
  for (const [path, text] of await generatedFiles()) await writeFile(join(root, path), text);
}
