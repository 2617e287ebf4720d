// What becomes of the results of a Map Run's children: the state's result, or objects in a bucket.
// Source: "ResultWriter (Map)" in the Developer Guide.

import type { ResultWriter } from '../definition/types.ts';
import type { Execution } from '../execution.ts';
import { dataLimitExceeded } from '../failure.ts';
import { byteLength, isObject, type Json, type JsonObject } from '../json.ts';
import { MAX_DATA_BYTES } from '../limits.ts';
import type { Child, MapRun, Results } from './map-run.ts';

/**
 * The results as the state's own, in the order of the items. What passes the limit of a state's result is let go at once,
 * so that memory does not grow with a Map Run that can only fail.
 */
export function stateResults(transformation: ResultWriter['transformation'], stateName: string): Results {
  const results = new Map<number, Json[]>();
  let bytes = 0;
  const keep = (index: number, values: Json[]): void => {
    bytes += values.reduce<number>((sum, value) => sum + byteLength(JSON.stringify(value)) + 1, 0);
    if (bytes > MAX_DATA_BYTES) results.clear();
    else results.set(index, values);
  };
  return {
    exported: false,
    add: async (child) => keep(child.batch.index, transformed(child, transformation)),
    finish: async (mapRun) => {
      for (const child of mapRun.unsuccessful.values()) keep(child.batch.index, [record(child)]);
      countWritten(mapRun);
      if (bytes > MAX_DATA_BYTES) throw dataLimitExceeded(stateName);
      return [...results].sort(([a], [b]) => a - b).flatMap(([, values]) => values);
    },
  };
}

/** One child's part of the results. One that did not succeed is always told with its execution. */
export function transformed(child: Child, transformation: ResultWriter['transformation']): Json[] {
  const { status, output = null } = child.execution;
  if (status !== 'SUCCEEDED' || transformation === 'NONE') return [record(child)];
  return transformation === 'FLATTEN' && Array.isArray(output) ? output : [output];
}

/** A child with its execution. */
export function record({ execution, batch }: Child): JsonObject {
  const { output, error, cause, status } = execution;
  const succeeded = status === 'SUCCEEDED';
  return withoutUndefined({
    Cause: cause,
    Error: error,
    ExecutionArn: execution.arn,
    Input: batch.inputText,
    InputDetails: { Included: true },
    Name: execution.name,
    Output: output === undefined ? undefined : JSON.stringify(output),
    OutputDetails: { Included: true },
    RedriveCount: execution.redriveCount,
    RedriveStatus: succeeded ? 'NOT_REDRIVABLE' : 'REDRIVABLE_BY_MAP_RUN',
    RedriveStatusReason: succeeded ? 'Execution is SUCCEEDED and cannot be redriven' : undefined,
    StartDate: new Date(execution.startedAt).toISOString(),
    StateMachineArn: execution.revision.arn,
    Status: status,
    StopDate: stopDate(execution),
  });
}

export function countWritten({ executions, items }: MapRun): void {
  for (const counts of [executions, items]) {
    const { succeeded = 0 } = counts.describe();
    counts.resultsWritten = succeeded + counts.unsuccessful;
  }
}

function stopDate({ stoppedAt }: Execution): string | undefined {
  return stoppedAt === undefined ? undefined : new Date(stoppedAt).toISOString();
}

function withoutUndefined(members: Readonly<Record<string, Json | undefined>>): JsonObject {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined);
  const object: unknown = Object.fromEntries(entries);
  return isObject(object) ? object : {};
}
