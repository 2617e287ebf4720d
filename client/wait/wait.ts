// Waits for the ends of executions: looks at each from time to time, or, when many are waited for, at a list of those
// that still run and then at those alone that have left it.

import { DescribeExecutionCommand, type DescribeExecutionOutput, type SFNClient } from '@aws-sdk/client-sfn';
import { invalidInput } from '../../core/errors/errors.ts';
import { isPassing, isThrottling, jittered, limiter, sleep } from '../calls/pause.ts';
import { abortable } from '../calls/signal.ts';
import { asRejected } from '../errors/rejected.ts';
import { WaitInterrupted } from '../errors/write-errors.ts';
import { type Looks, looksAt } from './looks.ts';
import { FEW, RunningList } from './running-list.ts';

/** Of `pollIntervalMs`: longer than anybody wants, shorter than what timers take. */
const LONGEST_INTERVAL_MS = 60_000;
/** Lists have a smaller quota than looks, and serve all who wait: so many of the caller's intervals, or milliseconds. */
const LIST_PAUSE = 10;
const LIST_PAUSE_MS = 1000;
/** Looks in a row that may fail before the waiting is given up; with the SDK's own retries, a minute or so. */
const MAX_FAILURES_IN_A_ROW = 20;
/** Looks under way at a time, so that many runs that end together do not use up the account's rate at once. */
const LOOKS_AT_A_TIME = 10;
/** For callers who may not list: pauses as long as all need for a look each, at about the account's rate of looks. */
const MS_PER_LOOK = 100;
const LONGEST_PAUSE_OF_MANY_MS = 30_000;

export interface WaiterOptions {
  readonly sfn: SFNClient;
  /** Milliseconds until the second look. Default: as runs mostly end. */
  readonly pollIntervalMs?: number | undefined;
}

/** How a wait is made that may end with what a list shows. */
export interface SeeOptions {
  /** See {@link looksAt}. */
  readonly startedAt?: number | undefined;
  /** Default: true. */
  readonly takesSuccess?: boolean | undefined;
}

/** All waits of a client. */
export class Waiter {
  readonly #sfn: SFNClient;
  readonly #pollIntervalMs: number | undefined;
  readonly #lists = new Map<string, RunningList>();
  readonly #inTurn = limiter(LOOKS_AT_A_TIME);

  /** @throws {Rejected} InvalidInput */
  constructor({ sfn, pollIntervalMs }: WaiterOptions) {
    if (pollIntervalMs !== undefined && !(pollIntervalMs >= 0 && pollIntervalMs <= LONGEST_INTERVAL_MS)) {
      asRejected(invalidInput('pollIntervalMs', pollIntervalMs, `expected 0 to ${LONGEST_INTERVAL_MS}`));
    }
    this.#sfn = sfn;
    this.#pollIntervalMs = pollIntervalMs;
  }

  /**
   * The execution as it is described after its end.
   * @param startedAt - see {@link looksAt}
   * @throws {WaitInterrupted} when the signal is aborted, or the execution cannot be described
   */
  async wait(
    executionArn: string,
    signal: AbortSignal | undefined,
    startedAt?: number,
  ): Promise<DescribeExecutionOutput> {
    const end = await this.waitOrSee(executionArn, signal, { startedAt, takesSuccess: false });
    return end as DescribeExecutionOutput;
  }

  /**
   * The same, or when it was started, once a list shows that it has succeeded: that takes no look at it.
   * @throws {WaitInterrupted}
   */
  async waitOrSee(
    executionArn: string,
    signal: AbortSignal | undefined,
    { startedAt, takesSuccess = true }: SeeOptions = {},
  ): Promise<DescribeExecutionOutput | Date> {
    const list = this.#listOf(executionArn);
    list.join(executionArn);
    try {
      const looks = looksAt(startedAt, this.#pollIntervalMs);
      return await this.#untilEnd(executionArn, { list, looks, takesSuccess }, signal);
    } catch (error) {
      throw new WaitInterrupted(executionArn, signal?.aborted ? signal.reason : error);
    } finally {
      list.leave(executionArn);
    }
  }

  /**
   * The execution that is known to have ended, as it is described.
   * @throws {WaitInterrupted}
   */
  async describe(executionArn: string, signal: AbortSignal | undefined): Promise<DescribeExecutionOutput> {
    try {
      const found = await this.#look(executionArn, true, signal);
      if (isEnd(found)) return found;
    } catch (error) {
      throw new WaitInterrupted(executionArn, signal?.aborted ? signal.reason : error);
    }
    return this.wait(executionArn, signal); // not for now
  }

  async #untilEnd(
    executionArn: string,
    { list, looks, takesSuccess }: { list: RunningList; looks: Looks; takesSuccess: boolean },
    signal: AbortSignal | undefined,
  ): Promise<DescribeExecutionOutput | Date> {
    let failures = 0;
    let isFirst = true;
    if (looks.first > 0 && list.size <= FEW) await sleep(looks.first, signal);
    for (;;) {
      const seen = await list.untilSeen(executionArn, signal);
      if (takesSuccess && typeof seen === 'object') return seen.succeededFrom;
      const isWhole = isFirst || seen !== 'none' || looks.isLikely;
      let found = await this.#look(executionArn, isWhole, signal);
      if (!isWhole && isEnd(found)) found = await this.#look(executionArn, true, signal);
      if (isEnd(found)) return found;
      isFirst = false;
      if (!(found instanceof Error)) failures = 0;
      else if (!isThrottling(found)) {
        failures += 1;
        if (failures > MAX_FAILURES_IN_A_ROW) throw found;
      }
      await sleep(Math.max(looks.pause(), jittered(pauseOfMany(list))), signal);
    }
  }

  /**
   * A description, or an error that the next look may not meet.
   * @param isWhole - with input and output, which take time, bytes and the key that encrypts them
   */
  async #look(
    executionArn: string,
    isWhole: boolean,
    signal: AbortSignal | undefined,
  ): Promise<DescribeExecutionOutput | Error> {
    const describe = async () => {
      signal?.throwIfAborted();
      const includedData = isWhole ? 'ALL_DATA' : 'METADATA_ONLY';
      const command = new DescribeExecutionCommand({ executionArn, includedData });
      return this.#sfn.send(command, { abortSignal: signal });
    };
    try {
      return await abortable(this.#inTurn(describe), signal);
    } catch (error) {
      // An execution may be so new that it is not seen everywhere yet.
      if (isPassing(error) || (error as Error).name === 'ExecutionDoesNotExist') return error as Error;
      throw error;
    }
  }

  #listOf(executionArn: string): RunningList {
    const stateMachineArn = executionArn
      .slice(0, executionArn.lastIndexOf(':'))
      .replace(':execution:', ':stateMachine:');
    const interval = this.#pollIntervalMs;
    const pauseMs = interval === undefined ? LIST_PAUSE_MS : interval * LIST_PAUSE;
    const list =
      this.#lists.get(stateMachineArn) ?? new RunningList({ sfn: this.#sfn, stateMachineArn, pauseMs });
    this.#lists.set(stateMachineArn, list);
    return list;
  }
}

export function hasEnded({ status }: Pick<DescribeExecutionOutput, 'status'>): boolean {
  return status !== 'RUNNING' && status !== 'PENDING_REDRIVE';
}

function isEnd(found: DescribeExecutionOutput | Error): found is DescribeExecutionOutput {
  return !(found instanceof Error) && hasEnded(found);
}

function pauseOfMany({ refused, size }: RunningList): number {
  return refused ? Math.min(size * MS_PER_LOOK, LONGEST_PAUSE_OF_MANY_MS) : 0;
}
