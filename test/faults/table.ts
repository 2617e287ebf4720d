// The sweep's table, as docs/fault-sweep.md has it.

import type { CellResult } from './cell.ts';
import type { End } from './courses.ts';
import { KINDS, type Kind } from './kinds.ts';
import { SCENARIOS } from './scenarios.ts';
import type { Swept } from './sweep.ts';

const CODES: Readonly<Record<End, string>> = {
  committed: 'C',
  'cleanup-deferred': 'D',
  rejected: 'J',
  'rolled-back': 'R',
  unknown: 'U',
  stuck: 'S',
  aborted: 'A',
  running: '?',
  continued: '?',
  'handed-over': 'H',
  lost: 'L',
  'not-started': 'N',
};

const LEGEND = `| | the run ends |
| --- | --- |
| C | committed |
| D | committed, its clean-up left to the sweeper |
| J | rejected: nothing was put |
| R | rolled back: what was put is deleted |
| U | of unknown outcome: nothing is deleted |
| S→ | stuck at a task, and redriven at once: then as the next letter says; S→S→ when it took a second redrive, with what failed by design mended as well |
| S→C, U | the same, and behind the comma when redriven after eleven minutes, when DynamoDB may have forgotten the write's token |
| H→ | of the Express lane: handed over to a Standard run, which ends as the next letters say |
| L→ | of the Express lane: its caller got no answer, and asked \`client.outcome\`, which says what the next letters say |
| N | of the Express lane: not started, and so answered |`;

/** The whole page. */
export function sweepPage(swept: readonly Swept[]): string {
  const scenarios = [...new Set(swept.map(({ result }) => result.cell.scenario.name))];
  const runs = swept.length + swept.filter(({ later }) => later !== undefined).length;
  return `# The fault sweep

Every call of S3, DynamoDB and Lambda that a saga makes, and each start of an Express run or of what goes on with one, failing in
every way, once and for good: ${swept.length} combinations, ${runs} runs on the [local cloud](local-cloud.md). [Faults, crashes, soak](faults.md) says how it is done and what is checked after
each run. What was lost, applied twice, left behind or told
falsely is under [Violations](#violations).
\`npm run faults\` writes this page.

${LEGEND}

Two ends in a cell: the call fails once; it and every later one like it fail until the run has ended. One: both end the same.

| column | what happens to the call |
| --- | --- |
${KINDS.map(({ name, meaning }) => `| ${name} | ${meaning} |`).join('\n')}

${totals(swept)}${lacking(swept)}

${scenarios.map((name) => scenarioTable(name, swept)).join('\n\n')}

## Violations

${violations(swept)}
`;
}

function totals(swept: readonly Swept[]): string {
  const counts = new Map<string, number>();
  for (const { result } of swept) {
    const end = result.ends[0] as End;
    counts.set(end, (counts.get(end) ?? 0) + 1);
  }
  const ends = [...counts].sort(([, one], [, other]) => other - one);
  return `First ends: ${ends.map(([end, count]) => `${end} ${count}`).join(', ')}.`;
}

/** What the page does not have, if it is of a part. */
function lacking(swept: readonly Swept[]): string {
  const cells = swept.map(({ result }) => result.cell);
  const scenarios = SCENARIOS.filter((each) => !cells.some(({ scenario }) => scenario === each));
  const kinds = KINDS.filter((each) => !cells.some(({ kind }) => kind === each));
  const names = [...scenarios, ...kinds].map(({ name }) => `“${name}”`);
  return names.length === 0 ? '' : `\n\n**A part of the sweep.** Not in it: ${names.join(', ')}.`;
}

function scenarioTable(name: string, swept: readonly Swept[]): string {
  const rows = new Map<string, Swept[]>();
  for (const each of swept) {
    const { scenario, call } = each.result.cell;
    if (scenario.name === name) rows.set(call.label, [...(rows.get(call.label) ?? []), each]);
  }
  const header = `| | ${KINDS.map((kind) => kind.name).join(' | ')} |\n|${' --- |'.repeat(KINDS.length + 1)}`;
  const lines = [...rows].map(
    ([label, cells]) => `| ${label} | ${KINDS.map((kind) => text(kind, cells)).join(' | ')} |`,
  );
  return `## ${name[0]?.toUpperCase()}${name.slice(1)}\n\n${header}\n${lines.join('\n')}`;
}

function text(kind: Kind, row: readonly Swept[]): string {
  const ends = row.filter(({ result }) => result.cell.kind === kind).map(endOf);
  return [...new Set(ends)].join(' · ');
}

function endOf({ result, later }: Swept): string {
  const redriven = later && codes(later) !== codes(result) ? `, ${afterStuck(later)}` : '';
  return codes(result) + redriven;
}

function codes({ ends }: Pick<CellResult, 'ends'>): string {
  return ends.map((end) => CODES[end]).join('→');
}

function afterStuck({ ends }: CellResult): string {
  return codes({ ends: ends.slice(ends.indexOf('stuck') + 1) });
}

function violations(swept: readonly Swept[]): string {
  const lines = swept.flatMap(violationsOf).map((line) => `- ${line}`);
  return lines.length === 0 ? 'None.' : lines.join('\n');
}

/** What a combination's runs did that the protocol does not allow, each with what failed. */
export function violationsOf({ result, later }: Swept): string[] {
  return [result, ...(later ? [later] : [])].flatMap((each) =>
    each.violations.map((violation) => `${nameOf(each)}: ${violation}`),
  );
}

/** What fails, and how the run ends. */
export function nameOf({ cell: { scenario, call, kind, often }, ends }: CellResult): string {
  return `${scenario.name}: ${call.label} ${kind.name}, ${often} (${ends.join(', ')})`;
}
