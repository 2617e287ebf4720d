// What is known of one run, as the command line and the console show it.

import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { Deletion, Phase, RunFacts } from '../history/facts.ts';
import type { RunTree } from '../history/history.ts';
import type { TimelineEntry } from '../history/timeline.ts';
import type { ItemState } from '../item/item.ts';
import type { KeyTexts } from '../item/key.ts';
import type { RunSummary } from '../runs/summary.ts';
import type { ObjectReport } from './objects.ts';

export interface RunReport {
  readonly summary: RunSummary;
  /** JSON values; a text that is not JSON as a string. */
  readonly input: unknown;
  /** Missing unless the run succeeded. */
  readonly output?: unknown;
  /** As Step Functions has them, oldest first. */
  readonly events: readonly HistoryEvent[];
  readonly timeline: readonly TimelineEntry[];
  readonly tree: RunTree;
  /** Where it is, or stopped. */
  readonly phase: Phase;
  /** Whether the item was written; `maybe` when no definite answer to the write is known. */
  readonly written: RunFacts['written'];
  /** Compensations and clean-ups that were begun. */
  readonly compensations: readonly CompensationReport[];
  readonly objects: readonly ObjectReport[];
  /** Missing when the input names no item of the table, or the caller may not read it. */
  readonly item?: ItemReport;
  /** Whether and why not it can be redriven, in the words of DescribeExecution. */
  readonly redrive: { readonly possible: boolean; readonly obstacle?: string };
  /** The run that repeated this one. */
  readonly replayedBy?: RunSummary;
  /** What to do now, a sentence each. */
  readonly nextSteps: readonly string[];
  /** The run's page in the AWS console. */
  readonly consoleUrl: string;
}

export interface CompensationReport extends Deletion {
  /** Objects that it was to delete and that exist all the same. */
  readonly left: readonly string[];
}

export interface ItemReport {
  readonly key: KeyTexts;
  readonly now: ItemState;
  /** The run that wrote the item last is this one. */
  readonly carriesThisWrite: boolean;
}
