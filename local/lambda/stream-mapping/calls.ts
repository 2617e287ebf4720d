// The calls that a mapping makes: the invocation of its function, and what it tells a bucket of records it gave up.

import { randomUUID } from 'node:crypto';
import { call } from '../../calls.ts';
import type { ChangeRecord } from '../../dynamodb/index.ts';
import type { Gate } from '../../gate.ts';
import type { RoleSession } from '../../service.ts';
import { batchItemFailures } from '../mapping.ts';
import type { Discarded, Outcome } from './delivery.ts';

/** Invokes the function as Lambda itself does: no role has to be allowed to. */
export async function invokeWith(
  dispatch: Gate['dispatch'],
  functionName: string,
  records: readonly ChangeRecord[],
  reportsItemFailures: boolean,
): Promise<Outcome> {
  const path = `/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`;
  const payload = JSON.stringify({ Records: records });
  // A broken connection says as little of the function as a service's error.
  const answer = await call(dispatch, 'lambda', { method: 'POST', path }, payload).catch(() => undefined);
  if (answer?.status !== 200) return { kind: 'unavailable' };
  const requestId = answer.headers['x-amzn-requestid'] ?? randomUUID();
  if (answer.headers['x-amz-function-error'] !== undefined) {
    return { kind: 'failed', from: 0, requestId, error: true };
  }
  const from = reportsItemFailures ? firstFailure(answer.body, records) : undefined;
  return from === undefined ? { kind: 'done' } : { kind: 'failed', from, requestId, error: false };
}

/**
 * The position of the first record that the function reports as failed; undefined when it reports none. A report that
 * names no record of the batch is a failure of all of them.
 */
function firstFailure(body: string, records: readonly ChangeRecord[]): number | undefined {
  const failures = batchItemFailures(body);
  if (failures === undefined) return undefined;
  if (!Array.isArray(failures)) return 0;
  const positions = failures.map((failure: { itemIdentifier?: unknown } | null) =>
    records.findIndex(({ dynamodb }) => dynamodb.SequenceNumber === failure?.itemIdentifier),
  );
  return positions.length === 0 ? undefined : Math.max(0, Math.min(...positions));
}

export interface FailureDestination {
  readonly bucket: string;
  readonly uuid: string;
  readonly functionArn: string;
  readonly streamArn: string;
  /** The function's role, which has to be allowed to put the object. */
  readonly caller: RoleSession | undefined;
}

const SHARD_ID = 'shardId-00000000000000000000-00000000';

/**
 * Puts an invocation record, with the event itself, into the bucket.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
 * @throws {Error} when S3 refuses it
 */
export async function reportDiscarded(
  dispatch: Gate['dispatch'],
  destination: FailureDestination,
  discarded: Discarded,
  nowMs: number,
): Promise<void> {
  const { bucket, uuid, caller } = destination;
  const timestamp = new Date(nowMs).toISOString();
  const day = timestamp.slice(0, 10).replaceAll('-', '/');
  const second = timestamp.slice(0, 19).replaceAll(':', '.');
  const path = `/${bucket}/aws/lambda/${uuid}/${SHARD_ID}/${day}/${second}-${randomUUID()}`;
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(invocationRecord(destination, discarded, timestamp));
  const answer = await call(
    dispatch,
    's3',
    { method: 'PUT', path, headers, ...(caller && { caller }) },
    body,
  );
  if (answer.status !== 200) throw new Error(answer.body);
}

function invocationRecord(
  { functionArn, streamArn }: FailureDestination,
  { records, condition, requestId, invocations, functionError }: Discarded,
  timestamp: string,
): object {
  const ends = [records[0], records.at(-1)].map((record) => record?.dynamodb);
  const arrivals = ends.map((end) => new Date((end?.ApproximateCreationDateTime ?? 0) * 1000).toISOString());
  return {
    requestContext: { requestId, functionArn, condition, approximateInvokeCount: invocations },
    ...(requestId !== undefined && {
      responseContext: {
        statusCode: 200,
        executedVersion: '$LATEST',
        functionError: functionError ? 'Unhandled' : null,
      },
    }),
    version: '1.0',
    timestamp,
    DDBStreamBatchInfo: {
      shardId: SHARD_ID,
      startSequenceNumber: ends[0]?.SequenceNumber,
      endSequenceNumber: ends[1]?.SequenceNumber,
      approximateArrivalOfFirstRecord: arrivals[0],
      approximateArrivalOfLastRecord: arrivals[1],
      batchSize: records.length,
      streamArn,
    },
    payload: JSON.stringify({ Records: records }),
  };
}
