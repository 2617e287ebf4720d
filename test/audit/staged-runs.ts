// Runs on a local cloud and what the audit says of them, through the AWS SDK alone.

import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import {
  type AuditContext,
  type ListOptions,
  listRuns,
  previewReplay,
  type RunSummary,
  readRun,
  replay,
} from '../../audit/index.ts';
import type { Operation } from '../../core/keys/run.ts';
import type { Run } from '../e2e/harness.ts';
import { page, useStage } from '../e2e/one-item.ts';

export const REFUSED = { when: 'before', error: 'ValidationException', status: 400 } as const;
export const CANNOT_DELETE = {
  ...({ service: 's3', operation: 'DeleteObjects', when: 'before' } as const),
  ...({ error: 'InternalError', status: 500, times: 'always' } as const),
};
export const IN_DOUBT = {
  when: 'before',
  error: 'InternalServerError',
  status: 500,
  times: 'always',
} as const;

/** A stage for the tests of a file, and what they do on it. */
export function useStagedRuns() {
  const stage = useStage();

  /** What the audit of a stage works with. */
  function audit(): AuditContext {
    const { descriptor: store, sfn, s3, dynamodb } = stage.store;
    return { store, sfn, s3, dynamodb };
  }

  async function list(options: ListOptions = {}): Promise<RunSummary[]> {
    const runs: RunSummary[] = [];
    for await (const run of listRuns(audit(), options)) runs.push(run);
    return runs;
  }

  async function ended(operation: Operation, input: object = {}, name?: string): Promise<Run> {
    const run = await stage.store.start(operation, { key: stage.key, ...input }, name);
    await stage.store.passUntilEnd(run);
    return run;
  }

  /** A run that DynamoDB refused. */
  function rolledBack(input: object = page('X'), name?: string): Promise<Run> {
    stage.writeFault(REFUSED);
    return ended('create', input, name);
  }

  /** A run whose write never got a definite answer. */
  async function stuck(operation: Operation = 'create', input: object = page('X')): Promise<Run> {
    stage.writeFault(IN_DOUBT);
    const run = await ended(operation, input);
    stage.store.cloud.faults.clear();
    return run;
  }

  async function replayed(run: Run, force = false) {
    return replay(audit(), await previewReplay(audit(), run.arn, { force }));
  }

  async function endOf(executionArn: string): Promise<RunSummary> {
    const run: Run = {
      ...stage.store,
      arn: executionArn,
      name: '',
      end: async () => ({ status: 'SUCCEEDED', error: undefined, cause: {}, output: {}, states: [] }),
      history: async () => [...(await readRun(audit(), executionArn)).events],
    } as unknown as Run;
    await stage.store.passUntilEnd(run);
    return (await readRun(audit(), executionArn)).summary;
  }

  async function statusOf(executionArn: string): Promise<string | undefined> {
    return (await stage.store.sfn.send(new DescribeExecutionCommand({ executionArn }))).status;
  }

  return { stage, audit, list, ended, rolledBack, stuck, replayed, endOf, statusOf };
}
