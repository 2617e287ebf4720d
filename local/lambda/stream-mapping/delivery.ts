// Delivers a batch of a stream: tries again what failed, from where it failed, until it is done or given up.
// https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html

import type { Clock } from '../../clock.ts';
import type { ChangeRecord } from '../../dynamodb/index.ts';
import type { StreamMappingDefinition } from './types.ts';

/** How an invocation ended. */
export type Outcome =
  | { readonly kind: 'done' }
  /** The function failed, from this position in the batch on. */
  | { readonly kind: 'failed'; readonly from: number; readonly requestId: string; readonly error: boolean }
  /** The function did not run: throttled, or a service's error. */
  | { readonly kind: 'unavailable' };

/** Records that were given up, and why. */
export interface Discarded {
  readonly records: readonly ChangeRecord[];
  readonly condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded';
  /** Of the last invocation; undefined if there was none. */
  readonly requestId: string | undefined;
  readonly invocations: number;
  readonly functionError: boolean;
}

/** Records that are delivered together, and what they have been through. */
interface Portion {
  readonly records: readonly ChangeRecord[];
  readonly retries: number;
  readonly tries: number;
  readonly last: Extract<Outcome, { kind: 'failed' }> | undefined;
}

export interface Delivery {
  readonly definition: StreamMappingDefinition;
  readonly clock: Clock;
  readonly closing: AbortSignal;
  invoke(records: readonly ChangeRecord[]): Promise<Outcome>;
  discard(discarded: Discarded): Promise<void>;
}

/** AWS does not document its pauses between tries: here one second, then twice as long each time, up to a minute. */
const FIRST_PAUSE_SECONDS = 1;
const LONGEST_PAUSE_SECONDS = 60;
/** How long the stream keeps a record. */
const RETENTION_SECONDS = 24 * 60 * 60;

/**
 * Resolves when every record was processed or given up.
 * @throws the signal's reason once `closing` is aborted
 */
export async function deliver(batch: readonly ChangeRecord[], delivery: Delivery): Promise<void> {
  const portions: Portion[] = [{ records: batch, retries: 0, tries: 0, last: undefined }];
  for (let portion = portions.shift(); portion; portion = portions.shift()) {
    const young = await withoutExpired(portion, delivery);
    if (young.records.length === 0) continue;
    const outcome = await delivery.invoke(young.records);
    delivery.closing.throwIfAborted();
    if (outcome.kind === 'done') continue;
    const next = whatIsLeft({ ...young, tries: young.tries + 1 }, outcome, delivery.definition);
    if (next.kind === 'exhausted') {
      await delivery.discard(discardedOf(next.portion, 'RetryAttemptsExhausted'));
      continue;
    }
    portions.unshift(...next.portions);
    await delivery.clock.sleep(pauseSeconds(young.tries) * 1000, delivery.closing);
  }
}

/** Records are in order of age: those that are too old come first. */
async function withoutExpired(portion: Portion, { definition, clock, discard }: Delivery): Promise<Portion> {
  const maxAge = Math.min(definition.maxAgeSeconds ?? RETENTION_SECONDS, RETENTION_SECONDS);
  const oldest = clock.now() / 1000 - maxAge;
  const isOld = ({ dynamodb }: ChangeRecord): boolean => dynamodb.ApproximateCreationDateTime < oldest;
  const expired = portion.records.filter(isOld);
  if (expired.length === 0) return portion;
  await discard(discardedOf({ ...portion, records: expired }, 'RecordAgeExceeded'));
  return { ...portion, records: portion.records.slice(expired.length) };
}

type Next =
  | { readonly kind: 'again'; readonly portions: readonly Portion[] }
  | { readonly kind: 'exhausted'; readonly portion: Portion };

/**
 * A retry counts also where the function reported how far it came. Not counted are, as AWS documents it, the splitting
 * of a batch, and tries in which the function did not run.
 */
function whatIsLeft(
  portion: Portion,
  outcome: Exclude<Outcome, { kind: 'done' }>,
  { bisectsOnError, maxRetries = Number.POSITIVE_INFINITY }: StreamMappingDefinition,
): Next {
  if (outcome.kind === 'unavailable') return { kind: 'again', portions: [portion] };
  const rest = { ...portion, records: portion.records.slice(outcome.from), last: outcome };
  const { records } = rest;
  if (bisectsOnError && records.length > 1 && outcome.from === 0) {
    const middle = Math.ceil(records.length / 2);
    const halves = [records.slice(0, middle), records.slice(middle)];
    return { kind: 'again', portions: halves.map((half) => ({ ...rest, records: half })) };
  }
  if (rest.retries >= maxRetries) return { kind: 'exhausted', portion: rest };
  return { kind: 'again', portions: [{ ...rest, retries: rest.retries + 1 }] };
}

function discardedOf({ records, tries, last }: Portion, condition: Discarded['condition']): Discarded {
  return {
    records,
    condition,
    requestId: last?.requestId,
    invocations: tries,
    functionError: last?.error ?? false,
  };
}

function pauseSeconds(earlierTries: number): number {
  return Math.min(FIRST_PAUSE_SECONDS * 2 ** earlierTries, LONGEST_PAUSE_SECONDS);
}
