// A run's tree as lines for a terminal: a mark per status, failures and retries below their state, durations at the
// right edge, and compensations marked so that nobody can miss them.

import pc from 'picocolors';
import type { Branch, Failure, RunTree, StateNode, StateStatus } from '../history/history.ts';
import { columns, cut } from './text.ts';

export interface RenderOptions {
  /** Columns that no line exceeds. Default: 80; at least 40. */
  readonly width?: number;
  /** Default: no colour. The marks tell the same without. */
  readonly color?: boolean;
  /** What the first line calls the run. Default: `run`. */
  readonly title?: string;
}

const MARKS: Readonly<Record<StateStatus, string>> = {
  succeeded: '✓',
  caught: '!',
  failed: '✗',
  aborted: '■',
  running: '…',
  unknown: '?',
};
const RUN_MARKS: Readonly<Record<RunTree['status'], string>> = {
  SUCCEEDED: '✓',
  FAILED: '✗',
  ABORTED: '■',
  TIMED_OUT: '■',
  RUNNING: '…',
  UNKNOWN: '?',
};
export const COMPENSATION_MARK = '↩';
const MIN_WIDTH = 40;

type Colors = ReturnType<typeof pc.createColors>;
type Paint = (text: string) => string;

/** One row before it is laid out; `bars` is the tree drawn to its left. */
interface Row {
  readonly bars: string;
  readonly text: string;
  readonly paint: Paint;
  readonly right?: string;
}

export function renderTree(tree: RunTree, options: RenderOptions = {}): string[] {
  const width = Math.max(options.width ?? 80, MIN_WIDTH);
  const colors = pc.createColors(options.color ?? false);
  const rows = [titleRow(tree, options.title ?? 'run', colors), ...sequenceRows(tree.states, '', colors)];
  return rows.map((row) => layOut(row, width, colors));
}

/** `0 ms`, `2.5 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

function titleRow(tree: RunTree, title: string, colors: Colors): Row {
  const paint =
    tree.status === 'SUCCEEDED'
      ? colors.green
      : tree.status === 'RUNNING' || tree.status === 'UNKNOWN'
        ? colors.cyan
        : colors.red;
  const redrives = tree.redrives === 0 ? '' : `, redriven ${times(tree.redrives)}`;
  return {
    bars: '',
    text: `${RUN_MARKS[tree.status]} ${title}  ${tree.status}${redrives}`,
    paint: (text) => colors.bold(paint(text)),
    ...(tree.durationMs !== undefined && { right: formatDuration(tree.durationMs) }),
  };
}

function sequenceRows(states: readonly StateNode[], bars: string, colors: Colors): Row[] {
  return states.flatMap((state, at) => {
    const isLast = at === states.length - 1;
    const gap = { bars, text: '┊  what came before is not told', paint: colors.dim };
    return [...(state.isAfterGap ? [gap] : []), ...stateRows(state, undefined, { bars, isLast }, colors)];
  });
}

interface Spot {
  readonly bars: string;
  readonly isLast: boolean;
}

function stateRows(state: StateNode, branch: Branch | undefined, spot: Spot, colors: Colors): Row[] {
  const below = spot.bars + (spot.isLast ? '   ' : '│  ');
  const paint = stateColor(state, colors);
  const label = [stateLabel(state), branch && branchLabel(branch)].filter(Boolean).join('  ');
  return [
    { bars: spot.bars + (spot.isLast ? '└─ ' : '├─ '), text: label, paint, right: duration(state) },
    ...noteRows(state, below + (state.branches.length === 0 ? '  ' : '│ '), paint, colors),
    ...state.branches.flatMap((each, at) =>
      branchRows(each, { bars: below, isLast: at === state.branches.length - 1 }, colors),
    ),
  ];
}

/** An iteration of one state is that state's row; of several, a row of its own above them. */
function branchRows(branch: Branch, spot: Spot, colors: Colors): Row[] {
  const [only, ...more] = branch.states;
  if (only !== undefined && more.length === 0) return stateRows(only, branch, spot, colors);
  return [
    { bars: spot.bars + (spot.isLast ? '└─ ' : '├─ '), text: branchLabel(branch), paint: (text) => text },
    ...sequenceRows(branch.states, spot.bars + (spot.isLast ? '   ' : '│  '), colors),
  ];
}

function stateLabel(state: StateNode): string {
  const mark = MARKS[state.status];
  switch (state.kind) {
    case 'compensation':
      return `${mark} ${COMPENSATION_MARK} ${state.name}  COMPENSATION`;
    case 'cleanup':
      return `${mark} ${state.name}  clean-up`;
    case 'step':
    case 'wait':
    case 'outcome':
      return `${mark} ${state.name}`;
  }
}

function stateColor(state: StateNode, colors: Colors): Paint {
  if (state.status === 'failed' || state.status === 'aborted') return colors.red;
  if (state.kind === 'compensation') return (text) => colors.bold(colors.magenta(text));
  if (state.status === 'running' || state.status === 'unknown') return colors.cyan;
  if (state.status === 'caught' || state.retries.length > 0) return colors.yellow;
  return colors.green;
}

function branchLabel({ index, attribute }: Branch): string {
  return attribute === undefined ? `[${index}]` : `[${attribute}]`;
}

function duration({ type, durationMs }: StateNode): string {
  return durationMs === undefined || ['Choice', 'Pass', 'Succeed', 'Fail'].includes(type)
    ? ''
    : formatDuration(durationMs);
}

/** What went wrong in the state, one line each. */
function noteRows(state: StateNode, bars: string, paint: Paint, colors: Colors): Row[] {
  const orMore = state.status === 'unknown' ? ' at least' : '';
  const retried = runsOfEqual(state.retries).map(
    ([failure, count]) => `↻ retried ${times(count)}${orMore} after ${failureText(failure)}`,
  );
  const redriven = state.redrives === 0 ? [] : [`↻ redriven ${times(state.redrives)}`];
  const failed = state.failure ? [failureText(state.failure)] : [];
  return [
    ...[...retried, ...redriven].map((text) => ({ bars, text, paint: colors.yellow })),
    ...failed.map((text) => ({ bars, text, paint })),
  ];
}

function failureText({ error, message }: Failure): string {
  return [error, message].filter(Boolean).join(': ') || 'no error told';
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function runsOfEqual(failures: readonly Failure[]): readonly (readonly [Failure, number])[] {
  const runs: [Failure, number][] = [];
  for (const failure of failures) {
    const run = runs.at(-1);
    if (run !== undefined && failureText(run[0]) === failureText(failure)) run[1] += 1;
    else runs.push([failure, 1]);
  }
  return runs;
}

function layOut({ bars, text, paint, right = '' }: Row, width: number, colors: Colors): string {
  const room = width - columns(bars) - (right === '' ? 0 : columns(right) + 2);
  const shown = cut(text, room);
  const tail = right === '' ? '' : ' '.repeat(room - columns(shown) + 2) + colors.dim(right);
  return colors.dim(bars) + paint(shown) + tail;
}
