// The run that a person means: by ARN, by name, by a link of the Step Functions console, or as object keys name it.

import type { DescribeExecutionOutput } from '@aws-sdk/client-sfn';
import type { StoreDescriptor } from '../../core/contract/store.ts';
import { continuedName, expressId, expressRun, OPERATIONS, parseRun, type Run } from '../../core/keys/run.ts';
import type { AuditContext, CallOptions } from '../context.ts';
import { InvalidRun, IsExpressRun, NotOfThisStore, RunNotFound } from '../errors.ts';
import { expressExecution, isExpressArn } from '../logs/express-arn.ts';
import { findLogged, isRun, namedIn } from '../logs/logged-run.ts';
import { continuationIn } from './continuation.ts';
import { describe } from './list.ts';
import { executionArn, nameOf, parsed } from './summary.ts';

/**
 * The ARN of the run that a text names. Of a name that both lanes know, the Standard execution.
 * @param run - an execution's ARN or name, a link to it in the AWS console, or `create.{name}.{time}`. Of an Express run that its log
 * tells nothing of: the execution that goes on with it
 * @throws {InvalidRun} when the text can be no run's, or several runs have this name
 * @throws {NotOfThisStore} when it is of another account, Region or state machine
 * @throws {RunNotFound} @throws {LogsUnreadable} when it can only be an Express run
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
  if (parts !== undefined) {
    const express = expressRun(parts.name);
    if (express !== undefined) return resolveExpressRun(context, run, { ...parts, id: express.id }, options);
    return executionArn(store, parts.operation, parts.name);
  }
  if (!/^[0-9A-Za-z_-]{1,80}$/.test(run)) {
    throw new InvalidRun(`${run}: expected an execution's ARN or name, or a link to it in the AWS console`);
  }
  const arns = OPERATIONS.map((operation) => executionArn(store, operation, run));
  const found = await Promise.all(arns.map((each) => describe(context, each, options.signal)));
  const existing = arns.filter((_, at) => found[at] !== undefined);
  const express = existing.length === 0 && store.express ? await loggedOfName(context, run, options) : [];
  const [only, other] = [...existing, ...express];
  if (only === undefined) throw store.express ? notLogged(run, store) : notFound(run);
  if (other !== undefined)
    throw new InvalidRun(`${run}: several runs have this name: ${[...existing, ...express].join(', ')}`);
  return only;
}

/** @throws {NotOfThisStore} @throws {RunNotFound} @throws {IsExpressRun} */
export async function describeRun(
  context: AuditContext,
  arn: string,
  { signal }: CallOptions = {},
): Promise<DescribeExecutionOutput> {
  checkOwn(arn, context.store);
  if (expressExecution(arn, context.store) !== undefined) throw isExpress(arn);
  const description = await describe(context, arn, signal);
  if (description === undefined) throw notFound(nameOf(arn));
  return description;
}

export function notFound(name: string): RunNotFound {
  return new RunNotFound(`${name}: there is no such run; Step Functions forgets runs 90 days after they end`);
}

/** For what only a Standard run can be asked or told. */
export function isExpress(arn: string, what = 'described'): IsExpressRun {
  const name = arn.split(':').at(-2) ?? arn;
  return new IsExpressRun(
    `${name} is an Express run, which cannot be ${what}: Step Functions keeps nothing of it, and it ends within five minutes`,
  );
}

export function notLogged(name: string, { express }: StoreDescriptor): RunNotFound {
  return new RunNotFound(
    `${name}: there is no such run in the Standard lane, and the log group ${express?.logGroup} has no event of it: ` +
      'at level ERROR an Express run that went well leaves none; events may come late or be lost, and the log group keeps them for its time',
  );
}

const PARTITIONS: Readonly<Record<string, string>> = {
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

/**
 * The run's page in the AWS console.
 * @param startedAt - of an Express run, which the console finds by it
 */
export function consoleUrl(arn: string, startedAt?: Date): string {
  const [, partition = 'aws', , region = ''] = arn.split(':');
  const host = PARTITIONS[partition] ?? `${region}.console.aws.amazon.com`;
  const page = isExpressArn(arn)
    ? `express-executions/details/${arn}?startDate=${startedAt?.getTime() ?? ''}`
    : `v2/executions/details/${arn}`;
  return `https://${host}/states/home?region=${region}#/${page}`;
}

/** ARNs of the Express executions of a name; none for names that the saga refuses. */
async function loggedOfName(context: AuditContext, name: string, options: CallOptions): Promise<string[]> {
  if (expressId(name) === undefined) return [];
  const runs = await findLogged(context, `:${name}:`, options);
  return runs.map(({ executionArn }) => executionArn);
}

/**
 * The Express execution of a run's text. Its log need not tell the text: of several executions of one id it is the one that is told to
 * have started then.
 */
async function resolveExpressRun(
  context: AuditContext,
  text: string,
  { id, operation, startTime }: Run & { readonly id: string },
  options: CallOptions,
): Promise<string> {
  const { store } = context;
  if (store.express === undefined) throw notFound(text);
  const startedAt = Date.parse(startTime);
  const runs = (await findLogged(context, id, { ...options, startedAt })).filter(({ executionArn }) => {
    const found = expressExecution(executionArn, store);
    return found?.operation === operation && expressId(found.name) === id;
  });
  const candidates = runs.map((run) => ({ ...namedIn(run), arn: run.executionArn }));
  const named = candidates.find((each) => isRun(each, text) === 'yes');
  const possible = candidates.filter((each) => isRun(each, text) === 'maybe');
  const started = possible.filter(({ startUnknown }) => !startUnknown);
  const found = named ?? (started.length === 1 ? started[0] : undefined);
  if (found !== undefined) return found.arn;
  const goesOn = await describe(context, executionArn(store, operation, continuedName(id)), options.signal);
  const { continues, settles } = continuationIn(continuedName(id), parsed(goesOn?.input));
  if (goesOn?.executionArn !== undefined && (continues?.run === text || settles !== undefined)) {
    return goesOn.executionArn;
  }
  if (possible.length === 0) throw notLogged(text, store);
  // One of its name that went well leaves nothing at level ERROR: what is there may be the other one.
  const arns = possible.map(({ arn }) => arn).join(', ');
  throw new InvalidRun(
    `${text}: the log does not tell whether this is the execution of its name that has events: ${arns}`,
  );
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
  if (expressExecution(arn, store) !== undefined) return;
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
