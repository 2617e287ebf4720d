// Runs of a batch that a list shows as succeeded: their results come of their items, as long as these name them.

import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, ListExecutionsCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, it } from 'vitest';
import type { CreateInput } from '../../../client/index.ts';
import { formatRun, type Operation } from '../../../core/keys/run.ts';
import { awsError, clientOf, dynamodb, resetMocks, s3, sfn } from '../mocks.ts';

const COUNT = 30;
/** Those that are looked at before more than a few wait. */
const FEW = 5;
const START = new Date('2026-01-01T00:00:00.123Z');

const client = clientOf();

interface Execution {
  readonly executionArn: string;
  readonly name: string;
  readonly operation: Operation;
  readonly id: string;
  readonly names: readonly string[];
}
let executions: Execution[];
/** What is different of an item than its run has left it. */
let changed: (id: string) => { readonly writtenBy?: string; readonly page?: string };

beforeEach(() => {
  resetMocks();
  executions = [];
  changed = () => ({});
  s3.on(PutObjectCommand).resolves({});
  s3.on(DeleteObjectCommand).resolves({});
  // All are started before any is waited for.
  let all = (): void => undefined;
  const started = new Promise<void>((resolve) => {
    all = resolve;
  });
  sfn
    .on(StartExecutionCommand)
    .callsFake(async (input: Record<'stateMachineArn' | 'name' | 'input', string>) => {
      const { key, largeAttributes = {} } = JSON.parse(input.input);
      executions.push({
        executionArn: `${input.stateMachineArn.replace(':stateMachine:', ':execution:')}:${input.name}`,
        name: input.name,
        operation: input.stateMachineArn.split(':').at(-1)?.toLowerCase() as Operation,
        id: key.id,
        names: Object.keys(largeAttributes),
      });
      if (executions.length === COUNT) all();
      await started;
      return {};
    });
  sfn.on(ListExecutionsCommand).callsFake(() => ({
    executions: executions.map(({ executionArn }) => ({
      executionArn,
      status: 'SUCCEEDED',
      startDate: START,
    })),
  }));
  sfn.on(DescribeExecutionCommand).callsFake(({ executionArn }: { executionArn: string }) => {
    const execution = executions.find((each) => each.executionArn === executionArn) as Execution;
    return { executionArn, status: 'SUCCEEDED', input: '{}', output: JSON.stringify(outputOf(execution)) };
  });
  dynamodb.on(GetItemCommand).callsFake(({ Key }: { Key: { id: { S: string } } }) => {
    const execution = executions.find(({ id }) => id === Key.id.S) as Execution;
    const { writtenBy = runOf(execution), page = pointerOf(execution) } = changed(execution.id);
    const large = { L: execution.names.map((name) => ({ S: name })) };
    const M = {
      createdBy: { S: 'create.x.20250101T000000000Z' },
      version: { N: '7' },
      writtenBy: { S: writtenBy },
      large,
    };
    return { Item: { _saga: { M }, ...(execution.names.length > 0 && { page: { S: page } }) } };
  });
});

function runOf({ operation, name }: Execution): string {
  return formatRun({ operation, name, startTime: START.toISOString() });
}

function pointerOf(execution: Execution): string {
  return `s3://bucket/items/pk=${execution.id}/attr=page/sha256=${'a'.repeat(64)}/${runOf(execution)}`;
}

function outputOf(execution: Execution) {
  const { operation, id, names } = execution;
  return {
    ...{
      operation,
      key: { id: { S: id } },
      version: operation === 'delete' ? null : 7,
      run: runOf(execution),
    },
    largeAttributes: names.length > 0 ? { page: pointerOf(execution) } : {},
    ...{ cleanup: 'done', letGo: [] },
  };
}

function inputs(more: object = {}): CreateInput[] {
  return Array.from({ length: COUNT }, (_, n) => ({ key: { id: `item-${n}` }, ...more }));
}

async function resultsOf<Result>(
  batch: AsyncIterable<{ readonly status: string; readonly index: number; readonly result?: Result }>,
): Promise<(Result | undefined)[]> {
  const results: (Result | undefined)[] = [];
  for await (const { status, index, result } of batch) {
    expect(status).toBe('written');
    results[index] = result;
  }
  return results;
}

const looks = () => sfn.commandCalls(DescribeExecutionCommand).length;
const reads = () => dynamodb.commandCalls(GetItemCommand).length;

describe('a create', () => {
  const large = { largeAttributes: { page: 'Hello' } };

  it('gives what its output would have told, without a look', async () => {
    const results = await resultsOf(client.createMany(inputs(large)));
    expect(results).toEqual(
      executions.map((execution) => {
        const { operation: _, ...output } = outputOf(execution);
        return { ...output, key: { id: execution.id }, executionArn: execution.executionArn };
      }),
    );
    expect(looks()).toBeLessThanOrEqual(FEW);
    expect(dynamodb.commandCalls(GetItemCommand)[0]?.args[0].input).toMatchObject({
      ConsistentRead: true,
      ExpressionAttributeNames: { '#a0': '_saga', '#a1': 'page' },
    });
  });

  it.each([
    ['that others have written since', () => ({ writtenBy: 'update.other.20260102T000000000Z' })],
    [
      'that a run of the same name has written at another time',
      (id: string) => {
        const { name } = executions.find((each) => each.id === id) as Execution;
        return { writtenBy: formatRun({ operation: 'create', name, startTime: '2026-06-01T00:00:00.000Z' }) };
      },
    ],
    ['whose pointer another program has changed', () => ({ page: 's3://bucket/items/pk=x/attr=page/other' })],
  ])('of an item %s is looked at', async (_, change) => {
    changed = change;
    const results = await resultsOf(client.createMany(inputs(large)));
    expect(results.map((result) => result?.run)).toEqual(executions.map(runOf));
    expect(looks()).toBe(COUNT);
  });

  it('is looked at where its caller may not read, who is not asked to for each', async () => {
    dynamodb.on(GetItemCommand).rejects(awsError('AccessDeniedException', 400));
    await resultsOf(client.createMany(inputs()));
    expect(looks()).toBe(COUNT);
  });

  it('has what was staged for it deleted', async () => {
    await resultsOf(client.createMany(inputs(large), { inlineContent: false }));
    const keys = s3.commandCalls(PutObjectCommand).map(({ args: [{ input }] }) => input.Key);
    const deleted = s3.commandCalls(DeleteObjectCommand).map(({ args: [{ input }] }) => input.Key);
    expect(new Set(deleted)).toEqual(new Set(keys));
    expect(keys).toHaveLength(COUNT);
  });
});

describe('an update or a delete', () => {
  it('is looked at: its item does not tell of what was let go and cleaned up', async () => {
    await resultsOf(client.updateMany(inputs()));
    expect(looks()).toBe(COUNT);
    expect(reads()).toBe(0);
  });

  it('of which the version alone is wanted is not', async () => {
    const results = await resultsOf(client.updateMany(inputs(), { versionOnly: true }));
    expect(results).toEqual(
      executions.map(({ id, executionArn }) => ({ key: { id }, version: 7, executionArn })),
    );
    expect(looks()).toBeLessThanOrEqual(FEW);
  });

  it('leaves no version, which nobody need read', async () => {
    const results = await resultsOf(client.deleteMany(inputs(), { versionOnly: true }));
    expect(results.map((result) => result?.version)).toEqual(executions.map(() => null));
    expect(looks()).toBeLessThanOrEqual(FEW);
    expect(reads()).toBe(0);
  });
});
