// The calls that a sweep's rules need, on the AWS clients that they are given.

import {
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
  type DynamoDBClient,
  type KeysAndAttributes,
} from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';
import type { SweepSettings } from '../core/contract/store-types.ts';
import { referencedKeys } from '../core/item/item.ts';
import { continuedName, expressRun, type Run } from '../core/keys/run.ts';
import type { NamedObject, SweptStore } from '../core/sweep/named-object.ts';
import type { RunDescription, SweepCalls } from '../core/sweep/sweep.ts';
import type { Item } from '../core/values/attributes.ts';
import { fromSdkItem, toSdkItem } from '../core/values/sdk-item.ts';
import { deleteKeys } from './deletions.ts';
import { failureOf } from './failures.ts';

export interface SweepContext extends Pick<SweepSettings, 'stateMachines'> {
  readonly store: SweptStore;
  readonly dynamodb: DynamoDBClient;
  readonly s3: S3Client;
  readonly sfn: SFNClient;
}

/** What one BatchGetItem takes (DynamoDB API reference). */
const MAX_ITEMS = 100;
/** Descriptions that may fail in a row before the rest of the batch is left to the next sweep. */
const MAX_UNCHECKED = 3;
/** Milliseconds after which no further run is asked, so that the task ends well before its function's time-out. */
const ASKING_MS = 60_000;
const FIRST_PAUSE_MS = 50;
const MAX_PAUSES = 8;

/** The calls for one batch. */
export function sweepCalls(context: SweepContext): SweepCalls {
  return {
    referenced: (objects) => referenced(context, objects),
    describe: describer(context),
    // Of a call that fails as a whole some may be gone all the same; the next sweep finds the others.
    remove: (keys) => deleteKeys(context.s3, context.store.bucket, keys, (error) => failureOf(error).code),
  };
}

/** Reads whole items, since any attribute may hold a pointer and a projection costs as much; keeps their pointers alone. */
async function referenced(
  { dynamodb, store }: SweepContext,
  objects: readonly NamedObject[],
): Promise<ReadonlySet<string>> {
  const distinct = new Map(objects.map(({ item }) => [JSON.stringify(item), item]));
  const wanted = new Set(objects.map(({ key }) => key));
  const found = new Set<string>();
  const items = [...distinct.values()];
  for (let at = 0; at < items.length; at += MAX_ITEMS) {
    const Keys = items.slice(at, at + MAX_ITEMS).map(toSdkItem);
    for await (const item of itemsOf(dynamodb, store.table, { Keys, ConsistentRead: true })) {
      for (const key of referencedKeys(item, store)) if (wanted.has(key)) found.add(key);
    }
  }
  return found;
}

/** @throws {Error} when DynamoDB goes on leaving keys unprocessed: the batch is tried again as a whole */
async function* itemsOf(
  dynamodb: DynamoDBClient,
  table: string,
  request: KeysAndAttributes,
): AsyncGenerator<Item> {
  let left: KeysAndAttributes | undefined = request;
  for (let pauses = 0; left !== undefined; pauses += 1) {
    if (pauses > MAX_PAUSES)
      throw new Error('DynamoDB leaves keys unprocessed, however often they are asked for');
    if (pauses > 0) await sleep(FIRST_PAUSE_MS * 2 ** pauses * (0.5 + Math.random() / 2));
    const answer: BatchGetItemCommandOutput = await dynamodb.send(
      new BatchGetItemCommand({ RequestItems: { [table]: left } }),
    );
    for (const item of answer.Responses?.[table] ?? []) yield fromSdkItem(item);
    left = answer.UnprocessedKeys?.[table];
  }
}

/** Asks about runs, for so long and with so much patience as one batch may. */
function describer(context: SweepContext): SweepCalls['describe'] {
  const until = Date.now() + ASKING_MS;
  let uncheckedInARow = 0;
  return async (run) => {
    if (uncheckedInARow >= MAX_UNCHECKED || Date.now() > until) return 'unchecked';
    const answer = await describe(context, run);
    uncheckedInARow = answer === 'unchecked' ? uncheckedInARow + 1 : 0;
    return answer;
  };
}

const PASSING = /Throttl|TooManyRequests|LimitExceeded/;
/** A name that no execution can have, in a key that somebody made up, is that of no execution. */
const NO_SUCH = new Set(['ExecutionDoesNotExist', 'InvalidArn', 'ValidationException']);

/** @throws what is wrong with the sweep itself, such as a missing permission */
async function describe(
  { sfn, stateMachines }: SweepContext,
  { operation, name }: Run,
): Promise<RunDescription | 'unchecked' | undefined> {
  const machine = stateMachines[operation];
  const express = expressRun(name);
  const executionName = express === undefined ? name : continuedName(express.id);
  const executionArn = `${machine.replace(':stateMachine:', ':execution:')}:${executionName}`;
  try {
    const found = await sfn.send(
      new DescribeExecutionCommand({ executionArn, includedData: 'METADATA_ONLY' }),
    );
    return {
      status: found.status ?? 'RUNNING',
      startDate: found.startDate?.getTime() ?? Number.NaN,
      stopDate: found.stopDate?.getTime(),
      redriveStatus: found.redriveStatus,
    };
  } catch (error) {
    const { code, status } = failureOf(error);
    if (NO_SUCH.has(code)) return undefined;
    if (status === undefined || status >= 500 || PASSING.test(code)) return 'unchecked';
    throw error;
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
