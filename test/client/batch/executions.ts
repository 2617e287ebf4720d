// Step Functions as batches see it: runs by their names, each with its input and its end.

import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  ListExecutionsCommand,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, vi } from 'vitest';
import type { BatchOutcome, CreateInput } from '../../../client/index.ts';
import { awsError, output, resetMocks, s3, sfn } from '../mocks.ts';

export type End = Partial<DescribeExecutionOutput>;
export const RUNNING: End = { status: 'RUNNING' };
export const ROLLED_BACK: End = {
  status: 'FAILED',
  error: 'RolledBack.Conflict',
  cause: '{"message":"busy"}',
};
export const STUCK: End = { status: 'FAILED', error: 'WriteInDoubt', cause: 'x' };

/** Executions as Step Functions keeps them: by name, each with its input and how it ends. */
export const executions = new Map<string, { readonly input: string; end: End }>();
/** How the run of an item ends; success by default. */
export const ends: { of: (id: string) => End } = { of: () => ({}) };

/** Each test of a file begins with Step Functions empty. */
export function useExecutions(): void {
  beforeEach(() => {
    resetMocks();
    executions.clear();
    ends.of = () => ({});
    s3.on(PutObjectCommand).resolves({});
    s3.on(DeleteObjectCommand).resolves({});
    sfn.on(ListExecutionsCommand).rejects(awsError('AccessDeniedException', 400));
    sfn.on(StartExecutionCommand).callsFake(({ name, input }: { name: string; input: string }) => {
      const earlier = executions.get(name);
      if (earlier !== undefined && (earlier.end !== RUNNING || earlier.input !== input)) {
        throw awsError('ExecutionAlreadyExists', 400);
      }
      if (earlier === undefined) executions.set(name, { input, end: ends.of(JSON.parse(input).key.id) });
      return {};
    });
    sfn.on(DescribeExecutionCommand).callsFake(({ executionArn }: { executionArn: string }) => {
      const execution = executions.get(executionArn.split(':').at(-1) ?? '');
      if (execution === undefined) throw awsError('ExecutionDoesNotExist', 400);
      const { input, end } = execution;
      return { executionArn, status: 'SUCCEEDED', input, output: JSON.stringify(output), ...end };
    });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

export function inputs(count: number, title = 'x'): CreateInput[] {
  return Array.from({ length: count }, (_, n) => ({ key: { id: `item-${n}` }, attributes: { title } }));
}

export async function outcomesOf(
  batch: AsyncIterable<BatchOutcome<CreateInput>>,
): Promise<BatchOutcome<CreateInput>[]> {
  const outcomes = [];
  for await (const outcome of batch) outcomes.push(outcome);
  return outcomes.sort((one, other) => one.index - other.index);
}

export function statuses(outcomes: readonly BatchOutcome<CreateInput>[]): string[] {
  return outcomes.map(({ status }) => status);
}
