// Calls about Map Runs and their child executions.

import { ServiceError } from '../../service.ts';
import type { Execution } from '../execution.ts';
import type { JsonObject } from '../json.ts';
import type { MapRun } from '../map-run/map-run.ts';
import { arn, constraint, decodeToken, encodeToken, number, pageSize, seconds } from './input.ts';
import { findExecution } from './lookup.ts';
import type { Context, Operation } from './operations.ts';

export const describeMapRun: Operation = (context, input) => {
  const mapRun = findMapRun(context, input);
  const { settings, redrivenAt } = mapRun;
  return {
    ...summary(mapRun),
    status: mapRun.status,
    maxConcurrency: settings.maxConcurrency,
    toleratedFailureCount: settings.toleratedFailureCount ?? 0,
    toleratedFailurePercentage: settings.toleratedFailurePercentage ?? 0,
    itemCounts: mapRun.items.describe(),
    executionCounts: mapRun.executions.describe(),
    redriveCount: mapRun.redriveCount,
    ...(redrivenAt !== undefined && { redriveDate: seconds(redrivenAt) }),
  };
};

/** The Map Runs of an execution, the newest first. */
export const listMapRuns: Operation = (context, input) => {
  const mapRuns = [...context.store.mapRunsOf(findExecution(context, input).arn)].reverse();
  const start = decodeToken(input) ?? 0;
  const end = start + pageSize(input, 100);
  return {
    mapRuns: mapRuns.slice(start, end).map((mapRun) => ({
      ...summary(mapRun),
      stateMachineArn: mapRun.origin.stateMachineArn,
    })),
    ...(end < mapRuns.length && { nextToken: encodeToken(end) }),
  };
};

/** Takes effect from the next child on. One that has ended stays as it is. */
export const updateMapRun: Operation = (context, input) => {
  const mapRun = findMapRun(context, input);
  const maxConcurrency = number(input, 'maxConcurrency', { min: 0 });
  const count = number(input, 'toleratedFailureCount', { min: 0 });
  const percentage = number(input, 'toleratedFailurePercentage', { min: 0, max: 100 });
  if (mapRun.status !== 'RUNNING') {
    throw constraint(`'${mapRun.origin.arn}'`, 'mapRunArn', 'Map Run must be RUNNING');
  }
  if (maxConcurrency !== undefined) mapRun.settings.maxConcurrency = maxConcurrency;
  if (count !== undefined) mapRun.settings.toleratedFailureCount = count;
  if (percentage !== undefined) mapRun.settings.toleratedFailurePercentage = percentage;
  return {};
};

/** The child executions of the Map Run that a call names, the newest first. Those of an Express one leave no trace. */
export function childrenOf(context: Context, input: JsonObject): Execution[] {
  const { origin } = findMapRun(context, input);
  if (origin.executionType === 'EXPRESS') {
    throw new ServiceError(
      'StateMachineTypeNotSupported',
      'This operation is not supported by this type of state machine',
    );
  }
  return context.store
    .executionsOf(origin.stateMachineArn)
    .filter(({ mapRun }) => mapRun?.arn === origin.arn);
}

/** @throws {ServiceError} ResourceNotFound */
function findMapRun(context: Context, input: JsonObject): MapRun {
  const mapRunArn = arn(input, 'mapRunArn', 'mapRun');
  const mapRun = context.store.mapRuns.get(mapRunArn);
  if (mapRun !== undefined) return mapRun;
  throw new ServiceError('ResourceNotFound', `Map Run Does Not Exist: '${mapRunArn}'`, 400, {
    resourceName: mapRunArn,
  });
}

function summary({ origin, startedAt, stoppedAt }: MapRun) {
  return {
    mapRunArn: origin.arn,
    executionArn: origin.executionArn,
    startDate: seconds(startedAt),
    ...(stoppedAt !== undefined && { stopDate: seconds(stoppedAt) }),
  };
}
