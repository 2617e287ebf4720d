// What docs/performance.md shows of each suite.

import { fill } from '../../docs/fill.ts';
import type { SuiteName } from '../suites.ts';
import { cloudSection } from './cloud.ts';
import { growthSection } from './growth.ts';
import { importsSection } from './imports.ts';
import { latencySection } from './latency.ts';
import { manySection } from './many.ts';
import { memorySection } from './memory.ts';
import { operationsSection } from './operations.ts';
import { transferSection } from './transfer.ts';
import type { BenchResults, Section, SuiteResult } from './types.ts';

/** `result` is what the suite's programs have printed. */
const SECTIONS: Readonly<Record<SuiteName, (result: never) => Section>> = {
  operations: operationsSection,
  latency: latencySection,
  imports: importsSection,
  transfer: transferSection,
  many: manySection,
  memory: memorySection,
  cloud: cloudSection,
  growth: growthSection,
};

/** Of the suites that were run. */
export function sectionsOf({ suites }: BenchResults): Partial<Record<SuiteName, Section>> {
  return Object.fromEntries(
    Object.entries(suites).map(([name, { result }]) => [
      name,
      (SECTIONS[name as SuiteName] as (result: unknown) => Section)(result),
    ]),
  );
}

/** The page with the sections of the suites that were run. */
export function performancePage(page: string, results: BenchResults): string {
  return Object.entries(sectionsOf(results)).reduce((text, [name, { markdown }]) => {
    const suite = results.suites[name as SuiteName] as SuiteResult;
    return fill(text, `bench:${name}`, 'bench', `${markdown}\n\n${measured(suite, results)}`);
  }, page);
}

/** When, and beside what else: figures of a machine that others use are worth what its load lets them be. */
function measured({ at, quick, load }: SuiteResult, { machine }: BenchResults): string {
  const [before, after] = load.map((each) => each.toFixed(1));
  const how = quick ? ' with `--quick`' : '';
  return `*Measured on ${at}${how}, Node.js ${machine.node}, ${machine.processors} processors, load ${before} before and ${after} after.*`;
}
