// Audit and replay: what the command line and the console show of runs, and do about them.

export { type AuditContext, type CallOptions, patiently, sleep } from './context.ts';
export {
  AuditError,
  InvalidRun,
  NotOfThisStore,
  NotRunning,
  ReplayRefused,
  RunNotFound,
} from './errors.ts';
export type { Deletion, Phase } from './facts.ts';
export { type FollowOptions, followRuns } from './follow.ts';
export {
  type Finding,
  type FindingKind,
  type FsckOptions,
  type FsckProgress,
  type FsckSummary,
  fsck,
} from './fsck/index.ts';
export {
  type Attempt,
  type Branch,
  type Failure,
  type RunTree,
  runTree,
  type StateKind,
  type StateNode,
  type StateStatus,
} from './history.ts';
export { describeWriter, type ItemState } from './item.ts';
export {
  describeItem,
  type ItemDescription,
  type ItemObject,
  type PointerReport,
  type RunOfObject,
} from './item-page.ts';
export { type KeyTexts, keyText } from './key.ts';
export {
  type KnownRuns,
  type ListOptions,
  type ListProgress,
  listRuns,
  type RunFilter,
} from './list.ts';
export type { ObjectReport, ObjectRole, Presence } from './objects.ts';
export { previewReplay, type Replayed, type ReplayOptions, type ReplayPreview, replay } from './replay.ts';
export {
  decideReplay,
  type RefusalCode,
  type ReplayDecision,
  type ReplayDetails,
  type ReplayFacts,
  type StagedReport,
} from './replay-decision.ts';
export { type CompensationReport, type ItemReport, type RunReport, readRun } from './report.ts';
export { consoleUrl, resolveRun } from './resolve.ts';
export { toRunMermaid } from './run-graph.ts';
export { type StopOptions, stopRun } from './stop.ts';
export { inOrder } from './streams.ts';
export { OUTCOMES, type Outcome, outcomeOf, type RunSummary, summaryOf } from './summary.ts';
export type { TimelineEntry } from './timeline.ts';
export { waitForRun } from './wait.ts';
