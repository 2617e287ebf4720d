// What a million of an operation cost: its counts by the prices of one table.

import { dollarsOf } from '../prices.ts';
import type { Counted } from './kinds.ts';

/** Assumed of a function, since the local cloud's times are not AWS's: how long it runs, and its memory. */
export const FUNCTION = { seconds: 0.1, gigabytes: 0.5 } as const;
/** Assumed of an Express run: the least memory that is billed. */
export const EXPRESS_GIGABYTES = 64 / 1024;
/** A line of the task, and what Lambda writes of an invocation, in bytes. */
export const TASK_LOG_BYTES = 250 + 500;
/** X-Ray's default rule samples the first run of each second and 5% of the others. */
export const SAMPLED = 0.05;
/** Of an item of up to 1 KB: a transaction takes two write units, a consistent read one. A start may be traced. */
const UNITS = {
  'dynamodb.TransactWriteItems': { writeUnit: 2 },
  'dynamodb.PutItem': { writeUnit: 1 },
  'dynamodb.UpdateItem': { writeUnit: 1 },
  'dynamodb.DeleteItem': { writeUnit: 1 },
  'dynamodb.GetItem': { readUnit: 1 },
  's3.PutObject': { s3Write: 1 },
  's3.CopyObject': { s3Write: 1 },
  's3.ListObjectsV2': { s3Write: 1 },
  's3.ListMultipartUploads': { s3Write: 1 },
  's3.HeadObject': { s3Read: 1 },
  's3.GetObject': { s3Read: 1 },
  's3.DeleteObject': {},
  's3.DeleteObjects': {},
  'lambda.Invoke': {},
  'states.StartExecution': { traced: 1 },
  'states.StartSyncExecution': { traced: 1, expressRequest: 1 },
  'states.DescribeExecution': {},
  'states.ListExecutions': {},
} as const satisfies Record<string, Partial<Units>>;

export const PARTS = ['Step Functions', 'Lambda', 'DynamoDB', 'S3', 'logs', 'X-Ray'] as const;
export type Part = (typeof PARTS)[number];
export type Dollars = Readonly<Record<Part | 'all', number>>;

/** What the program bench/operations.ts prints. */
export interface OperationsResult {
  readonly operations: readonly WithDollars[];
  /** See `CountedOperations`. */
  readonly handedOver: WithDollars;
}

export type WithDollars = Counted & { readonly dollarsPerMillion: Dollars };

const MILLION = 1_000_000;

type Units = Readonly<
  Record<'writeUnit' | 'readUnit' | 's3Write' | 's3Read' | 'expressRequest' | 'traced', number>
>;

/** @throws {Error} for a call that no price is known of */
export function unitsOf(calls: Counted['calls']): Units {
  const units = { writeUnit: 0, readUnit: 0, s3Write: 0, s3Read: 0, expressRequest: 0, traced: 0 };
  for (const [call, times] of Object.entries(calls)) {
    if (!Object.hasOwn(UNITS, call)) throw new Error(`no price is known of ${call}`);
    for (const [unit, each] of Object.entries(UNITS[call as keyof typeof UNITS])) {
      units[unit as keyof Units] += each * times;
    }
  }
  return units;
}

/** @throws {Error} for a call that no price is known of */
export function withDollars(counted: Counted): WithDollars {
  return { ...counted, dollarsPerMillion: dollarsPerMillion(counted) };
}

/**
 * @param allLogged - whether the lane logs at the level `ALL`, not at its default
 * @throws {Error} for a call that no price is known of
 */
export function dollarsPerMillion(counted: Counted, { allLogged = false } = {}): Dollars {
  const { calls, transitions, expressSeconds, invocations, loggedBytes, loggedBytesAtAll } = counted;
  const units = unitsOf(calls);
  const logged = (allLogged ? loggedBytesAtAll : loggedBytes) + invocations * TASK_LOG_BYTES;
  const parts: Readonly<Record<Part, number>> = {
    'Step Functions':
      dollarsOf('transition', transitions) +
      dollarsOf('expressRequest', units.expressRequest) +
      dollarsOf('expressGbSecond', expressSeconds * EXPRESS_GIGABYTES),
    Lambda:
      dollarsOf('lambdaRequest', invocations) +
      dollarsOf('lambdaGbSecond', invocations * FUNCTION.seconds * FUNCTION.gigabytes),
    DynamoDB: dollarsOf('writeUnit', units.writeUnit) + dollarsOf('readUnit', units.readUnit),
    S3: dollarsOf('s3Write', units.s3Write) + dollarsOf('s3Read', units.s3Read),
    logs: dollarsOf('logGigabyte', logged / 2 ** 30),
    'X-Ray': dollarsOf('trace', units.traced * SAMPLED),
  };
  const million = Object.fromEntries(Object.entries(parts).map(([name, each]) => [name, each * MILLION]));
  const all = Object.values(million).reduce((sum, each) => sum + each, 0);
  return { ...million, all } as Dollars;
}
