// A state machine of one Distributed Map over a local S3.

import {
  DescribeMapRunCommand,
  type DescribeMapRunOutput,
  type ExecutionListItem,
  ListExecutionsCommand,
  ListMapRunsCommand,
} from '@aws-sdk/client-sfn';
import { createManualClock } from './clocks.ts';
import { type ObjectStore, objectStore } from './object-store.ts';
import { EXECUTION_ARN } from './server.ts';
import { invoke, named, type Scenario, type Surroundings, scenario, type TestFunction } from './support.ts';

export interface MapScenario extends Scenario {
  readonly store: ObjectStore;
  /** The Map Run that started last. */
  mapRun(): Promise<DescribeMapRunOutput>;
  children(mapRunArn: string): Promise<ExecutionListItem[]>;
}

export const PASS = { Item: { Type: 'Pass', End: true } };

export const CALL = { Call: invoke('f') };

/** @param states the child executions' States; they start at the first */
export function distributedMap(
  fields: Record<string, unknown>,
  states: Record<string, unknown> = PASS,
  ExecutionType = 'STANDARD',
): Record<string, unknown> {
  const StartAt = Object.keys(states)[0];
  const ItemProcessor = { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType }, StartAt, States: states };
  return { Type: 'Map', ItemProcessor, End: true, ...fields };
}

/** A machine whose only state is the given one. */
export async function mapScenario(
  map: Record<string, unknown>,
  functions: Record<string, TestFunction> = {},
  options: Pick<Surroundings, 'keepExecutions' | 'folder'> = {},
): Promise<MapScenario> {
  const clock = createManualClock();
  const store = objectStore(clock, functions);
  const run = await scenario({ Map: map }, {}, {}, { clock, dispatch: store.dispatch, ...options });
  return {
    ...run,
    store,
    mapRun: async () => {
      const { mapRuns = [] } = await run.sfn.send(new ListMapRunsCommand({ executionArn: EXECUTION_ARN }));
      return run.sfn.send(new DescribeMapRunCommand({ mapRunArn: mapRuns[0]?.mapRunArn }));
    },
    children: async (mapRunArn) =>
      (await run.sfn.send(new ListExecutionsCommand({ mapRunArn }))).executions ?? [],
  };
}

/** A reader of an object, or of a list of objects. */
export function reader(Resource: 'getObject' | 'listObjectsV2', Arguments: unknown, ReaderConfig?: unknown) {
  return {
    Resource: `arn:aws:states:::s3:${Resource}`,
    Arguments,
    ...(ReaderConfig !== undefined && { ReaderConfig }),
  };
}

/** A function that fails for these items, once or always. */
export function failingFor(items: readonly unknown[], how: 'once' | 'always' = 'once') {
  const pending = new Set(items);
  return (item: unknown) => {
    const fails = how === 'once' ? pending.delete(item) : pending.has(item);
    if (fails) throw named('Bad', `no ${item}`);
    return item;
  };
}
