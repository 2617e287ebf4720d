// What mappings from streams and from queues have in common: their function, their filters, and what a function reports.

import { call } from '../calls.ts';
import { compilePatterns, type Matcher } from '../event-patterns.ts';
import type { Gate } from '../gate.ts';
import type { RoleSession } from '../service.ts';

/** The function of a mapping. */
export interface Target {
  readonly functionName: string;
  readonly functionArn: string;
  /** As whom Lambda reads the stream for the function, and tells a bucket of failures. */
  readonly session: RoleSession | undefined;
}

/** @throws {Error} when there is no such function */
export async function findTarget(dispatch: Gate['dispatch'], reference: string): Promise<Target> {
  const path = `/2015-03-31/functions/${encodeURIComponent(reference)}/configuration`;
  const { status, body } = await call(dispatch, 'lambda', { method: 'GET', path });
  const { FunctionName, FunctionArn, Role, message } = JSON.parse(body) as Record<string, string>;
  if (status !== 200 || FunctionName === undefined || FunctionArn === undefined) {
    throw new Error(`FunctionName: ${message}`);
  }
  const session = Role === undefined ? undefined : { roleArn: Role, sessionName: FunctionName };
  return { functionName: FunctionName, functionArn: FunctionArn, session };
}

/** The filters of a mapping as one. @throws {Error} as compilePatterns does */
export function filterOf(patterns: readonly string[]): Matcher {
  try {
    return compilePatterns(patterns);
  } catch (error) {
    throw new Error(`FilterCriteria: ${(error as Error).message}`);
  }
}

/**
 * The items that a function says it failed on, as it says so; undefined when it says nothing.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
export function batchItemFailures(body: string): unknown {
  const result: unknown = body === '' ? undefined : JSON.parse(body);
  const reported = result as { batchItemFailures?: unknown } | null | undefined;
  return reported?.batchItemFailures ?? undefined;
}
