// The sweeper's rules (rule 7): which objects nothing needs any more, and in which order that is found out.
//
// Why no live object is ever deleted. Let an object's key name item I and run R.
// 1. A saga's pointer to it enters an item through R's own write alone, and that item is I (rule 1).
// 2. R is described, and has ended for good: SUCCEEDED, so that its write was acknowledged and no request of it is in
//    flight; or so long ago that no redrive is possible and none can be under way unseen. Of an Express run nothing is described:
//    it has ended by its age, and so has what goes on with it, if anything does.
// 3. Only then is I read, consistently: the read sees whatever R has ever written. If I does not mention the object now,
//    it never will again, since (createdBy, version) does not recur, R writes no more, and an update that keeps the
//    content expects the pointer to be there still.
// So step 3 alone decides, and it must come after step 2; the first read only spares the others. Whatever happens between
// step 3 and the deletion (another sweep, another saga, a replay of R as a new execution, whose keys are others) does not
// bring the pointer back. docs/sweeping.md says more: clocks, Regions, copied pointers.

import { DESCRIBE_LAG_SECONDS, MAX_RUN_SECONDS, REDRIVE_PERIOD_SECONDS } from '../errors/limits.ts';
import { expressRun, formatRun, type Run } from '../keys/run.ts';
import { EXPRESS_OVER_SECONDS } from '../saga/waits.ts';
import {
  isInObjectSpace,
  type ListedObject,
  legacyObject,
  type NamedObject,
  ownObject,
  type SweptStore,
} from './named-object.ts';
import type { SweepCounts } from './output.ts';

/** What Step Functions says of the execution that a run's name has now, or that goes on with an Express run. Times in milliseconds since the epoch. */
export interface RunDescription {
  readonly status: string;
  readonly startDate: number;
  readonly stopDate: number | undefined;
  readonly redriveStatus: string | undefined;
}

/** The calls that the rules need. */
export interface SweepCalls {
  /** Keys among those of the objects that their items mention, by consistent reads that begin after this call. */
  referenced(objects: readonly NamedObject[]): Promise<ReadonlySet<string>>;
  /** Of an Express run, what goes on with it. Undefined: there is no such execution. `unchecked`: it could not be asked. */
  describe(run: Run): Promise<RunDescription | 'unchecked' | undefined>;
  /** @returns an error code for each key that could not be deleted */
  remove(keys: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

export interface SweepBatch {
  readonly objects: readonly ListedObject[];
  readonly dryRun: boolean;
  /**
   * Whether objects that pynamodb_mate put are swept, too. Their keys are shared: a writer of that library can point an
   * item at an old one at any time (hazards A1 to A5). Without such writers no pointer to one is ever set.
   */
  readonly legacy: boolean;
  /** Objects that are not older than this stay. Milliseconds since the epoch. */
  readonly cutoff: number;
  /** By the clock that runs are told by. Milliseconds since the epoch. */
  readonly now: number;
}

/** One line of a report. */
export interface ReportedObject {
  readonly key: string;
  readonly size: number;
  readonly outcome: 'orphan' | 'deleted' | 'failed' | 'foreign';
  /** Why it failed: S3's code, or `unchecked`. */
  readonly reason?: string;
}

export interface BatchReport extends SweepCounts {
  /** Orphans and failures, all; the first few of the foreign ones. */
  readonly objects: readonly ReportedObject[];
}

const SHOWN_FOREIGN = 10;

/** Looks at a batch of objects, and deletes the orphans among them unless it is a dry run. */
export async function sweepBatch(
  { objects, dryRun, legacy, cutoff, now }: SweepBatch,
  store: SweptStore,
  calls: SweepCalls,
): Promise<BatchReport> {
  const looked = objects.filter(({ key }) => isInObjectSpace(key, store));
  const own = looked.flatMap(
    (object) => ownObject(object, store) ?? (legacy ? legacyObject(object, store) : undefined) ?? [],
  );
  const named = new Set(own.map(({ key }) => key));
  const foreign = looked.filter(({ key }) => !named.has(key));

  const first = await calls.referenced(own);
  const unreferenced = own.filter(({ key }) => !first.has(key));
  const old = unreferenced.filter((object) => youngestAge(object) <= cutoff);
  const { ended, goingOn, unchecked } = await askRuns(old, now, calls);
  const second = await calls.referenced(ended);
  const orphans = ended.filter(({ key }) => !second.has(key));
  const failures = dryRun ? new Map<string, string>() : await calls.remove(orphans.map(({ key }) => key));

  return {
    scanned: looked.length,
    referenced: own.length - unreferenced.length + ended.length - orphans.length,
    tooYoung: unreferenced.length - old.length,
    redrivable: goingOn.length,
    orphans: orphans.length,
    deleted: dryRun ? 0 : orphans.length - failures.size,
    failed: failures.size + unchecked.length,
    foreign: foreign.length,
    bytes: orphans.reduce((sum, { size }) => sum + size, 0),
    objects: [
      ...orphans.map(({ key, size }) => orphanLine(key, size, dryRun, failures.get(key))),
      ...unchecked.map(({ key, size }) => ({ key, size, outcome: 'failed', reason: 'unchecked' }) as const),
      ...foreign.slice(0, SHOWN_FOREIGN).map(({ key, size }) => ({ key, size, outcome: 'foreign' }) as const),
    ],
  };
}

/**
 * Whether nothing of the run is to come. Of an Express run nothing is told; what it has not ended by itself goes on in another. What is not known of it is taken for the worst: another execution of its name,
 * or none, may mean that it ended so long ago that it is forgotten, but also that it is too new to be seen, or one of a
 * state machine that is not this store's.
 */
export function hasEndedForGood(run: Run, description: RunDescription | undefined, now: number): boolean {
  const startedAt = Date.parse(run.startTime);
  if (expressRun(run.name) !== undefined) {
    // Only then is what goes on with it there, if anything ever is.
    const isOver = isPast(startedAt, EXPRESS_OVER_SECONDS + DESCRIBE_LAG_SECONDS, now);
    return isOver && (description === undefined || isOverForGood(description, now));
  }
  if (description === undefined || !isSameStart(startedAt, description.startDate)) {
    return isPast(startedAt, MAX_RUN_SECONDS + REDRIVE_PERIOD_SECONDS + DESCRIBE_LAG_SECONDS, now);
  }
  return isOverForGood(description, now);
}

function isOverForGood({ status, stopDate, redriveStatus }: RunDescription, now: number): boolean {
  if (status === 'SUCCEEDED') return true;
  if (status === 'RUNNING' || status === 'PENDING_REDRIVE' || stopDate === undefined) return false;
  return (
    redriveStatus === 'NOT_REDRIVABLE' && isPast(stopDate, REDRIVE_PERIOD_SECONDS + DESCRIBE_LAG_SECONDS, now)
  );
}

/** Runs are asked one after the other, each once: DescribeExecution is the scarcest of the calls. */
async function askRuns(
  objects: readonly NamedObject[],
  now: number,
  calls: SweepCalls,
): Promise<Record<'ended' | 'goingOn' | 'unchecked', readonly NamedObject[]>> {
  const found = { ended: [] as NamedObject[], goingOn: [] as NamedObject[], unchecked: [] as NamedObject[] };
  const answers = new Map<string, keyof typeof found>();
  for (const object of objects) {
    if (object.run === undefined) {
      found.ended.push(object);
      continue;
    }
    const run = formatRun(object.run);
    const answer = answers.get(run) ?? (await askRun(object.run, now, calls));
    answers.set(run, answer);
    found[answer].push(object);
  }
  return found;
}

async function askRun(run: Run, now: number, calls: SweepCalls): Promise<'ended' | 'goingOn' | 'unchecked'> {
  const description = await calls.describe(run);
  if (description === 'unchecked') return 'unchecked';
  return hasEndedForGood(run, description, now) ? 'ended' : 'goingOn';
}

/** An object is no older than its run; what an inventory says may be of an earlier put by the same run. */
function youngestAge({ lastModified, run }: NamedObject): number {
  return run === undefined ? lastModified : Math.max(lastModified, Date.parse(run.startTime));
}

function orphanLine(key: string, size: number, dryRun: boolean, failure: string | undefined): ReportedObject {
  if (failure !== undefined) return { key, size, outcome: 'failed', reason: failure };
  return { key, size, outcome: dryRun ? 'orphan' : 'deleted' };
}

function isPast(since: number, seconds: number, now: number): boolean {
  return since + seconds * 1000 <= now;
}

/** The key holds the start in more digits than the API tells. */
function isSameStart(one: number, other: number): boolean {
  return Math.abs(one - other) < 1000;
}
