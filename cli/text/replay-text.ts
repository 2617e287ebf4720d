// Replays in words: what would be done, what was, and how many.

import { cut, oneLine } from '../../audit/drawing/text.ts';
import { keyText } from '../../audit/item/key.ts';
import type { ReplayPreview } from '../../audit/replay/replay.ts';
import type { ReplayResult } from '../../audit/replay/replay-work.ts';
import type { Outcome } from '../../audit/runs/summary.ts';
import { failureText } from './run-rows.ts';

const MARKS = { redrive: '↻', 'new-execution': '+', refused: '-' } as const;

/** The run, then what would be done on lines of their own. */
export function previewText(preview: ReplayPreview, width: number): string {
  const { kind, run, reason, details } = preview;
  const { itemThen, itemNow, staged } = details;
  const item = itemNow && `item: ${itemThen === undefined ? '' : `then ${itemThen}, `}now ${itemNow}`;
  const uploads = staged.map(({ attribute, state }) => `upload of ${attribute}: ${state}`);
  const hint = preview.forceable ? ' (--force goes on all the same)' : '';
  const what = kind === 'refused' ? `refused: ${reason}${hint}` : reason;
  const notes = [what, ...(kind === 'refused' ? [] : [item, ...uploads])].filter(
    (note) => note !== undefined,
  );
  const on = run.key === undefined ? '' : `, ${keyText(run.key)}`;
  return [
    cut(`${MARKS[kind]} ${run.name}`, width),
    cut(`    ${run.outcome}${on}`, width, false),
    ...notes.map((note) => `    ${oneLine(note)}`),
  ].join('\n');
}

export function previewJson({
  run,
  kind,
  reason,
  code,
  forceable,
  newName,
  details,
}: ReplayPreview): unknown {
  return { run: run.name, executionArn: run.executionArn, kind, reason, code, forceable, newName, details };
}

export function resultText({ preview, executionArn, run, error }: ReplayResult, width: number): string {
  const { name } = preview.run;
  const hint = preview.forceable ? ' (--force goes on all the same)' : '';
  const line =
    error !== undefined
      ? `${name}: ${error.message}`
      : run !== undefined
        ? `${run.name}: ${run.outcome}${versionText(run.version)}${failureOf(failureText(run))}`
        : executionArn !== undefined
          ? `${executionArn.split(':').at(-1)}: started`
          : `${name}: ${preview.reason}${hint}`;
  return width === Number.POSITIVE_INFINITY ? oneLine(line) : cut(line, width);
}

export function resultJson({ preview, executionArn, run, error }: ReplayResult): unknown {
  return {
    run: preview.run.name,
    executionArn: preview.run.executionArn,
    kind: preview.kind,
    code: preview.code,
    reason: preview.reason,
    replay: executionArn,
    outcome: run?.outcome,
    error: error?.message || (run && failureText(run)) || undefined,
  };
}

const GOOD: ReadonlySet<Outcome> = new Set(['committed', 'cleanup-deferred']);

/**
 * Whether what was asked for has not been done: not replayed, or the replay did not commit.
 * @param all - of the command: a run that another one of these has replayed fares as that one does
 */
export function isFailure(
  { preview, executionArn, run, error }: ReplayResult,
  all: readonly ReplayResult[],
): boolean {
  if (error !== undefined) return true;
  if (run !== undefined) return !GOOD.has(run.outcome);
  if (executionArn !== undefined) return false;
  const earlier = preview.details.replayedBy;
  if (preview.code !== 'already-replayed' || earlier === undefined) return true;
  const isTaken = all.some(({ preview: { run: each } }) => each.executionArn === earlier.executionArn);
  return !(isTaken || GOOD.has(earlier.outcome) || earlier.outcome === 'running');
}

/** `12 runs: 10 committed, 1 rolled-back, 1 refused`. */
export function summaryText(results: readonly ReplayResult[]): string {
  const counts = new Map<string, number>();
  for (const result of results) {
    const fate = fateOf(result);
    counts.set(fate, (counts.get(fate) ?? 0) + 1);
  }
  const parts = [...counts].map(([fate, count]) => `${count} ${fate}`);
  return `${results.length} run${results.length === 1 ? '' : 's'}: ${parts.join(', ') || 'none replayed'}`;
}

function fateOf({ preview, executionArn, run, error }: ReplayResult): string {
  if (error !== undefined) return 'failed';
  if (run !== undefined) return run.outcome;
  if (executionArn !== undefined) return 'started';
  return preview.code === 'already-replayed' ? 'replayed before' : 'refused';
}

function versionText(version: number | undefined): string {
  return version === undefined ? '' : `, now at version ${version}`;
}

function failureOf(text: string): string {
  return text === '' ? '' : `: ${text}`;
}
