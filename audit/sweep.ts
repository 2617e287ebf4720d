// Sweeps as their operator sees them: started, watched while their Map Run goes on, and what their report says.

import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  DescribeMapRunCommand,
  ListMapRunsCommand,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { ulid } from 'ulid';
import { causeMessage } from '../core/errors/cause-message.ts';
import type { SweepInput } from '../core/sweep/contract.ts';
import { type SweepOutput, sweepOutputSchema } from '../core/sweep/output.ts';
import { reportManifestSchema } from '../core/sweep/report.ts';
import type { ReportedObject } from '../core/sweep/sweep.ts';
import { type AuditContext, type CallOptions, patiently, sleep } from './context.ts';
import { AuditError, InvalidRun, NotOfThisStore, RunNotFound } from './errors.ts';

/** The store was deployed before there was a sweeper. What to do: deploy it anew. */
export class NoSweeper extends AuditError {
  override readonly name = 'NoSweeper';

  constructor() {
    super('this store has no sweeper: it was deployed before there was one; deploy it again');
  }
}

/** A sweep as it ended. */
export interface EndedSweep {
  readonly executionArn: string;
  readonly status: string;
  /** Undefined unless it succeeded. */
  readonly output: SweepOutput | undefined;
  /** Why it did not succeed. */
  readonly problem: string | undefined;
}

/** Objects of a sweep, by where they are. `total` grows while the bucket is still being listed. */
export interface SweepProgress {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
}

/** Milliseconds between looks: grow from the first to the longest. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 3_000;
/** Looks during which a sweep that was just started may not be seen yet. */
const UNSEEN_LOOKS = 8;

/**
 * Starts a sweep. @returns its ARN
 * @throws {NoSweeper}
 */
export async function startSweep(context: AuditContext, input: SweepInput): Promise<string> {
  const stateMachineArn = machineOf(context);
  const name = `sweep-${ulid()}`;
  const { executionArn = '' } = await context.sfn.send(
    new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }),
  );
  return executionArn;
}

/**
 * The ARN of the sweep that this name, or ARN, means.
 * @throws {NoSweeper} @throws {NotOfThisStore} for another ARN @throws {InvalidRun} for what is no name
 */
export function sweepArn(context: AuditContext, text: string): string {
  const start = `${machineOf(context).replace(':stateMachine:', ':execution:')}:`;
  if (text.startsWith(start)) return text;
  if (text.startsWith('arn:')) throw new NotOfThisStore(`${text}: no sweep of this store`);
  if (!/^[0-9A-Za-z_-]{1,80}$/.test(text)) throw new InvalidRun(`${text}: expected a sweep's name or ARN`);
  return `${start}${text}`;
}

/**
 * Waits for the end of a sweep.
 * @throws {RunNotFound} @throws the signal's reason
 */
export async function watchSweep(
  context: AuditContext,
  executionArn: string,
  { signal, onProgress }: CallOptions & { readonly onProgress?: (progress: SweepProgress) => void } = {},
): Promise<EndedSweep> {
  let pause = FIRST_PAUSE_MS;
  for (let looks = 1; ; looks += 1) {
    const found = await describe(context, executionArn, signal);
    if (found === undefined && looks > UNSEEN_LOOKS)
      throw new RunNotFound(`${executionArn}: there is no such sweep`);
    const progress = found && onProgress && (await progressOf(context, executionArn, signal));
    if (progress !== undefined) await onProgress?.(progress);
    if (found !== undefined && !GOES_ON.has(found.status)) return ended(executionArn, found);
    await sleep(pause, signal);
    pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS);
  }
}

/** The first lines of a sweep's report that say what was, or would be, deleted, and what could not be. */
export async function reportedObjects(
  { s3 }: AuditContext,
  { report }: SweepOutput,
  limit: number,
): Promise<readonly ReportedObject[]> {
  const [, bucket = '', manifestKey = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(report) ?? [];
  const bodyOf = async (Key: string) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
    return Body as Readable & { transformToString(): Promise<string> };
  };
  const manifest = await (await bodyOf(manifestKey)).transformToString();
  const found: ReportedObject[] = [];
  for (const { Key } of reportManifestSchema().parse(JSON.parse(manifest)).ResultFiles.SUCCEEDED) {
    const body = await bodyOf(Key);
    for await (const line of createInterface({ input: body })) {
      const objects = line === '' ? [] : (JSON.parse(line).objects as readonly ReportedObject[]);
      found.push(...objects.filter(({ outcome }) => outcome !== 'foreign'));
      if (found.length < limit) continue;
      body.destroy();
      return found.slice(0, limit);
    }
  }
  return found;
}

function machineOf({ store }: AuditContext): string {
  if (store.sweep === undefined) throw new NoSweeper();
  return store.sweep.stateMachine;
}

const GOES_ON: ReadonlySet<string | undefined> = new Set(['RUNNING', 'PENDING_REDRIVE']);

/** Undefined: there is none, or it is not seen yet. */
async function describe(
  { sfn }: AuditContext,
  executionArn: string,
  signal: AbortSignal | undefined,
): Promise<DescribeExecutionOutput | undefined> {
  try {
    return await patiently(() => sfn.send(new DescribeExecutionCommand({ executionArn })), { signal });
  } catch (error) {
    if ((error as Error).name === 'ExecutionDoesNotExist') return undefined;
    throw error;
  }
}

/** Undefined as long as no batch has been started. */
async function progressOf(
  { sfn }: AuditContext,
  executionArn: string,
  signal: AbortSignal | undefined,
): Promise<SweepProgress | undefined> {
  const { mapRuns: [newest] = [] } = await patiently(
    () => sfn.send(new ListMapRunsCommand({ executionArn })),
    { signal },
  );
  if (newest?.mapRunArn === undefined) return undefined;
  const { mapRunArn } = newest;
  const { itemCounts } = await patiently(() => sfn.send(new DescribeMapRunCommand({ mapRunArn })), {
    signal,
  });
  if (itemCounts === undefined) return undefined;
  const { total = 0, succeeded = 0, failed = 0, timedOut = 0, aborted = 0 } = itemCounts;
  return { total, done: succeeded, failed: failed + timedOut + aborted };
}

function ended(executionArn: string, found: DescribeExecutionOutput): EndedSweep {
  const { status = '', output, error, cause } = found;
  if (status === 'SUCCEEDED') {
    const parsed = sweepOutputSchema().parse(JSON.parse(output ?? 'null'));
    return { executionArn, status, output: parsed, problem: undefined };
  }
  const reason = [error, cause && causeMessage(cause)].filter(Boolean).join(': ');
  return { executionArn, status, output: undefined, problem: reason === '' ? status : reason };
}
