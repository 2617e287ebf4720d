// An Express run in one line, as its log tells it. What the log does not tell is not there, or `unknown`.

import type { StoreDescriptor } from '../../core/contract/store.ts';
import { continuedName, expressId } from '../../core/keys/run.ts';
import { detailsOf, failureOf, meaningOf, timeOf } from '../events.ts';
import { type KeyTexts, keyOfInput } from '../item/key.ts';
import { expressExecution } from '../logs/express-arn.ts';
import { endOf, firstTime, type LoggedRun, RUN_SPAN_MS, runTextIn, startOf } from '../logs/logged-run.ts';
import { type Outcome, outcomeOf, parsed, type RunSummary, executionArn as standardArn } from './summary.ts';

/** The error of an Express run that goes on as a Standard one. */
const CONTINUED = 'Continued';

/**
 * @param now - epoch milliseconds, by the clock that runs are told by
 * @throws {TypeError} when the run is of no Express state machine of the store
 */
export function expressSummary(logged: LoggedRun, store: StoreDescriptor, now: number): RunSummary {
  const { executionArn, events } = logged;
  const execution = expressExecution(executionArn, store);
  if (execution === undefined) throw new TypeError(`${executionArn} is no Express run of this store`);
  const { operation, name } = execution;
  const end = endOf(events);
  const failure = end?.type === 'ExecutionSucceeded' ? undefined : end && failureOf(end);
  const status = statusOf(logged, now);
  const outcome = outcomeOfExpress(logged, status);
  const reason = failure?.error.replace(/^(?:Rejected|RolledBack)\./, '') ?? '';
  const message = failure?.message ?? (end ? '' : notTold(logged, status));
  const start = startOf(logged);
  const key = keyOf(logged, store);
  const version = end && parsed(detailsOf(end).output)?.version;
  const run = runTextIn(events);
  const id = expressId(name);
  const goesOn = outcome === 'continued' && id !== undefined;
  return {
    ...{ executionArn, name, operation, status, outcome },
    ...(reason !== '' && { reason }),
    ...(message !== '' && { message }),
    ...(key && { key }),
    ...(typeof version === 'number' && { version }),
    startedAt: start ?? firstTime(logged),
    ...(start === undefined && { startUnknown: true as const }),
    ...(end && { stoppedAt: timeOf(end) }),
    ...(end && start && { durationMs: timeOf(end).getTime() - start.getTime() }),
    redriveCount: 0,
    lane: 'express',
    ...(run !== undefined && { run }),
    ...(goesOn && { continuedBy: standardArn(store, operation, continuedName(id)) }),
  };
}

/** Anything but an answer of the saga: nobody knows whether the write took effect (docs/lanes.md). */
function outcomeOfExpress({ events }: LoggedRun, status: RunSummary['status']): Outcome {
  const end = endOf(events);
  const { error = '', output } = end ? detailsOf(end) : {};
  switch (status) {
    case 'SUCCEEDED': {
      const isDeferred = events.some((event) => detailsOf(event).name === 'CleanupDeferred');
      return isDeferred ? 'cleanup-deferred' : outcomeOf({ status, output });
    }
    case 'FAILED': {
      if (error === CONTINUED) return 'continued';
      const outcome = outcomeOf({ status, error });
      return outcome === 'stuck' ? 'unknown' : outcome;
    }
    case 'RUNNING':
      return 'running';
    default:
      return 'unknown';
  }
}

const STATUSES: Readonly<Record<string, RunSummary['status']>> = {
  ExecutionSucceeded: 'SUCCEEDED',
  ExecutionFailed: 'FAILED',
  ExecutionTimedOut: 'TIMED_OUT',
  ExecutionAborted: 'ABORTED',
};

function statusOf(logged: LoggedRun, now: number): RunSummary['status'] {
  const end = endOf(logged.events);
  if (end !== undefined) return STATUSES[end.type ?? ''] ?? 'UNKNOWN';
  return now - firstTime(logged).getTime() < RUN_SPAN_MS ? 'RUNNING' : 'UNKNOWN';
}

/** At level ERROR a failing end is logged and a good one is not, so failed attempts alone are a hint, and no proof. */
function notTold({ events }: LoggedRun, status: RunSummary['status']): string {
  const isFailuresOnly = events.every((event) => meaningOf(event) === 'attempt failed');
  if (status === 'RUNNING') return 'its end is not in the log yet';
  return isFailuresOnly
    ? 'attempts failed and no end is logged, as at level ERROR of a run that went well in the end: retried, or with its clean-up deferred'
    : 'its end is not in the log';
}

/** Of its input, where the log has it; else of a cause that names it. */
function keyOf({ events }: LoggedRun, store: StoreDescriptor): KeyTexts | undefined {
  const started = events.find(({ type }) => type === 'ExecutionStarted');
  const given = started && keyOfInput(parsed(detailsOf(started).input), store.key);
  const end = endOf(events);
  const { key } = (end && parsed(detailsOf(end).cause)) ?? {};
  return (
    given ?? (key === undefined ? undefined : keyOfInput({ key, attributeFormat: 'dynamodb' }, store.key))
  );
}
