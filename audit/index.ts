// Audit and replay: what the command line and the console show of runs, and do about them.

export { AwsClock } from './clock.ts';
export { type AuditContext, type CallOptions, patiently, sleep, timeNow } from './context.ts';
export { toRunMermaid } from './drawing/run-graph.ts';
export {
  AuditError,
  InvalidRun,
  IsExpressRun,
  LogsUnreadable,
  NotOfThisStore,
  NotRunning,
  ReplayRefused,
  RunNotFound,
} from './errors.ts';
export {
  type Finding,
  type FindingKind,
  type FsckOptions,
  type FsckProgress,
  type FsckSummary,
  fsck,
} from './fsck/index.ts';
export type { Deletion, Phase } from './history/facts.ts';
export {
  type Attempt,
  type Branch,
  type Failure,
  type RunTree,
  runTree,
  type StateKind,
  type StateNode,
  type StateStatus,
} from './history/history.ts';
export type { TimelineEntry } from './history/timeline.ts';
export { describeWriter, type ItemState } from './item/item.ts';
export { type KeyTexts, keyText } from './item/key.ts';
export {
  previewReplay,
  type Replayed,
  type ReplayOptions,
  type ReplayPreview,
  replay,
} from './replay/replay.ts';
export { decideReplay, type ReplayDecision, type ReplayDetails } from './replay/replay-decision.ts';
export type { RefusalCode, ReplayFacts, StagedReport } from './replay/replay-facts.ts';
export {
  describeItem,
  type ItemDescription,
  type ItemObject,
  type PointerReport,
  type RunOfObject,
} from './report/item-page.ts';
export type { ObjectReport, ObjectRole, Presence } from './report/objects.ts';
export { readRun } from './report/report.ts';
export type { CompensationReport, ItemReport, RunReport } from './report/run-report.ts';
export { type FollowOptions, followRuns } from './runs/follow.ts';
export {
  type KnownRuns,
  type ListOptions,
  type ListProgress,
  listRuns,
  type RunFilter,
} from './runs/list.ts';
export { consoleUrl, resolveRun } from './runs/resolve.ts';
export { type StopOptions, stopRun } from './runs/stop.ts';
export {
  LANES,
  type Lane,
  OUTCOMES,
  type Outcome,
  outcomeOf,
  type RunSummary,
  summaryOf,
} from './runs/summary.ts';
export { waitForRun } from './runs/wait.ts';
export { inOrder } from './streams.ts';
