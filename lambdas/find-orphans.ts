// Task FindOrphans: one batch of a sweep. Finds the objects that nothing needs, and deletes them unless it is a dry run.
// It may run twice, or again from the start: every step looks anew, and to delete what is gone is no failure.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { listedObject } from '../core/sweep/inventory.ts';
import { type BatchReport, sweepBatch } from '../core/sweep/sweep.ts';
import { sweepCalls } from './sweep-calls.ts';
import { sweepFromEnvironment, task } from './task.ts';

export interface FindOrphansEvent {
  /** Objects as `s3:listObjectsV2` or an inventory gives them. */
  readonly items: readonly unknown[];
  readonly dryRun: boolean;
  readonly legacy: boolean;
  /** ISO 8601, both. `now` is told by the state machine, whose clock is that of the runs. */
  readonly cutoff: string;
  readonly now: string;
}

const { store, stateMachines } = sweepFromEnvironment();

/** Unlike those of a saga, all of these calls can be repeated at will: the SDK does, and backs off when throttled. */
const RETRIES = {
  maxAttempts: 5,
  requestHandler: { connectionTimeout: 2_000, socketTimeout: 10_000 },
} as const;
const clients = {
  dynamodb: new DynamoDBClient(RETRIES),
  s3: new S3Client(RETRIES),
  sfn: new SFNClient(RETRIES),
};

export const handler = task(
  async ({ items, dryRun, legacy, cutoff, now }: FindOrphansEvent): Promise<BatchReport> => {
    const objects = items.flatMap((item) => listedObject(item) ?? []);
    const batch = { objects, dryRun, legacy, cutoff: Date.parse(cutoff), now: Date.parse(now) };
    return sweepBatch(batch, store, sweepCalls({ ...clients, store, stateMachines }));
  },
);
