// Runs as rows: for a terminal of 80 columns or more, for programs, and for spreadsheets.

import pc from 'picocolors';
import { columns, cut, oneLine } from '../../audit/drawing/text.ts';
import { formatDuration } from '../../audit/drawing/tree.ts';
import { keyText } from '../../audit/item/key.ts';
import type { Outcome, RunSummary } from '../../audit/runs/summary.ts';
import { jsonText } from '../exact-json.ts';
import { type Io, type Output, wantsColor, widthOf } from '../io.ts';

type Colors = ReturnType<typeof pc.createColors>;

export const OUTCOME_MARKS: Readonly<Record<Outcome, string>> = {
  committed: '✓',
  'cleanup-deferred': '✓',
  rejected: '✗',
  'rolled-back': '↩',
  stuck: '■',
  unknown: '?',
  aborted: '■',
  running: '…',
  continued: '→',
};

export function outcomeColor(outcome: Outcome, colors: Colors): (text: string) => string {
  switch (outcome) {
    case 'committed':
      return colors.green;
    case 'cleanup-deferred':
      return colors.yellow;
    case 'running':
    case 'continued':
      return colors.cyan;
    case 'rolled-back':
      return colors.magenta;
    default:
      return colors.red;
  }
}

/** Prints runs one after the other, in columns that do not depend on them. */
export interface RunTable {
  readonly header: string;
  /** A line of columns, then the run's name and its error on lines of their own. */
  row(run: RunSummary): string;
}

const GAP = '  ';
const OUTCOME_WIDTH = 18;
const VERSION_WIDTH = 7;
const DURATION_WIDTH = 13;
const STARTED_WIDTH = 19;
const MIN_ITEM_WIDTH = 10;

export function runTable(output: Output, env: Io['env']): RunTable {
  const width = Math.max(widthOf(output), 40);
  const colors = pc.createColors(wantsColor(output, env));
  const fixed = OUTCOME_WIDTH + VERSION_WIDTH + DURATION_WIDTH + STARTED_WIDTH + 4 * GAP.length;
  const item = Math.max(width - fixed, MIN_ITEM_WIDTH);
  const widths = [OUTCOME_WIDTH, item, -VERSION_WIDTH, -DURATION_WIDTH, STARTED_WIDTH];
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => sized(cell, widths[at] as number))
      .join(GAP)
      .trimEnd();
  return {
    header: colors.dim(line(['OUTCOME', 'ITEM', 'VERSION', 'DURATION', 'STARTED (UTC)'])),
    row: (run) => {
      const paint = outcomeColor(run.outcome, colors);
      const outcome = `${OUTCOME_MARKS[run.outcome]} ${run.outcome}`;
      const cells = line([
        outcome,
        itemText(run),
        versionText(run),
        durationText(run),
        timeText(run.startedAt),
      ]);
      const failure = failureText(run);
      return [
        paint(cells.slice(0, outcome.length)) + cells.slice(outcome.length),
        colors.dim(`    ${run.name}`),
        ...[failure, laneText(run)].flatMap((text) => (text === '' ? [] : [`    ${cut(text, width - 4)}`])),
      ].join('\n');
    },
  };
}

/**
 * `WriteRefused: DynamoDB refuses the item`, on one line; where the compensation failed then, both failures, the first one
 * first. Empty where nothing failed.
 */
export function failureText({ reason, message, because }: RunSummary): string {
  const last = [reason, message].filter(Boolean).join(': ');
  const first = because && [because.error, because.message].filter(Boolean).join(': ');
  return oneLine(first === undefined ? last : `${first}; then its compensation: ${last}`);
}

/** What a run has to do with the other lane; empty for a Standard run that has nothing to do with it. */
export function laneText({ lane, continues, settles, continuedBy, startUnknown }: RunSummary): string {
  if (continues !== undefined) return `goes on with the Express run ${continues.run} at ${continues.at}`;
  if (settles !== undefined) return `settles the Express run ${settles}`;
  if (lane !== 'express') return '';
  const next = continuedBy === undefined ? '' : `, goes on as ${continuedBy.split(':').at(-1)}`;
  return `Express${next}${startUnknown ? ', started then or before' : ''}`;
}

/** `2026-11-23 15:33:00`, UTC. */
export function timeText(time: Date): string {
  return time.toISOString().slice(0, 19).replace('T', ' ');
}

/** The item's version after the write, or what else became of it. */
export function versionText({ version, operation, outcome }: RunSummary): string {
  if (version !== undefined) return String(version);
  const isDeleted = operation === 'delete' && (outcome === 'committed' || outcome === 'cleanup-deferred');
  return isDeleted ? 'deleted' : '-';
}

const CSV_COLUMNS = [
  ...([
    'outcome',
    'operation',
    'name',
    'key',
    'version',
    'reason',
    'message',
    'because',
    'startedAt',
    'stoppedAt',
  ] as const),
  ...(['durationMs', 'redriveCount', 'replayOf', 'executionArn'] as const),
  ...(['lane', 'run', 'continues', 'settles', 'continuedBy'] as const),
];

export const CSV_HEADER = CSV_COLUMNS.join(',');

/** RFC 4180; the key as JSON. A text that a spreadsheet would take for a formula begins with `'`. */
export function csvRow(run: RunSummary): string {
  return CSV_COLUMNS.map((column) => {
    return csvCell(oneLine(cellText(run, column)).replace(/^[=+\-@]/, "'$&"));
  }).join(',');
}

function cellText(run: RunSummary, column: (typeof CSV_COLUMNS)[number]): string {
  if (column === 'key') return run.key === undefined ? '' : jsonText(run.key);
  if (column === 'because') return [run.because?.error, run.because?.message].filter(Boolean).join(': ');
  if (column === 'continues') return run.continues?.run ?? '';
  const value = run[column];
  return value instanceof Date ? value.toISOString() : String(value ?? '');
}

function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function itemText({ key }: RunSummary): string {
  return key === undefined ? '-' : keyText(key);
}

function durationText({ durationMs }: RunSummary): string {
  return durationMs === undefined ? '-' : formatDuration(durationMs);
}

/** Cut or filled to a width; flush right when that is negative. */
export function sized(text: string, width: number): string {
  const shown = cut(text, Math.abs(width));
  const space = ' '.repeat(Math.abs(width) - columns(shown));
  return width < 0 ? space + shown : shown + space;
}
