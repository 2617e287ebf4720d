// Whether the run that an object's key names may still need the object.

import type { DescribeExecutionOutput } from '@aws-sdk/client-sfn';
import { continuedName, expressRun, formatRun, type Run } from '../../core/keys/run.ts';
import { hasEndedForGood } from '../../core/sweep/sweep.ts';
import { type AuditContext, type CallOptions, timeNow } from '../context.ts';
import { describe } from '../runs/list.ts';
import { executionArn } from '../runs/summary.ts';

export type RunState =
  | { readonly kind: 'ended' }
  | { readonly kind: 'held'; readonly by: string; readonly because: string };

/** Runs remembered at a time: the objects of one are mostly found together. */
const REMEMBERED = 10_000;

/** What Step Functions answers for a name that no execution can have. */
const IMPOSSIBLE = new Set(['InvalidArn', 'ValidationException']);

/** Asks for each run once. */
export class RunStates {
  readonly #context: AuditContext;
  readonly #options: CallOptions;
  readonly #states = new Map<string, Promise<RunState>>();

  constructor(context: AuditContext, options: CallOptions) {
    this.#context = context;
    this.#options = options;
  }

  of(run: Run): Promise<RunState> {
    const id = formatRun(run);
    const known = this.#states.get(id);
    if (known !== undefined) return known;
    if (this.#states.size >= REMEMBERED) this.#states.clear();
    const state = this.#ask(run);
    this.#states.set(id, state);
    return state;
  }

  /**
   * The execution of this name, or undefined if there is none; as there is none of a name that somebody made up. Of an Express run,
   * which cannot be described: the one that goes on with it, or settles it.
   */
  async describe({
    operation,
    name,
  }: Pick<Run, 'operation' | 'name'>): Promise<DescribeExecutionOutput | undefined> {
    const express = expressRun(name);
    const asked = express === undefined ? name : continuedName(express.id);
    const arn = executionArn(this.#context.store, operation, asked);
    try {
      return await describe(this.#context, arn, this.#options.signal);
    } catch (error) {
      if (IMPOSSIBLE.has((error as Error).name)) return undefined;
      throw error;
    }
  }

  async #ask(run: Run): Promise<RunState> {
    const execution = await this.describe(run);
    const description = execution && {
      status: execution.status ?? '',
      startDate: execution.startDate?.getTime() ?? 0,
      stopDate: execution.stopDate?.getTime(),
      redriveStatus: execution.redriveStatus,
    };
    if (hasEndedForGood(run, description, timeNow(this.#context))) return { kind: 'ended' };
    const because = reasonOf(run, execution?.status);
    return { kind: 'held', by: formatRun(run), because };
  }
}

function reasonOf({ name }: Run, status: string | undefined): string {
  if (expressRun(name) === undefined) {
    return status === undefined ? 'its run is not known any more, or not yet' : `its run is ${status}`;
  }
  return status === undefined
    ? 'its Express run may be under way'
    : `the run that goes on with its Express run is ${status}`;
}
