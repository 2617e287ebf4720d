// The run that a person means: by ARN, by name, by a link of the Step Functions console, or as object keys name it.

import type { DescribeExecutionOutput } from '@aws-sdk/client-sfn';
import type { StoreDescriptor } from '../../core/contract/store.ts';
import { OPERATIONS, parseRun } from '../../core/keys/run.ts';
import type { AuditContext, CallOptions } from '../context.ts';
import { InvalidRun, NotOfThisStore, RunNotFound } from '../errors.ts';
import { describe } from './list.ts';
import { executionArn, nameOf } from './summary.ts';

/**
 * The ARN of the run that a text names.
 * @param run - an execution's ARN or name, a link to it in the AWS console, or `create.{name}.{time}`
 * @throws {InvalidRun} when the text can be no run's, or several runs have this name
 * @throws {NotOfThisStore} when it is of another account, Region or state machine
 * @throws {RunNotFound}
 */
export async function resolveRun(
  context: AuditContext,
  run: string,
  options: CallOptions = {},
): Promise<string> {
  const { store } = context;
  const arn = arnIn(run);
  if (arn !== undefined) {
    checkOwn(arn, store);
    return arn;
  }
  const parts = parseRun(run);
  if (parts !== undefined) return executionArn(store, parts.operation, parts.name);
  if (!/^[0-9A-Za-z_-]{1,80}$/.test(run)) {
    throw new InvalidRun(`${run}: expected an execution's ARN or name, or a link to it in the AWS console`);
  }
  const arns = OPERATIONS.map((operation) => executionArn(store, operation, run));
  const found = await Promise.all(arns.map((each) => describe(context, each, options.signal)));
  const existing = arns.filter((_, at) => found[at] !== undefined);
  const [only, other] = existing;
  if (only === undefined) throw notFound(run);
  if (other !== undefined)
    throw new InvalidRun(`${run}: several runs have this name: ${existing.join(', ')}`);
  return only;
}

/** @throws {NotOfThisStore} @throws {RunNotFound} */
export async function describeRun(
  context: AuditContext,
  arn: string,
  { signal }: CallOptions = {},
): Promise<DescribeExecutionOutput> {
  checkOwn(arn, context.store);
  const description = await describe(context, arn, signal);
  if (description === undefined) throw notFound(nameOf(arn));
  return description;
}

export function notFound(name: string): RunNotFound {
  return new RunNotFound(`${name}: there is no such run; Step Functions forgets runs 90 days after they end`);
}

const PARTITIONS: Readonly<Record<string, string>> = {
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

/** The run's page in the AWS console. */
export function consoleUrl(arn: string): string {
  const [, partition = 'aws', , region = ''] = arn.split(':');
  const host = PARTITIONS[partition] ?? `${region}.console.aws.amazon.com`;
  return `https://${host}/states/home?region=${region}#/v2/executions/details/${arn}`;
}

/** The ARN in a text that is one, or a link that holds one. */
function arnIn(text: string): string | undefined {
  if (text.startsWith('arn:')) return text;
  if (!/^https?:\/\//.test(text)) return undefined;
  const decoded = unescaped(text);
  const found = /arn:[\w-]+:states:[^\s?#&]+/.exec(decoded)?.[0];
  if (found === undefined) throw new InvalidRun(`${text}: the link names no execution`);
  return found;
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray percent sign: an ARN has none
  }
}

function checkOwn(arn: string, store: StoreDescriptor): void {
  const match = /^arn:[\w-]+:states:([\w-]*):(\d*):(\w+):([^:]+):([^:]+)/.exec(arn);
  const [, region, account, kind, machine] = match ?? [];
  if (match === null || (kind !== 'execution' && kind !== 'express')) {
    throw new InvalidRun(`${arn}: expected the ARN of an execution`);
  }
  if (OPERATIONS.some((operation) => arn.startsWith(executionArn(store, operation, '')))) return;
  const own = store.stateMachines.create.split(':');
  const whose = [
    ...(region === own[3] ? [] : [`Region ${region}, the store is in ${own[3]}`]),
    ...(account === own[4] ? [] : [`account ${account}, the store is in ${own[4]}`]),
  ];
  throw new NotOfThisStore(
    whose.length > 0
      ? `${arn}: of ${whose.join('; of ')}`
      : `${arn}: of state machine ${machine}, which is not one of the store's`,
  );
}
