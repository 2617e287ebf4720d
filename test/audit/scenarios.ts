// Runs that end in every way that runs can, on a local cloud: what the recorded histories are histories of.

import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  type HistoryEvent,
} from '@aws-sdk/client-sfn';
import { expect } from 'vitest';
import type { Operation } from '../../core/keys/run.ts';
import { entered, type Run } from '../e2e/harness.ts';
import { page, type Stage } from '../e2e/one-item.ts';

/** Brings about one run, and gives it when it is as it is to be recorded. */
type Scenario = (stage: Stage, name: string) => Promise<Run>;

const FAILS_FOR_GOOD = {
  service: 's3',
  operation: 'DeleteObjects',
  when: 'before',
  error: 'InternalError',
  status: 500,
  times: 'always',
} as const;
const REFUSED = { when: 'before', error: 'ValidationException', status: 400 } as const;
const IN_DOUBT = { when: 'before', error: 'InternalServerError', status: 500, times: 'always' } as const;
/** Past the life of a write's token. */
const SECONDS_TO_FORGET = 15 * 60;

export const SCENARIOS = {
  'committed-create': (stage, name) => ended(stage, 'create', page('first'), name),

  async 'committed-update'(stage, name) {
    await before(
      stage,
      'create',
      { largeAttributes: { page: { text: 'first' }, note: { text: 'kept' } } },
      `${name}-0`,
    );
    return ended(
      stage,
      'update',
      { largeAttributes: { page: { text: 'second' }, note: { text: 'kept' } } },
      name,
    );
  },
  async 'committed-delete'(stage, name) {
    await before(stage, 'create', page('first'), `${name}-0`);
    return ended(stage, 'delete', {}, name);
  },
  async 'cleanup-deferred'(stage, name) {
    await before(stage, 'create', page('first'), `${name}-0`);
    stage.fault(FAILS_FOR_GOOD);
    return ended(stage, 'update', page('second'), name);
  },
  async rejected(stage, name) {
    await before(stage, 'create', page('first'), `${name}-0`);
    return ended(stage, 'create', page('second'), name);
  },
  'rolled-back'(stage, name) {
    stage.writeFault(REFUSED);
    return ended(stage, 'create', page('first'), name);
  },
  'stuck-in-the-write'(stage, name) {
    stage.writeFault(IN_DOUBT);
    return ended(stage, 'create', page('first'), name);
  },
  'stuck-in-the-compensation'(stage, name) {
    stage.writeFault(REFUSED);
    stage.fault(FAILS_FOR_GOOD);
    return ended(stage, 'create', page('first'), name);
  },
  async redriven(stage, name) {
    stage.writeFault(IN_DOUBT);
    const run = await ended(stage, 'create', page('first'), name);
    stage.store.cloud.faults.clear();
    await run.redrive();
    await stage.store.passUntilEnd(run);
    return run;
  },
  async unknown(stage, name) {
    await before(stage, 'create', page('first'), `${name}-0`);
    stage.writeFault(IN_DOUBT);
    const run = await ended(stage, 'update', page('second'), name);
    stage.store.cloud.faults.clear();
    stage.store.pass(SECONDS_TO_FORGET);
    await before(stage, 'update', page('third'), `${name}-1`);
    await before(stage, 'update', page('fourth'), `${name}-2`);
    await run.redrive();
    await stage.store.passUntilEnd(run);
    return run;
  },
  async aborted(stage, name) {
    const run = await held(stage, name);
    await run.stop();
    return run;
  },
  running: (stage, name) => held(stage, name),
} as const satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof SCENARIOS;
export const SCENARIO_NAMES = Object.keys(SCENARIOS) as ScenarioName[];

/** A run as Step Functions describes it. */
export interface Recording {
  readonly description: DescribeExecutionOutput;
  readonly events: readonly HistoryEvent[];
}

export async function record(stage: Stage, scenario: ScenarioName): Promise<Recording> {
  stage.reset();
  const run = await SCENARIOS[scenario](stage, scenario);
  const { $metadata: _, ...description } = await stage.store.sfn.send(
    new DescribeExecutionCommand({ executionArn: run.arn }),
  );
  return { description, events: await run.history() };
}

async function ended(stage: Stage, operation: Operation, input: object, name: string): Promise<Run> {
  const run = await stage.store.start(operation, { key: stage.key, ...input }, name);
  await stage.store.passUntilEnd(run);
  return run;
}

async function before(stage: Stage, operation: Operation, input: object, name: string): Promise<void> {
  const run = await ended(stage, operation, input, name);
  expect(await run.end()).toMatchObject({ status: 'SUCCEEDED' });
}

/** Waits in its write, whose function is throttled. */
async function held(stage: Stage, name: string): Promise<Run> {
  stage.fault({
    service: 'lambda',
    operation: 'Invoke',
    error: 'TooManyRequestsException',
    when: 'before',
    match: 'WriteItem',
  });
  const run = await stage.store.start('create', { key: stage.key, ...page('first') }, name);
  await run.until((events) => entered('WriteItem')(events) && events.at(-1)?.type === 'TaskFailed');
  return run;
}
