// What a load has left, once every run has ended: what was acknowledged is there, nothing dangles, nothing is left behind,
// and what clients saw of each item can have happened.

import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { ListMultipartUploadsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  GetExecutionHistoryCommand,
  RedriveExecutionCommand,
} from '@aws-sdk/client-sfn';
import { type AuditContext, fsck, inOrder } from '../../audit/index.ts';
import { type Outcome, outcomeOf, parsed } from '../../audit/runs/summary.ts';
import type { LargeItemClient } from '../../client/index.ts';
import { readPointers } from '../../core/item/item.ts';
import { parseObjectKey } from '../../core/keys/object-key.ts';
import { formatRun } from '../../core/keys/run.ts';
import { fromSdkItem } from '../../core/values/sdk-item.ts';
import { historyViolation, type Operation } from './history.ts';
import { type Attempt, type Load, readItem } from './load.ts';

export interface Verified {
  /** How many runs ended how, redrives included. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Runs that were redriven at the end. */
  readonly redriven: number;
  readonly reads: number;
  /** Objects that runs have left to the sweeper, as they may: deferred clean-ups, unknown outcomes. */
  readonly leftToSweeper: number;
  readonly violations: readonly string[];
}

export interface VerifyOptions {
  readonly context: AuditContext;
  readonly client: LargeItemClient;
  readonly items: readonly string[];
  /** Moves the cloud's time on: nobody else waits any more. */
  hurry(seconds: number): Promise<void>;
}

interface Ended {
  readonly attempt: Attempt;
  readonly description: DescribeExecutionCommandOutput;
  readonly outcome: Outcome;
  readonly redrives: number;
}

const REDRIVES = 5;
const AT_ONCE = 8;
const MAY_LEAVE: ReadonlySet<Outcome> = new Set(['cleanup-deferred', 'unknown']);

export async function verify({ attempts, reads }: Load, options: VerifyOptions): Promise<Verified> {
  const violations: string[] = [];
  const ended: Ended[] = [];
  for await (const each of inOrder(streamOf(attempts), AT_ONCE, (attempt) =>
    endOf(attempt, options, violations),
  )) {
    if (each !== undefined) ended.push(each);
  }
  // Whatever was on its way when its run ended has landed after this.
  await options.hurry(20 * 60);
  await checkStore(options, violations);
  const leftToSweeper = await checkLeftovers(options, ended, violations);
  const last = await Promise.all(options.items.map((item) => readItem(options.client, item, 'last read')));
  for (const item of options.items) {
    const writes = ended.filter(({ attempt }) => attempt.item === item).flatMap(operationOf);
    const seen = [...reads, ...last].filter((read) => read.item === item);
    const violation = historyViolation([...writes, ...seen]);
    if (violation !== undefined) violations.push(violation);
  }
  return {
    outcomes: tally(ended.map(({ outcome }) => outcome)),
    redriven: ended.filter(({ redrives }) => redrives > 0).length,
    reads: reads.length + last.length,
    leftToSweeper,
    violations,
  };
}

async function* streamOf(attempts: readonly Attempt[]): AsyncGenerator<Attempt> {
  yield* attempts;
}

/** The end of a run, redriven until it has one of its own; undefined where none was started. */
async function endOf(
  attempt: Attempt,
  options: VerifyOptions,
  violations: string[],
): Promise<Ended | undefined> {
  const { sfn } = options.context;
  const { executionArn, name, started, committed } = attempt;
  for (let redrives = 0; ; redrives += 1) {
    const description = await described(attempt, options);
    if (description === undefined) {
      if (started) violations.push(`${name}: its start was acknowledged, but there is no such run`);
      return undefined;
    }
    const outcome = outcomeOf(description);
    const goesOn = outcome === 'stuck' || outcome === 'aborted';
    if (goesOn && committed) violations.push(`${name}: its success was acknowledged, but it is ${outcome}`);
    if (!goesOn || redrives === REDRIVES) {
      if (goesOn) violations.push(`${name}: ${outcome} after ${redrives} redrives`);
      if (committed && parsed(description.output)?.version !== committed.version) {
        violations.push(
          `${name}: version ${committed.version} was acknowledged, but it is ${description.output}`,
        );
      }
      attempt.to ??= performance.now();
      return { attempt, description, outcome, redrives };
    }
    await sfn.send(new RedriveExecutionCommand({ executionArn }));
  }
}

/** Once it does not run any more; undefined if there is none. */
async function described({ executionArn }: Attempt, { context, hurry }: VerifyOptions) {
  for (;;) {
    try {
      const description = await context.sfn.send(new DescribeExecutionCommand({ executionArn }));
      if (description.status !== 'RUNNING' && description.status !== 'PENDING_REDRIVE') return description;
    } catch (error) {
      if ((error as Error).name === 'ExecutionDoesNotExist') return undefined;
      throw error;
    }
    await hurry(1);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function checkStore({ context }: VerifyOptions, violations: string[]): Promise<void> {
  await fsck(context, {
    readContent: true,
    onFinding: (finding) => {
      if (finding.kind === 'dangling' || finding.kind === 'wrong-content') {
        violations.push(`fsck: ${finding.kind} ${finding.item.id} ${finding.attribute} ${finding.uri}`);
      }
    },
  });
}

/** Objects and uploads of runs that no item points at. */
async function checkLeftovers(
  { context }: VerifyOptions,
  ended: readonly Ended[],
  violations: string[],
): Promise<number> {
  const { s3, store, dynamodb } = context;
  const outcomes = new Map(ended.map(({ attempt, outcome }) => [attempt.name, outcome]));
  const mayLeave = ended.filter(({ outcome }) => MAY_LEAVE.has(outcome));
  const toldOf = await Promise.all(mayLeave.map(({ attempt }) => callsOf(attempt, context)));
  const { Items = [] } = await dynamodb.send(
    new ScanCommand({ TableName: store.table, ConsistentRead: true }),
  );
  const pointed = new Set(Items.flatMap((item) => [...readPointers(fromSdkItem(item), store).values()]));
  const place = { Bucket: store.bucket, Prefix: `${store.prefix}/` };
  const objects: string[] = [];
  for (let ContinuationToken: string | undefined; ; ) {
    const page = await s3.send(new ListObjectsV2Command({ ...place, ContinuationToken }));
    objects.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
    ContinuationToken = page.NextContinuationToken;
    if (ContinuationToken === undefined) break;
  }
  const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand(place));
  const left = [
    ...objects.filter((key) => !pointed.has(`s3://${store.bucket}/${key}`)),
    ...Uploads.map(({ Key = '' }) => Key),
  ];
  for (const key of left) {
    const run = parseObjectKey(store, key)?.run;
    const outcome = run && outcomes.get(run.name);
    // Or by a later run, which was to delete it.
    const isLeftByOther = toldOf.some((calls) => calls.includes(JSON.stringify(key)));
    if (!isLeftByOther && (outcome === undefined || !MAY_LEAVE.has(outcome))) {
      violations.push(`left behind by ${run ? formatRun(run) : 'nobody'}, which is ${outcome}: ${key}`);
    }
  }
  return left.length;
}

/** The JSON of what a run called its functions with. */
async function callsOf({ executionArn }: Attempt, { sfn }: AuditContext): Promise<string> {
  const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }));
  return events.map(({ taskScheduledEventDetails: details }) => details?.parameters ?? '').join('\n');
}

/** What a run's end tells of the item; nothing of a run that was refused for another reason. */
function operationOf({ attempt, description, outcome }: Ended): Operation[] {
  const { kind, name, from, to = performance.now(), setsPage } = attempt;
  const during = { name, from, to };
  if (outcome === 'committed' || outcome === 'cleanup-deferred') {
    const version = parsed(description.output)?.version;
    const told = typeof version === 'number' ? version : undefined;
    return [{ ...during, kind, applied: 'yes', version: told, setsPage }];
  }
  if (outcome === 'unknown') {
    return [
      { ...during, to: Number.POSITIVE_INFINITY, kind, applied: 'maybe', version: undefined, setsPage },
    ];
  }
  const reason = description.error?.split('.')[1];
  if (reason === 'AlreadyExists') return [{ ...during, kind: 'met', item: true }];
  if (reason === 'NotFound') return [{ ...during, kind: 'met', item: false }];
  return [];
}

function tally(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
