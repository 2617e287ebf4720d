// Why a write did not do what it was asked, one class per answer to "was it written, and what now?". docs/errors.md has a
// line for each.

import type { SagaErrorName } from '../../core/errors/errors.ts';
import type { FailureReason } from '../../core/errors/reasons.ts';
import type { ExpressRun } from '../inputs.ts';
import { type Cause, messageOf, TwinwriteError } from './errors.ts';

/** A saga's own reasons, and those that its state machine adds: a task that failed for good, input over a limit. */
export type Reason = SagaErrorName | FailureReason;

export interface Refusal {
  /** One of {@link Reason}; a stack of another version may know more. */
  readonly reason: Reason | (string & {});
  /** One sentence that says what is wrong. */
  readonly message: string;
  /** Everything that is known, by name: `field`, `value`, `actual`, `code`. */
  readonly details: Readonly<Record<string, unknown>>;
  /** Missing when the client itself refused, before an execution was started. */
  readonly executionArn?: string | undefined;
}

/**
 * The write did not take effect, and nothing of it is left behind. Base of {@link Rejected} and {@link RolledBack}:
 * catch it to handle a reason, such as `VersionMismatch`, wherever in the run it was found.
 */
export class NotWritten extends TwinwriteError {
  override readonly name: string = 'NotWritten';
  readonly reason: Reason | (string & {});
  readonly details: Readonly<Record<string, unknown>>;

  constructor({ reason, message, details }: Refusal, options?: Cause) {
    super(`${reason}: ${message}`, options);
    this.reason = reason;
    this.details = details;
  }

  /** Path of the input field that is at fault, if one is: `largeAttributes.page.content`. */
  get field(): string | undefined {
    return typeof this.details.field === 'string' ? this.details.field : undefined;
  }

  /** The value found there, shortened when long. */
  get value(): unknown {
    return this.details.value;
  }
}

/**
 * Refused before anything was written: `InvalidInput`, `AlreadyExists`, `NotFound`, `VersionMismatch`, and so on.
 * What to do: correct the input, or read the item again. Calling again is safe; content that is a stream or a generator must
 * be a new one, unless the client itself refused before it read from it: one that was read is refused, `InvalidInput`.
 */
export class Rejected extends NotWritten {
  override readonly name = 'Rejected';
  /** Missing when the client itself refused, before an execution was started. */
  readonly executionArn: string | undefined;

  constructor(refusal: Refusal, options?: Cause) {
    super(refusal, options);
    this.executionArn = refusal.executionArn;
  }
}

/**
 * Not written, and every object that the run had put is deleted: `WriteRefused`, `ConditionFailed`, `Conflict`, and
 * so on. What to do: as for {@link Rejected}; content that was staged is kept for a replay of the same input.
 */
export class RolledBack extends NotWritten {
  override readonly name = 'RolledBack';
  readonly executionArn: string;

  constructor(refusal: Refusal & { readonly executionArn: string }, options?: Cause) {
    super(refusal, options);
    this.executionArn = refusal.executionArn;
  }
}

/**
 * Whether the write took effect could not be proved: the item has moved on since. Nothing was deleted, so the item
 * is consistent. What to do: read the item, and decide whether to write again.
 */
export class OutcomeUnknown extends TwinwriteError {
  override readonly name = 'OutcomeUnknown';
  readonly executionArn: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(executionArn: string, message: string, details: Readonly<Record<string, unknown>>) {
    super(message);
    this.executionArn = executionArn;
    this.details = details;
  }
}

interface Interruption {
  readonly executionArn: string;
  /** Name of the state where it stopped, where the caller may read the execution's history. */
  readonly state: string | undefined;
  /** The task's or the stopper's error name. */
  readonly error: string;
  /** The sentence for a person in its cause. */
  readonly cause: string;
}

/**
 * The run stopped at a task whose retries are used up: in the write (which then may have taken effect) or in the
 * compensation. The item is consistent; objects may be left over until the run goes on. What to do: remove what made
 * the task fail, then redrive the execution, which goes on where it stopped: `redrive` is the command.
 */
export class Stuck extends TwinwriteError {
  override readonly name: string = 'Stuck';
  readonly executionArn: string;
  readonly state: string | undefined;
  readonly error: string;
  /** Shell command that lets the run go on. Possible for 14 days after it stopped. */
  readonly redrive: string;

  constructor({ executionArn, state, error, cause }: Interruption, how = 'failed') {
    const at = state === undefined ? '' : ` at ${state}`;
    const name = executionArn.split(':').at(-1);
    const redrive = `aws stepfunctions redrive-execution --execution-arn ${executionArn}`;
    super(
      `the execution ${how}${at} with ${error}: ${cause}; to go on from there: twinwrite replay ${name}, or ${redrive}`,
    );
    this.executionArn = executionArn;
    this.state = state;
    this.error = error;
    this.redrive = redrive;
  }
}

/**
 * Somebody stopped the run (`ABORTED`), or a time-out that was added to the state machine did (`TIMED_OUT`). What was
 * written and what to do are as for {@link Stuck}.
 */
export class Aborted extends Stuck {
  override readonly name = 'Aborted';
  readonly status: 'ABORTED' | 'TIMED_OUT';

  constructor(status: 'ABORTED' | 'TIMED_OUT', interruption: Interruption) {
    super(interruption, status === 'ABORTED' ? 'was stopped' : 'timed out');
    this.status = status;
  }
}

/**
 * The idempotency key was used before, for another input. This call wrote nothing. What to do: use a new key for a
 * new write; to learn how the earlier one ended, describe `executionArn`.
 */
export class IdempotencyConflict extends TwinwriteError {
  override readonly name = 'IdempotencyConflict';
  readonly executionArn: string;

  constructor(executionArn: string) {
    super(`this idempotency key was used for another input, by ${executionArn}`);
    this.executionArn = executionArn;
  }
}

/**
 * Content could not be uploaded. Nothing was written, no execution was started and no multipart upload is left behind.
 * What to do: see `cause`; calling again is safe. Streams and generators must be new ones: those that were read are refused.
 */
export class UploadFailed extends TwinwriteError {
  override readonly name = 'UploadFailed';
  readonly attribute: string;

  constructor(attribute: string, cause: unknown) {
    super(`the content of ${attribute} could not be uploaded: ${messageOf(cause)}`, { cause });
    this.attribute = attribute;
  }
}

/**
 * The execution could not be started, also because the call was aborted while starts were throttled; after a time-out
 * or a 5xx it may have started all the same. What to do: see `cause`; call again with the same `idempotencyKey` (with a new
 * stream or generator where the content was one), or find out by `executionArn`.
 */
export class StartFailed extends TwinwriteError {
  override readonly name = 'StartFailed';
  readonly executionArn: string;

  constructor(executionArn: string, cause: unknown) {
    super(`the execution ${executionArn} could not be started: ${messageOf(cause)}`, { cause });
    this.executionArn = executionArn;
  }
}

interface LostRun {
  readonly run: ExpressRun;
  readonly executionName: string;
  readonly executionArn: string;
  /** What came instead of an answer, as a clause. */
  readonly instead: string;
}

/**
 * An Express run was started, or may have been, and its end was not told: the call timed out, broke or was aborted, or the run
 * ended as none of a saga's does. The write may or may not take effect; an Express execution cannot be asked. What to do:
 * `client.outcome(error.run)` finds out, and so does the command `settle`.
 */
export class AnswerLost extends TwinwriteError {
  override readonly name = 'AnswerLost';
  /** For `client.outcome`; JSON has all of it. */
  readonly run: ExpressRun;
  /** Of the Express execution, which its logs are found by. */
  readonly executionName: string;
  /** The Standard execution that goes on with the run, or settles it. It need not be there yet. */
  readonly executionArn: string;
  /** Shell command that finds out. */
  readonly settle: string;

  constructor({ run, executionName, executionArn, instead }: LostRun, options?: Cause) {
    const settle = settleCommand(run, executionName);
    super(
      `no answer of ${executionName} (${instead}): the write may or may not take effect; to find out: client.outcome(error.run), or ${settle}`,
      options,
    );
    this.run = run;
    this.executionName = executionName;
    this.executionArn = executionArn;
    this.settle = settle;
  }
}

function settleCommand({ key, inline }: ExpressRun, executionName: string): string {
  const keys = Object.entries(key).map(
    ([name, value]) => `--key ${shellWord(`${name}=${Object.values(value)[0]}`)}`,
  );
  return ['twinwrite settle', executionName, ...keys, ...(inline ? ['--inline'] : [])].join(' ');
}

/** As a POSIX shell takes it for one word. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * The waiting ended before the run did: its signal was aborted, `onProgress` failed, or the execution cannot be described.
 * The run goes on by itself and may yet write. What to do: wait with `client.handle(executionArn)`, or call again with the
 * same `idempotencyKey`.
 */
export class WaitInterrupted extends TwinwriteError {
  override readonly name = 'WaitInterrupted';
  readonly executionArn: string;

  constructor(executionArn: string, cause: unknown) {
    super(`no longer waiting for ${executionArn}, which goes on: ${messageOf(cause)}`, { cause });
    this.executionArn = executionArn;
  }
}
