// Replays a vector's calls on an endpoint, and tells where its answers are not the recorded ones.

import type { Answer, Caller } from './calls.ts';
import { Comparison, type Difference } from './compare.ts';
import { fill, MissingValue, valueAt } from './params.ts';
import type { Expectation, Vector, VectorCall, VectorService } from './vector.ts';

export interface CallDifference extends Difference {
  /** Counted from 0. */
  readonly call: number;
  readonly operation: string;
}

/** Operations whose lists of objects have no order. */
const WITHOUT_ORDER = new Set(['Scan', 'BatchGetItem', 'BatchWriteItem', 'TransactWriteItems', 'GetRecords']);

/** What the endpoint answers elsewise. A sequence ends where what it goes on with is not there. */
export async function replay(vector: Vector, caller: Caller): Promise<CallDifference[]> {
  const comparison = new Comparison(vector.wildcards);
  const sequence = { names: new Map<string, string>(), answers: [] as unknown[] };
  const found: CallDifference[] = [];
  for (const [index, call] of vector.calls.entries()) {
    const report = (differences: readonly Difference[]): void => {
      const place = { call: index, operation: call.operation };
      found.push(...differences.map((one) => ({ ...one, ...place })));
    };
    const params = paramsOf(call, sequence);
    if (params instanceof MissingValue) {
      report([{ place: 'params', what: 'absent', recorded: params.message }]);
      break;
    }
    const answer = await send(caller, call.service ?? vector.service, call.operation, params);
    sequence.answers.push(answer.result ?? {});
    if (call.expect) {
      report(compareAnswer(comparison, call, call.expect, answer));
    } else if (call.succeeds && answer.error) {
      report([{ place: '', what: 'differs', recorded: 'success', answered: answer.error }]);
      break;
    }
  }
  return found;
}

function paramsOf(
  call: VectorCall,
  sequence: Parameters<typeof fill>[1],
): Record<string, unknown> | MissingValue {
  try {
    return fill(call.params, sequence) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof MissingValue) return error;
    throw error;
  }
}

async function send(
  caller: Caller,
  service: VectorService,
  operation: string,
  params: Record<string, unknown>,
): Promise<Answer> {
  const answer = await caller.send(service, operation, params);
  if (operation === 'CreateTable' && !answer.error) {
    for (;;) {
      const { result } = await caller.send(service, 'DescribeTable', { TableName: params.TableName });
      if (result === undefined || valueAt(result, ['Table', 'TableStatus']) === 'ACTIVE') break;
    }
  }
  return answer;
}

function compareAnswer(
  comparison: Comparison,
  { operation }: VectorCall,
  expected: Expectation,
  answer: Answer,
): Difference[] {
  const status: Difference[] =
    expected.status === undefined || expected.status === answer.status
      ? []
      : [{ place: 'status', what: 'differs', recorded: expected.status, answered: answer.status }];
  if (expected.error) return [...compareError(comparison, expected, answer), ...status];
  if (answer.error)
    return [{ place: '', what: 'differs', recorded: 'success', answered: answer.error }, ...status];
  const ignored = new Set(expected.ignore);
  const compared = Object.fromEntries(Object.entries(answer.result).filter(([name]) => !ignored.has(name)));
  const unordered = WITHOUT_ORDER.has(operation);
  const whole = expected.result ? comparison.differences(expected.result, compared, '', unordered) : [];
  const parts = (expected.parts ?? []).flatMap(({ path, value }): Difference[] => {
    try {
      return comparison.differences(value, valueAt(compared, path), path.join('/'), unordered);
    } catch (error) {
      if (!(error instanceof MissingValue)) throw error;
      return [{ place: path.join('/'), what: 'absent', recorded: value }];
    }
  });
  return [...whole, ...parts, ...status];
}

function compareError(
  comparison: Comparison,
  { error, more = {}, partial }: Expectation,
  answer: Answer,
): Difference[] {
  if (!answer.error) return [{ place: '', what: 'differs', recorded: error, answered: 'success' }];
  const fields = comparison.differences(error, answer.error, 'Error');
  if (partial) return fields.filter(({ what }) => what !== 'extra');
  // S3's is in `error` already.
  const { StorageClass: _, ...beside } = more;
  return [...fields, ...comparison.differences(beside, answer.more)];
}
