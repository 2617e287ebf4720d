// What a trial has seen: a page for people, a file for programs, and each history by itself.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { transitionsOf } from '../e2e/transitions.ts';
import type { Settled } from './assumptions.ts';
import type { Step } from './life.ts';

/** Dollars of one transition of a Standard workflow in us-east-1 (docs/cost.md). */
const TRANSITION = 0.025 / 1000;

export interface TrialReport {
  readonly startedAt: string;
  readonly region: string;
  readonly steps: readonly Step[];
  readonly settled: readonly Settled[];
}

export function holds({ steps, settled }: TrialReport): boolean {
  return (
    steps.every(({ problem }) => problem === undefined) &&
    settled.every(({ verdict }) => verdict !== 'otherwise')
  );
}

export function reportText(report: TrialReport): string {
  const all = report.steps.flatMap(({ recorded }) => recorded);
  const transitions = all.reduce((sum, each) => sum + transitionsOf(each.events), 0);
  return [
    `# A trial in ${report.region}, ${report.startedAt}`,
    '',
    '| step | | until the caller knew, ms | executions, ms | transitions |',
    '| --- | --- | --- | --- | --- |',
    ...report.steps.map(({ name, problem, milliseconds, recorded }) => {
      const took = recorded.map(
        ({ execution: { startDate, stopDate } }) => Number(stopDate) - Number(startDate),
      );
      const cells = [took.join(', '), recorded.map(({ events }) => transitionsOf(events)).join(', ')];
      return `| ${name} | ${problem ?? 'as it must be'} | ${milliseconds} | ${cells.join(' | ')} |`;
    }),
    '',
    `${transitions} transitions of the sagas: $${(transitions * TRANSITION).toFixed(5)} at us-east-1's price.`,
    '',
    '| assumption | verdict | seen |',
    '| --- | --- | --- |',
    ...report.settled.map(
      ({ assumption, verdict, seen }) => `| ${assumption} | ${verdict} | ${seen.replaceAll('|', '\\|')} |`,
    ),
    '',
  ].join('\n');
}

/** Writes `report.md`, `report.json` and `histories/{number}-{name}.json` into the folder, which is made. */
export async function writeReport(folder: string, report: TrialReport): Promise<void> {
  const histories = join(folder, 'histories');
  await mkdir(histories, { recursive: true });
  const recorded = [
    ...report.steps.flatMap((step) => step.recorded),
    ...report.settled.flatMap((each) => each.recorded ?? []),
  ];
  for (const [index, each] of recorded.entries()) {
    const name = `${String(index + 1).padStart(2, '0')}-${each.name.replaceAll(/[^a-z0-9]+/gi, '-')}.json`;
    await writeFile(join(histories, name), `${JSON.stringify(each, withoutMetadata, 2)}\n`);
  }
  await writeFile(join(folder, 'report.md'), reportText(report));
  await writeFile(join(folder, 'report.json'), `${JSON.stringify(report, withoutRecordings, 2)}\n`);
}

function withoutMetadata(name: string, value: unknown): unknown {
  return name === '$metadata' ? undefined : value;
}

function withoutRecordings(name: string, value: unknown): unknown {
  return name === 'recorded' ? undefined : value;
}
