// What is known of a run, its item and its uploads when its replay is decided.

import type { RunFacts } from '../history/facts.ts';
import { describeState, type ItemState } from '../item/item.ts';
import type { RunSummary } from '../runs/summary.ts';

/** Why a replay is refused. */
export type RefusalCode =
  | 'running'
  | 'committed'
  | 'already-replayed'
  | 'invalid-input'
  | 'staged-content-gone'
  | 'would-be-rejected'
  | 'item-moved-on'
  | 'item-unreadable'
  | 'outcome-unknown'
  | 'not-redrivable'
  | 'no-name-left'
  | 'express-run'
  | 'settles';

/** An upload that a replay copies. */
export interface StagedReport {
  readonly attribute: string;
  readonly key: string;
  /** `changed`: it has another size than the run's input says. */
  readonly state: 'there' | 'gone' | 'changed' | 'unknown';
}

export interface ReplayFacts {
  readonly summary: RunSummary;
  readonly facts: RunFacts;
  /** Fields of the cause of its failure. */
  readonly cause: Readonly<Record<string, unknown>>;
  readonly input: unknown;
  /** What the rules say against the input, whatever the item. */
  readonly inputProblem?: string | undefined;
  readonly redrive: { readonly possible: boolean; readonly obstacle?: string | undefined };
  /** Missing when it could not be read. */
  readonly item?: ItemState | undefined;
  readonly staged: readonly StagedReport[];
  /** The replay that exists already, or the name that a new one gets; neither when there is no name left. */
  readonly earlier?: RunSummary | undefined;
  readonly newName?: string | undefined;
  readonly force: boolean;
}

/** Reasons that say what the run met; once it has gone, the run can do what it was for. */
export const OF_ITEM: ReadonlySet<string> = new Set(['NotFound', 'AlreadyExists', 'VersionMismatch']);

/** Whether the same execution goes on, rather than a new one. */
export function isResumed({ summary, redrive }: ReplayFacts): boolean {
  return redrive.possible && (summary.outcome === 'stuck' || summary.outcome === 'aborted');
}

/** The item as the run met it last. */
export function thenOf({
  facts,
  summary,
  cause,
}: ReplayFacts): { text: string; version: number | null } | undefined {
  const expected = facts.plans.at(-1)?.expected;
  if (expected !== undefined) {
    return { text: describeState(expected), version: expected.kind === 'saga' ? expected.version : null };
  }
  if (summary.reason === 'NotFound') return { text: describeState({ kind: 'absent' }), version: null };
  const met = summary.reason === 'VersionMismatch' ? cause.actual : cause.version;
  if (!OF_ITEM.has(summary.reason ?? '') || met === undefined) return undefined;
  return typeof met === 'number'
    ? { text: `version ${met}`, version: met }
    : { text: describeState({ kind: 'foreign' }), version: null };
}
