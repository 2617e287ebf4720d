// Many writes of one kind: each is a run of its own, several at a time, and each item that is taken gets an outcome.

import type { ServiceOutputTypes } from '@aws-sdk/client-sfn';
import { invalidInput } from '../../core/errors/errors.ts';
import type { Operation } from '../../core/keys/run.ts';
import { notify } from '../calls/notify.ts';
import { ownSignal } from '../calls/signal.ts';
import { splitOptions, streamReadOnce } from '../content/content.ts';
import type { TwinwriteError } from '../errors/errors.ts';
import { asRejected } from '../errors/rejected.ts';
import {
  IdempotencyConflict,
  NotWritten,
  StartFailed,
  UploadFailed,
  WaitInterrupted,
} from '../errors/write-errors.ts';
import type { WriteResult } from '../inputs.ts';
import { hasEnded } from '../wait/wait.ts';
import { isExpressArn } from '../write/express.ts';
import { heldInput } from '../write/held-input.ts';
import { checkedLane } from '../write/lane.ts';
import { finishSeen, finishWrite, type Started, startWrite, type WriteContext } from '../write/write.ts';
import { checkBatchName, itemName, MAX_ATTEMPTS } from './batch-names.ts';
import type {
  Batch,
  BatchOptions,
  BatchOutcome,
  BatchProgress,
  ItemInput,
  VersionOnly,
} from './batch-types.ts';
import { each, type Source } from './each.ts';
import { createdResult, type Reading, versionResult } from './written-item.ts';

const DEFAULT_CONCURRENCY = 32;

/** What the inputs of a batch ask for. */
export interface BatchKind<Input extends ItemInput> {
  readonly operation: Operation;
  /** The operation's input of an item's. Default: the same. */
  readonly toInput?: (input: Input) => Input;
}

type HeldOptions<Input> = BatchOptions<Input> & Partial<VersionOnly>;

/** @throws {Rejected} InvalidInput for wrong options */
export function batchOf<Input extends ItemInput>(
  context: WriteContext,
  kind: BatchKind<Input>,
  source: Source<Input>,
  options: HeldOptions<Input>,
): Batch<Input> {
  const held = { ...options, signal: ownSignal(options.signal) };
  try {
    checkOptions(held);
    checkedLane(held.lane, context.store);
  } catch (error) {
    asRejected(error);
  }
  return new RunningBatch(context, kind, source, held);
}

function checkOptions({ batch, concurrency = 1 }: BatchOptions<never>): void {
  if (batch !== undefined) checkBatchName(batch);
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw invalidInput('concurrency', concurrency, 'expected a whole number from 1');
  }
}

class RunningBatch<Input extends ItemInput> implements Batch<Input> {
  readonly #context: WriteContext;
  readonly #kind: BatchKind<Input>;
  readonly #options: HeldOptions<Input>;
  readonly #reading: Reading = { refused: false };
  readonly #outcomes: AsyncGenerator<BatchOutcome<Input>, void, undefined>;
  readonly #stop = new AbortController();
  /** A signal for each item: listeners on a shared one would grow with their number. */
  readonly #underWay = new Map<AbortController, Promise<unknown>>();
  readonly #counts = { taken: 0, written: 0, writtenBefore: 0, failed: 0, interrupted: 0 };
  #startedAt: number | undefined;

  constructor(
    context: WriteContext,
    kind: BatchKind<Input>,
    source: Source<Input>,
    options: HeldOptions<Input>,
  ) {
    this.#context = context;
    this.#kind = kind;
    this.#options = options;
    this.#outcomes = this.#run(source);
  }

  get progress(): BatchProgress {
    const seconds = (performance.now() - (this.#startedAt ?? performance.now())) / 1000;
    const { taken, ...ends } = this.#counts;
    const done = Object.values(ends).reduce((sum, count) => sum + count, 0);
    return { ...this.#counts, inFlight: taken - done, perSecond: seconds > 0 ? done / seconds : 0 };
  }

  [Symbol.asyncIterator](): AsyncIterator<BatchOutcome<Input>> {
    return this.#outcomes;
  }

  async summary(): Promise<BatchProgress> {
    for await (const _ of this.#outcomes);
    return this.progress;
  }

  async *#run(source: Source<Input>): AsyncGenerator<BatchOutcome<Input>, void, undefined> {
    const { signal, concurrency = DEFAULT_CONCURRENCY, stopAtFailure = false, onProgress } = this.#options;
    this.#startedAt = performance.now();
    const abort = (): void => this.#abort(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted) abort();
    try {
      const stopped = () => this.#stop.signal.aborted || (stopAtFailure && this.#counts.failed > 0);
      const outcomes = each(source, (input, index) => this.#outcomeOf(input, index), {
        atATime: concurrency,
        wantsMore: () => !stopped(),
        signal: this.#stop.signal,
      });
      for await (const outcome of outcomes) {
        await notify(onProgress, this.progress);
        yield outcome;
      }
    } finally {
      signal?.removeEventListener('abort', abort);
      this.#abort(new Error('the loop over the outcomes was left'));
      await Promise.all(this.#underWay.values());
    }
  }

  #abort(reason: unknown): void {
    this.#stop.abort(reason);
    for (const controller of this.#underWay.keys()) controller.abort(reason);
  }

  async #outcomeOf(input: Input, index: number): Promise<BatchOutcome<Input>> {
    this.#counts.taken += 1;
    const controller = new AbortController();
    if (this.#stop.signal.aborted) controller.abort(this.#stop.signal.reason);
    const write = this.#write(input, index, controller.signal);
    this.#underWay.set(controller, write);
    const outcome = { input, index, ...(await write) } as BatchOutcome<Input>;
    this.#underWay.delete(controller);
    this.#counts[COUNTED_AS[outcome.status]] += 1;
    return outcome;
  }

  /** Never rejects. */
  async #write(input: Input, index: number, signal: AbortSignal): Promise<Ending> {
    const { batch, identity } = this.#options;
    try {
      // Before anything is waited for: the source may fill one object anew for each item.
      const { toInput = (given) => given } = this.#kind;
      const held = heldInput(toInput(input));
      const id = identityOf(identity?.(input, index));
      const nameOf = batch === undefined ? undefined : itemName(batch, held, this.#context.store.key, id);
      for (let attempt = 1; ; attempt++) {
        const { again, ...ending } = await this.#attempt(held, nameOf?.(attempt), signal);
        if (!again || attempt === MAX_ATTEMPTS || !isReadAgain(held)) return ending as Ending;
      }
    } catch (error) {
      return { status: 'not-written', error: rejectionOf(error) };
    }
  }

  /** `again`: the name stands for a run of an earlier batch that failed. */
  async #attempt(
    input: Input,
    idempotencyKey: string | undefined,
    signal: AbortSignal,
  ): Promise<Ending & { readonly again?: boolean }> {
    let started: Started | undefined;
    try {
      const { inlineContent, lane } = this.#options;
      const options = { idempotencyKey, signal, inlineContent, lane, attempts: Number.POSITIVE_INFINITY };
      started = await startWrite(this.#context, this.#kind.operation, input, options);
      const result = await this.#finish(started, signal);
      return { status: started.earlier === undefined ? 'written' : 'written-before', result };
    } catch (error) {
      const again =
        error instanceof IdempotencyConflict
          ? await this.#failed(error.executionArn, signal)
          : error instanceof NotWritten && started?.earlier !== undefined && hasEnded(started.earlier);
      return { ...endingOf(error, started, signal), again };
    }
  }

  async #finish(started: Started, signal: AbortSignal): Promise<WriteResult> {
    const { versionOnly = false } = this.#options;
    const { asked } = started;
    // What a put replaces, and lets go of, its item does not tell.
    const isTold = versionOnly || (asked.operation === 'create' && !asked.overwrite);
    if (!isTold) return finishWrite(this.#context, started, signal);
    const resultOf = versionOnly ? versionResult : createdResult;
    const result = await finishSeen(this.#context, started, signal, (startDate) =>
      resultOf(this.#context, started, startDate, this.#reading),
    );
    if (!versionOnly) return result as WriteResult;
    const { key, version, executionArn } = result;
    return { key, version, executionArn } as WriteResult; // the callers of such a batch know no more of its type
  }

  /** Whether a run ended, or ends, without its write. */
  async #failed(executionArn: string, signal: AbortSignal): Promise<boolean> {
    return finishWrite(this.#context, { executionArn }, signal).then(
      () => false,
      (error) => error instanceof NotWritten,
    );
  }
}

type OfEach<T, Fields extends PropertyKey> = T extends unknown ? Omit<T, Fields> : never;
/** An outcome but for the item. */
type Ending = OfEach<BatchOutcome<never>, 'input' | 'index'>;

const COUNTED_AS = {
  written: 'written',
  'written-before': 'writtenBefore',
  'not-written': 'failed',
  'in-doubt': 'failed',
  interrupted: 'interrupted',
  'not-started': 'interrupted',
} as const satisfies Record<BatchOutcome<never>['status'], string>;

function endingOf(error: unknown, started: Started | undefined, signal: AbortSignal): Ending {
  if (error instanceof WaitInterrupted) {
    return { status: 'interrupted', error, executionArn: error.executionArn };
  }
  if (started === undefined && signal.aborted && error === signal.reason) {
    return { status: 'not-started', error };
  }
  const isProof =
    error instanceof NotWritten ||
    error instanceof UploadFailed ||
    error instanceof IdempotencyConflict ||
    (error instanceof StartFailed && (isExpressArn(error.executionArn) || isRefusal(error.cause)));
  if (isProof) return { status: 'not-written', error };
  const { executionArn = started?.executionArn } = error as TwinwriteError & { executionArn?: string };
  if (executionArn === undefined) return { status: 'not-written', error: error as Error };
  return { status: 'in-doubt', error: error as Error, executionArn };
}

/** A first answer that says no: an answer after others may follow a start that was not seen. */
function isRefusal(error: unknown): boolean {
  const metadata = (error as Partial<ServiceOutputTypes> | null | undefined)?.$metadata;
  const { httpStatusCode: status = 0, attempts = 1 } = metadata ?? {};
  return status >= 400 && status < 500 && attempts === 1;
}

function rejectionOf(error: unknown): Error {
  try {
    return asRejected(error);
  } catch (rejection) {
    return rejection instanceof Error ? rejection : new Error(String(rejection));
  }
}

/** @throws {SagaError} InvalidInput, also for a promise, as an asynchronous function gives it */
function identityOf(id: unknown): string | undefined {
  if (id === undefined || typeof id === 'string') return id;
  Promise.resolve(id).catch(() => undefined); // it is refused whatever comes of it
  throw invalidInput(
    'identity',
    undefined,
    `expected text, got ${typeof id === 'object' ? 'an object' : `a ${typeof id}`}`,
  );
}

/** Whether all contents can be read a second time. */
function isReadAgain({ largeAttributes = {} }: ItemInput): boolean {
  return Object.values(largeAttributes).every(
    (value) => streamReadOnce(splitOptions(value).content) === undefined,
  );
}
