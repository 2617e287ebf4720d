// What a trial works with: the deployed store, SDK clients, and a record of every execution that it starts.

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteObjectsCommand, ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3';
import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  paginateGetExecutionHistory,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { LargeItemClient } from '../../client/index.ts';
import { PROBES } from './app.ts';

export interface Trial {
  readonly client: LargeItemClient;
  readonly s3: S3Client;
  readonly dynamodb: DynamoDBClient;
  readonly sfn: SFNClient;
  /** The role of the machines that the trial makes. */
  readonly probeRole: string;
  readonly bucket: string;
  /** Waits; a test moves the local cloud's clock instead. */
  pause(seconds: number): Promise<void>;
  /** Told of what is being done. */
  say(line: string): void;
}

/** An execution that has ended, with all of its events: what a vector is made of. */
export interface Recorded {
  readonly name: string;
  /** Of a machine that the trial has made; undefined for the store's own. */
  readonly definition?: object | undefined;
  readonly execution: DescribeExecutionCommandOutput;
  readonly events: readonly HistoryEvent[];
}

export const LONGEST_RUN_SECONDS = 300;

/** @throws {Error} when it has not ended after {@link LONGEST_RUN_SECONDS} */
export async function ended(trial: Trial, executionArn: string): Promise<DescribeExecutionCommandOutput> {
  for (let waited = 0; waited < LONGEST_RUN_SECONDS; waited += 1) {
    const execution = await trial.sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (execution.status !== 'RUNNING' && execution.status !== 'PENDING_REDRIVE') return execution;
    await trial.pause(1);
  }
  throw new Error(`${executionArn} has not ended after ${LONGEST_RUN_SECONDS} s`);
}

export async function recordOf(
  trial: Trial,
  name: string,
  executionArn: string,
  definition?: object,
): Promise<Recorded> {
  const execution = await ended(trial, executionArn);
  const events: HistoryEvent[] = [];
  const pages = paginateGetExecutionHistory(
    { client: trial.sfn },
    new GetExecutionHistoryCommand({ executionArn, includeExecutionData: true }).input,
  );
  for await (const page of pages) events.push(...(page.events ?? []));
  return { name, definition, execution, events };
}

/** Runs a machine of these states, the first of them first, and deletes it again. */
export async function probe(
  trial: Trial,
  name: string,
  states: Readonly<Record<string, object>>,
  input: object = {},
  more: (arn: string) => Promise<void> = async () => undefined,
): Promise<Recorded> {
  const definition = { QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states };
  const { stateMachineArn } = await trial.sfn.send(
    new CreateStateMachineCommand({
      name: `${PROBES}${name}-${Math.random().toString(36).slice(2, 10)}`,
      definition: JSON.stringify(definition),
      roleArn: trial.probeRole,
    }),
  );
  try {
    const { executionArn = '' } = await trial.sfn.send(
      new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
    );
    await ended(trial, executionArn);
    await more(executionArn);
    return await recordOf(trial, name, executionArn, definition);
  } finally {
    await trial.sfn.send(new DeleteStateMachineCommand({ stateMachineArn }));
  }
}

/** Deletes every version of every object, so that the bucket can go. @throws {Error} when S3 does not delete one */
export async function empty({ s3, bucket: Bucket }: Pick<Trial, 's3' | 'bucket'>): Promise<void> {
  for (;;) {
    const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
    if (Objects.length === 0) return;
    const { Errors = [] } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    if (Errors[0] !== undefined) throw new Error(`${Errors[0].Key}: ${Errors[0].Code} ${Errors[0].Message}`);
  }
}
