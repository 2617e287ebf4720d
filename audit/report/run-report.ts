// What is known of one run, as the command line and the console show it.

import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { Failure } from '../events.ts';
import type { Deletion, Phase, RunFacts } from '../history/facts.ts';
import type { RunTree } from '../history/history.ts';
import type { TimelineEntry } from '../history/timeline.ts';
import type { ItemState } from '../item/item.ts';
import type { KeyTexts } from '../item/key.ts';
import type { RunSummary } from '../runs/summary.ts';
import type { ObjectReport } from './objects.ts';

export interface RunReport {
  readonly summary: RunSummary;
  /** JSON values; a text that is not JSON as a string. `null` where the log of an Express run does not have it. */
  readonly input: unknown;
  /** Missing unless the run succeeded, and where the log of an Express run does not have it. */
  readonly output?: unknown;
  /** As Step Functions has them, oldest first; of an Express run those that its log has. */
  readonly events: readonly HistoryEvent[];
  readonly timeline: readonly TimelineEntry[];
  readonly tree: RunTree;
  /** Where it is, or stopped. */
  readonly phase: Phase;
  /** Whether the item was written; `maybe` when no definite answer to the write is known. */
  readonly written: RunFacts['written'];
  /** Compensations and clean-ups that were begun; of an Express run whose log is not whole none. */
  readonly compensations: readonly CompensationReport[];
  readonly objects: readonly ObjectReport[];
  /** Whether these are all objects that the run had to do with: a log may tell of none. */
  readonly tellsObjects: boolean;
  /** Missing when the input names no item of the table, or the caller may not read it. */
  readonly item?: ItemReport;
  /** Whether and why not it can be redriven, in the words of DescribeExecution. */
  readonly redrive: { readonly possible: boolean; readonly obstacle?: string };
  /** The run that repeated this one. */
  readonly replayedBy?: RunSummary;
  /** The Express run that this is, goes on with, or settles. */
  readonly express?: ExpressPart;
  /** What to do now, a sentence each. */
  readonly nextSteps: readonly string[];
  /** The run's page in the AWS console. */
  readonly consoleUrl: string;
}

/** An Express run as its log tells it. */
export interface ExpressPart {
  /** Missing where the log tells nothing. */
  readonly summary?: RunSummary;
  readonly events: readonly HistoryEvent[];
  readonly timeline: readonly TimelineEntry[];
  readonly tree?: RunTree;
  /** Attempts that failed and of which the log does not tell the state. */
  readonly failures: readonly Failure[];
  /** Whether the log has all that happened. */
  readonly isWhole: boolean;
  /** Why the log tells nothing, or not all. */
  readonly gap?: string;
  /** ARNs of the other executions of its id, where its name was started more than once. */
  readonly others: readonly string[];
}

export interface CompensationReport extends Deletion {
  /** Objects that it was to delete and that exist all the same; missing where it is not told which it was to delete. */
  readonly left?: readonly string[];
}

export interface ItemReport {
  readonly key: KeyTexts;
  readonly now: ItemState;
  /** Whether the run that wrote the item last is this one; missing where a log does not tell. */
  readonly carriesThisWrite?: boolean;
}
