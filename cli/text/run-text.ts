// A run's report as lines for a terminal: what it was, what happened, what is left, what to do.

import pc from 'picocolors';
import { columns, cut, oneLine } from '../../audit/drawing/text.ts';
import { COMPENSATION_MARK, formatDuration, renderTree } from '../../audit/drawing/tree.ts';
import type { Failure } from '../../audit/events.ts';
import { describeWriter } from '../../audit/item/item.ts';
import { keyText } from '../../audit/item/key.ts';
import type { ObjectReport } from '../../audit/report/objects.ts';
import type { CompensationReport, RunReport } from '../../audit/report/run-report.ts';
import { formatBytes } from './progress.ts';
import { laneText, OUTCOME_MARKS, outcomeColor, timeText } from './run-rows.ts';

type Colors = ReturnType<typeof pc.createColors>;

export interface ReportOptions {
  readonly width: number;
  readonly color: boolean;
  /** Whether there is a page of the run in the AWS console. */
  readonly onAws: boolean;
}

export function reportLines(report: RunReport, { width, color, onAws }: ReportOptions): string[] {
  const colors = pc.createColors(color);
  const heading = (text: string): string => colors.bold(text);
  const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);
  const objects = report.objects.flatMap((object) => objectLines(object, report, width - 2));
  const compensations = report.compensations.flatMap((each) =>
    wrapped(oneLine(compensationText(each)), width - 2),
  );
  return [
    ...factLines(report, width, colors),
    ...expressLines(report, { width, color, heading }),
    '',
    heading('States'),
    ...indented(renderTree(report.tree, { width: width - 2, color, title: 'run' })),
    '',
    heading('Timeline'),
    ...indented(timelineLines(report, width - 2)),
    ...(objects.length === 0 ? [] : ['', heading('Objects'), ...indented(objects)]),
    ...(compensations.length === 0
      ? []
      : ['', heading('Compensation and clean-up'), ...indented(compensations)]),
    '',
    heading('Next'),
    ...indented(report.nextSteps.flatMap((step) => wrapped(oneLine(step), width - 2))),
    ...(onAws ? ['', `AWS console  ${report.consoleUrl}`] : []),
  ];
}

/** What it was about, one fact a line. */
function factLines(
  { summary, item, redrive, replayedBy }: RunReport,
  width: number,
  colors: Colors,
): string[] {
  const { outcome, name, key, reason, message, because, startedAt, durationMs, redriveCount, replayOf } =
    summary;
  const now = item && `${describeWriter(item.now)}${item.carriesThisWrite ? ' (this run)' : ''}`;
  const facts: (readonly [string, string | undefined])[] = [
    ['operation', summary.operation],
    ['lane', laneText(summary) || undefined],
    ['item', key && keyText(key)],
    ['item now', now],
    ['wrote', summary.version === undefined ? undefined : `version ${summary.version}`],
    ['first error', because?.error],
    ['its cause', because?.message],
    [because ? 'then' : 'error', reason],
    ['cause', message],
    [
      'started',
      `${timeText(startedAt)} UTC${summary.startUnknown ? ' or before: its log does not tell' : ''}`,
    ],
    ['took', durationMs === undefined ? undefined : formatDuration(durationMs)],
    ['redrives', redriveCount === 0 ? undefined : String(redriveCount)],
    ['replays', replayOf],
    ['replayed', replayedBy && `by ${replayedBy.name}: ${replayedBy.outcome}`],
    ['redrivable', outcome === 'stuck' || outcome === 'aborted' ? redriveText(redrive) : undefined],
  ];
  return [
    outcomeColor(outcome, colors)(`${OUTCOME_MARKS[outcome]} ${name}  ${outcome}`),
    ...facts.flatMap(([label, text]) =>
      text === undefined ? [] : factText(label, oneLine(text), width).map((line) => `  ${line}`),
    ),
    `  ${'ARN'.padEnd(LABEL_WIDTH)}${summary.executionArn}`,
  ];
}

/** What the log tells of the Express run that this is, goes on with, or settles. */
function expressLines(
  { express, summary }: RunReport,
  { width, color, heading }: { width: number; color: boolean; heading: (text: string) => string },
): string[] {
  if (express === undefined) return [];
  const { summary: run, tree, failures, gap, others } = express;
  const isThis = summary.lane === 'express';
  const told =
    run && !isThis ? [`${OUTCOME_MARKS[run.outcome]} ${run.name}  ${run.outcome}`, run.executionArn] : [];
  const states = tree && !isThis ? renderTree(tree, { width: width - 2, color, title: 'Express run' }) : [];
  const notes = [
    failures.flatMap((failure) => wrapped(oneLine(untoldText(failure)), width - 2)),
    gap === undefined ? [] : wrapped(`What is told is not all: ${gap}.`, width - 2),
    others.length === 0 ? [] : [`Of the same name: ${others.join(', ')}`],
  ].flat();
  const lines = [...told, ...states, ...notes];
  return lines.length === 0 ? [] : ['', heading('Express run'), ...lines.map((line) => `  ${line}`)];
}

function untoldText({ error, message }: Failure): string {
  return `An attempt failed, of a task that is not told: ${[error, message].filter(Boolean).join(': ')}`;
}

const LABEL_WIDTH = 12;

function factText(label: string, text: string, width: number): string[] {
  const [first = '', ...rest] = wrapped(text, width - 2 - LABEL_WIDTH);
  return [label.padEnd(LABEL_WIDTH) + first, ...rest.map((line) => ' '.repeat(LABEL_WIDTH) + line)];
}

function redriveText({ possible, obstacle = 'no' }: RunReport['redrive']): string {
  return possible ? 'yes, for 14 days from its end' : obstacle;
}

const NAME_WIDTH = 22;
const BAR_WIDTH = 18;

/** Bars over the run's time; nested states are indented. */
function timelineLines({ timeline, tree }: RunReport, width: number): string[] {
  const start = tree.startedAt.getTime();
  const total = Math.max(tree.spanMs, 1);
  return timeline.map(({ name, within, attribute, startedAt, durationMs, retries, kind, status }) => {
    const from = startedAt.getTime() - start;
    const before = Math.min(Math.floor((from / total) * BAR_WIDTH), BAR_WIDTH - 1);
    const share = Math.round(((durationMs ?? 0) / total) * BAR_WIDTH);
    const length = Math.max(Math.min(share, BAR_WIDTH - before), 1);
    const took = durationMs === undefined ? 'not told' : formatDuration(durationMs);
    const bar = (' '.repeat(before) + (kind === 'compensation' ? '▒' : '█').repeat(length)).padEnd(BAR_WIDTH);
    const label = `${'  '.repeat(within.length)}${name}${attribute === undefined ? '' : ` [${attribute}]`}`;
    const times = `+${formatDuration(from)}`.padEnd(11) + took.padEnd(11);
    const orMore = status === 'unknown' ? ' or more' : '';
    const again = retries === 0 ? '' : retries === 1 ? `1 retry${orMore}` : `${retries} retries${orMore}`;
    return cut(`${padded(label, NAME_WIDTH)}  ${bar}  ${times}${again}`.trimEnd(), width, false);
  });
}

/** The object's line, and its key below. */
function objectLines(object: ObjectReport, report: RunReport, width: number): string[] {
  const { attribute = '?', role, put, key } = object;
  const did = role === 'created' ? PUTS[put] : undefined;
  const parts = [attribute, ROLES[role], did, presenceText(object, report)].filter(Boolean);
  return [cut(parts.join(', '), width), `  ${oneLine(key)}`];
}

const ROLES: Readonly<Record<ObjectReport['role'], string>> = {
  created: 'created',
  kept: 'kept',
  replaced: 'replaced',
  deleted: 'of the deleted item',
  'let-go': 'let go of, since other items may point at it',
  untouched: "still the item's",
  'at-stake': "the item's before the write",
  staged: 'staged',
};

const PUTS = { yes: 'put', no: 'not put', maybe: 'perhaps put' } as const;

function presenceText(object: ObjectReport, { item, summary, compensations }: RunReport): string {
  const { exists, size, wanted, key } = object;
  if (exists === 'unknown') return 'whether it exists may not be asked';
  if (exists === 'yes') {
    const note = wanted === false ? ', not needed any more' : '';
    return `exists${size === undefined ? '' : `, ${formatBytes(size)}`}${note}`;
  }
  if (wanted === true && item?.carriesThisWrite === true) return 'GONE although the item points at it';
  if (compensations.some(({ status, keys }) => status === 'succeeded' && keys?.includes(key)))
    return 'deleted';
  return summary.outcome === 'running' ? 'does not exist yet' : 'does not exist';
}

function compensationText({ state, kind, status, keys, kept, left, failure }: CompensationReport): string {
  const mark = kind === 'compensation' ? `${COMPENSATION_MARK} ` : '';
  const rest = [
    keys === undefined
      ? `${status}; over which objects is not told`
      : `${status} over ${objectsText(keys.length)}`,
    kept.length === 0 ? undefined : `${objectsText(kept.length)} kept, since the item points there`,
    left && (left.length === 0 ? 'none left' : `LEFT ${objectsText(left.length)}`),
    failure && [failure.error, failure.message].filter(Boolean).join(': '),
  ];
  return `${mark}${state}: ${rest.filter(Boolean).join('; ')}`;
}

function objectsText(count: number): string {
  return `${count} object${count === 1 ? '' : 's'}`;
}

function padded(text: string, width: number): string {
  const shown = cut(text, width, false);
  return shown + ' '.repeat(width - columns(shown));
}

/** Broken at blanks; a word that is longer than the line stays whole. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && columns(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
