// What the end of an execution means to the caller who waited for it (docs/contract/README.md, "The end").

import {
  type DescribeExecutionOutput,
  GetExecutionHistoryCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { causeSchema, outputSchema } from '../../core/contract/output.ts';
import { causeMessage } from '../../core/errors/cause-message.ts';
import { type KeySchema, keyAttributes, toKey } from '../../core/keys/item-key.ts';
import type { Item } from '../../core/values/attributes.ts';
import { toSdkItem } from '../../core/values/sdk-item.ts';
import { TwinwriteError } from '../errors/errors.ts';
import { Aborted, OutcomeUnknown, Rejected, RolledBack, Stuck } from '../errors/write-errors.ts';
import type { WriteResult } from '../inputs.ts';
import { decodeItem } from '../values.ts';

/** How an execution has ended, of either lane. */
export type ExecutionEnd = Pick<
  DescribeExecutionOutput,
  'executionArn' | 'status' | 'input' | 'output' | 'error' | 'cause'
>;

/** @throws {TwinwriteError} Rejected, RolledBack, OutcomeUnknown, Stuck or Aborted, unless the execution succeeded */
export async function resultOf(sfn: SFNClient, execution: ExecutionEnd): Promise<WriteResult> {
  if (execution.status !== 'SUCCEEDED') throw await failureOf(sfn, execution);
  const executionArn = execution.executionArn as string;
  const parsed = outputSchema.safeParse(JSON.parse(execution.output ?? 'null'));
  if (!parsed.success) {
    throw new TwinwriteError(
      `${executionArn} succeeded, but its output is none of a saga's: the state machine is none of this store, or of another version of it (${problemsOf(parsed.error)})`,
      { cause: parsed.error },
    );
  }
  const { key, version, run, largeAttributes, cleanup, letGo } = parsed.data;
  return {
    key: decodeItem(toSdkItem(key as Item)),
    version,
    run,
    executionArn,
    largeAttributes,
    cleanup,
    letGo,
  };
}

/** What is wrong with an output, by field. */
function problemsOf({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => [...path, message].join(': ')).join('; ');
}

/**
 * Nothing, where what the execution says is about the Express run of this write, or where there is no such run.
 * @param run - as object keys name it
 * @throws {OutcomeUnknown} when it is another run's end, or tells nothing of this one
 */
export function checkContinues(
  execution: ExecutionEnd,
  run: string | undefined,
  item: ItemOfStore | undefined,
): void {
  if (run === undefined) return;
  const why = whyNotAbout(execution, (told) => told === run, item);
  if (why === undefined) return;
  const details = { run, actual: toldRun(execution), error: execution.error };
  throw new OutcomeUnknown(execution.executionArn as string, why, details);
}

/** An item, and how its table's keys are typed. */
export interface ItemOfStore {
  readonly key: Item;
  readonly schema: KeySchema;
}

/**
 * Why the execution `x-{id}` tells nothing of an Express run of this id; undefined where it does, and where it has not come to say
 * anything. The name can run twice at once, and the first of the two to hand over has the execution; or it may have been started to
 * settle the run by another item, or for neither.
 * @param isIts - whether this is the Express run that is asked about, as object keys name it
 */
export function whyNotAbout(
  execution: ExecutionEnd,
  isIts: (run: string) => boolean,
  item: ItemOfStore | undefined,
): string | undefined {
  const { error = '', cause = '', input } = execution;
  const told = toldRun(execution);
  if (told !== undefined) {
    return isIts(told) ? undefined : `the execution tells of another run, ${told}`;
  }
  if (error === 'OutcomeUnknown' || error.endsWith('.NotWritten')) {
    const isOther = item !== undefined && !isOfItem(input, item);
    return isOther ? 'the execution that was to settle the run has looked at another item' : undefined;
  }
  if (!/^(?:Rejected|RolledBack)\./.test(error)) return undefined;
  const said = `${error.slice(error.indexOf('.') + 1)}: ${parseCause(cause).message}`;
  return `the execution has neither gone on with the run nor settled it: ${said}`;
}

/** The run whose end an execution gives, or with which it goes on, as object keys name it. */
function toldRun({ status, input, output }: ExecutionEnd): string | undefined {
  return status === 'SUCCEEDED'
    ? outputSchema.safeParse(JSON.parse(output ?? 'null')).data?.run
    : continuesSchema.safeParse(JSON.parse(input ?? 'null')).data?.continues.plan.run;
}

const settledSchema = z.looseObject({
  key: z.record(z.string(), z.unknown()),
  attributeFormat: z.optional(z.enum(['json', 'dynamodb'])),
});

/** Whether what settles a run was started for this item. */
function isOfItem(input: string | undefined, { key, schema }: ItemOfStore): boolean {
  const settled = settledSchema.safeParse(JSON.parse(input ?? 'null')).data;
  if (settled === undefined) return false;
  try {
    const other = toKey(settled.key, schema, settled.attributeFormat ?? 'json');
    return keyAttributes(schema).every(
      ({ name }) => JSON.stringify(other[name]) === JSON.stringify(key[name]),
    );
  } catch {
    return false; // no key of the table
  }
}

const continuesSchema = z.looseObject({
  continues: z.looseObject({ plan: z.looseObject({ run: z.string() }) }),
});

async function failureOf(sfn: SFNClient, execution: ExecutionEnd): Promise<TwinwriteError> {
  const { status, error = '', cause = '' } = execution;
  const executionArn = execution.executionArn as string;
  const [kind, reason = ''] = error.split('.', 2);
  const { message, ...details } = parseCause(cause);
  if (status === 'FAILED') {
    if (kind === 'Rejected') return new Rejected({ reason, message, details, executionArn });
    if (kind === 'RolledBack') return new RolledBack({ reason, message, details, executionArn });
    if (error === 'OutcomeUnknown') return new OutcomeUnknown(executionArn, message, details);
  }
  const interruption = {
    executionArn,
    state: await lastState(sfn, executionArn),
    error: error || 'no error name',
    cause: causeMessage(cause) || 'no cause given',
  };
  return status === 'ABORTED' || status === 'TIMED_OUT'
    ? new Aborted(status, interruption)
    : new Stuck(interruption);
}

function parseCause(text: string): { readonly message: string; readonly [detail: string]: unknown } {
  try {
    return causeSchema.parse(JSON.parse(text));
  } catch {
    return { message: text }; // not the saga's own JSON: shown as it is
  }
}

/** The state in which the execution ended; undefined for callers who may not read its history. */
async function lastState(sfn: SFNClient, executionArn: string): Promise<string | undefined> {
  try {
    const { events = [] } = await sfn.send(
      new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 100 }),
    );
    return events.find((event) => event.stateEnteredEventDetails !== undefined)?.stateEnteredEventDetails
      ?.name;
  } catch {
    return undefined; // it only helps to find the place
  }
}
