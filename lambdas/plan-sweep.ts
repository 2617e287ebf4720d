// Task PlanSweep: checks a sweep's input, and fixes what all its batches go by.

import { GetObjectCommand } from '@aws-sdk/client-s3';
import { invalidInput } from '../core/errors/errors.ts';
import { type ParsedSweepInput, parseSweepInput } from '../core/sweep/contract.ts';
import { inventoryProblem } from '../core/sweep/inventory.ts';
import { failureOf } from './failures.ts';
import { s3 } from './s3.ts';
import { storeFromEnvironment, task } from './task.ts';

export interface PlanSweepEvent {
  /** The execution's input, not yet checked. */
  readonly input: unknown;
  /** ISO 8601. The same when the sweep is redriven: what was young enough to stay then stays. */
  readonly startTime: string;
}

export interface SweepPlan {
  readonly dryRun: boolean;
  readonly legacy: boolean;
  /** ISO 8601; objects that are not older stay. */
  readonly cutoff: string;
  readonly maxConcurrency: number;
  readonly inventory: ParsedSweepInput['inventory'] | null;
}

const store = storeFromEnvironment();

/** @throws {SagaError} InvalidInput, also for a grace that is too short */
export const handler = task(async ({ input, startTime }: PlanSweepEvent): Promise<SweepPlan> => {
  const { dryRun, legacy, graceSeconds, maxConcurrency, inventory } = parseSweepInput(input);
  if (inventory !== undefined) await checkInventory(inventory);
  const cutoff = new Date(Date.parse(startTime) - graceSeconds * 1000).toISOString();
  return { dryRun, legacy, cutoff, maxConcurrency, inventory: inventory ?? null };
});

async function checkInventory({ bucket, key }: NonNullable<ParsedSweepInput['inventory']>): Promise<void> {
  const uri = `s3://${bucket}/${key}`;
  const problem = inventoryProblem(await manifestText(bucket, key, uri), store.bucket);
  if (problem !== undefined) throw invalidInput('inventory', uri, problem);
}

async function manifestText(bucket: string, key: string, uri: string): Promise<string> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return (await Body?.transformToString()) ?? '';
  } catch (error) {
    const { code, status } = failureOf(error);
    if (status === undefined || status >= 500 || status === 429) throw error;
    throw invalidInput('inventory', uri, `cannot be read (${code})`);
  }
}
