// What a batch takes and tells.

import type { WaitInterrupted } from '../errors/write-errors.ts';
import type { InlineChoice, LaneChoice, WriteResult } from '../inputs.ts';
import type { Value } from '../types.ts';

/** What every input of a write has. */
export interface ItemInput {
  readonly key: object;
  readonly largeAttributes?: object | undefined;
}

/** How a batch runs. */
export interface BatchOptions<Input> extends InlineChoice, LaneChoice {
  /**
   * Makes the batch resumable: run again under this name, 1 to 32 characters of 0-9 A-Z a-z - _, it writes nothing
   * twice within 90 days. What was written is reported as `written-before`; what failed, also for a mistake that has
   * been corrected in its input since, is tried anew. Its writes take the Standard lane, whatever `lane` says.
   */
  readonly batch?: string | undefined;
  /**
   * What tells an item's write from the others of a named batch, independent of its content. Default: the item's key,
   * which then occurs once in the batch.
   */
  readonly identity?: ((input: Input, index: number) => string) | undefined;
  /** Items under way at a time. Default: 32; less for contents of many megabytes each. */
  readonly concurrency?: number | undefined;
  /** Takes no further items once one was not written; those under way end. Default: false. */
  readonly stopAtFailure?: boolean | undefined;
  /** Takes no further items, and waits for none: those under way are `interrupted` or `not-started`. */
  readonly signal?: AbortSignal | undefined;
  /** Called with each outcome, before it is given, and waited for. What it throws, or rejects with, ends the batch. */
  readonly onProgress?: ((progress: BatchProgress) => void) | undefined;
}

/** What is wanted of each write of a batch with `versionOnly`. */
export interface VersionResult {
  readonly key: Readonly<Record<string, Value>>;
  /** The item's version after the write; null once it is deleted. */
  readonly version: number | null;
  readonly executionArn: string;
}

/** A batch of whose writes the version alone is wanted: most need no look at their runs, of which an account has few. */
export interface VersionOnly {
  readonly versionOnly: true;
}

/** What has become of one item. */
export type BatchOutcome<Input, Result = WriteResult> = {
  /** The very object that the source gave. What was written is what it was then, whatever has been done with it since. */
  readonly input: Input;
  /** Its place in the source, from 0. */
  readonly index: number;
} & (
  | { readonly status: 'written'; readonly result: Result }
  /** By an earlier run of a batch of this name. */
  | { readonly status: 'written-before'; readonly result: Result }
  /** Proved to have had no effect. */
  | { readonly status: 'not-written'; readonly error: Error }
  /** May have been written; `error` says what to do: `Stuck`, `OutcomeUnknown`, `StartFailed`, `AnswerLost`, and so on. */
  | { readonly status: 'in-doubt'; readonly error: Error; readonly executionArn: string }
  /** The run goes on by itself: `client.handle(executionArn)` waits for it. */
  | { readonly status: 'interrupted'; readonly error: WaitInterrupted; readonly executionArn: string }
  /** The batch was aborted before its run was started. */
  | { readonly status: 'not-started'; readonly error: unknown }
);

/** How far a batch is. */
export interface BatchProgress {
  /** Items taken from the source. */
  readonly taken: number;
  readonly inFlight: number;
  readonly written: number;
  readonly writtenBefore: number;
  /** Not written, or in doubt. */
  readonly failed: number;
  /** Interrupted, or not started. */
  readonly interrupted: number;
  /** Outcomes per second since the start. */
  readonly perSecond: number;
}

/**
 * A batch that begins when its outcomes are asked for, and is as fast as they are taken: nothing piles up. It runs
 * once. Leaving the loop aborts it; to hear of the items under way as well, abort its signal instead.
 *
 * @example
 * for await (const outcome of client.createMany(source, { batch: 'import-7' })) {
 *   if (outcome.status !== 'written') console.error(outcome.input.key, outcome.status);
 * }
 */
export interface Batch<Input, Result = WriteResult> extends AsyncIterable<BatchOutcome<Input, Result>> {
  readonly progress: BatchProgress;
  /** Runs the batch to its end, for the numbers alone. @throws what the source throws */
  summary(): Promise<BatchProgress>;
}
