// What became of an Express run whose answer was lost, and whose plan nobody knows: what a read proves once nothing of it can land
// any more (docs/lanes.md). Less than what is read late of a run whose plan is known.

import { invalidInput } from '../errors/errors.ts';
import { isSpoiled, readSaga, type SagaMetadata } from '../item/item.ts';
import { expressRun, type Operation, parseRun, type Run } from '../keys/run.ts';
import type { Item } from '../values/attributes.ts';
import { SETTLE_RUN_SECONDS } from './waits.ts';

/** Which Express run is to be settled, as an execution's input says it. */
export interface Settles {
  readonly id: string;
  /** The item as its caller read it before the run was started: this pair never recurs among sagas. */
  readonly before?: Pick<SagaMetadata, 'createdBy' | 'version'> | undefined;
  /** Nothing that the run puts was staged. */
  readonly inline?: boolean | undefined;
}

/**
 * What an input says under `settles`.
 * @param id - that the execution's name has
 * @throws {SagaError} InvalidInput
 */
export function toSettles(value: unknown, id: string | undefined): Settles {
  const fields = (typeof value === 'object' && value !== null ? value : {}) as Readonly<
    Record<string, unknown>
  >;
  if (id === undefined || fields.id !== id) {
    throw invalidInput(
      'settles.id',
      fields.id,
      "the execution's name must be x- and this id, an Express run's",
    );
  }
  const { before, inline } = fields;
  if (inline !== undefined && typeof inline !== 'boolean') {
    throw invalidInput('settles.inline', inline, 'expected true or false');
  }
  if (before === undefined) return { id, ...(inline !== undefined && { inline }) };
  const { createdBy, version } = (before ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof createdBy !== 'string' || !Number.isInteger(version)) {
    throw invalidInput('settles.before', before, 'expected createdBy and version of an item');
  }
  return { id, before: { createdBy, version: version as number }, ...(inline !== undefined && { inline }) };
}

/** How long to wait before anything is concluded, in seconds from the start of who settles. */
export function secondsUntilOver({ inline = false }: Settles): number {
  return SETTLE_RUN_SECONDS[inline ? 'inline' : 'staged'];
}

/** What a read proves; `by` is the mark of the run on the item. */
export type Settled =
  | { readonly kind: 'written'; readonly by: string; readonly saga: SagaMetadata }
  | { readonly kind: 'not written' }
  | { readonly kind: 'unknown'; readonly why: string };

/**
 * The mark of the run proves that it was written. That it was not: the item as it was before, or an update's next version by
 * another run; nothing else, since others may have written, or deleted, what the run had written.
 */
export function settled(operation: Operation, { id, before }: Settles, found: Item | undefined): Settled {
  if (found === undefined) return { kind: 'unknown', why: 'there is no such item now' };
  if (isSpoiled(found)) return { kind: 'unknown', why: 'another program has spoiled the item' };
  const saga = readSaga(found);
  if (saga === undefined) return { kind: 'unknown', why: 'no saga has written the item that is there' };
  const marks = [saga.writtenBy, ...(operation === 'create' ? [saga.createdBy] : [])];
  const by = marks.find((mark) => isOf(mark, operation, id));
  if (by !== undefined) return { kind: 'written', by, saga };
  if (before === undefined) {
    return { kind: 'unknown', why: 'others have written the item, and it is not known how it was before' };
  }
  const later = saga.version - before.version;
  const isProved =
    saga.createdBy === before.createdBy && (later === 0 || (later === 1 && operation === 'update'));
  return isProved ? { kind: 'not written' } : { kind: 'unknown', why: 'others have written the item since' };
}

/** Whether a run, as it is written in a mark or a key, is an execution of the Express run of this id. */
export function isOf(run: string, operation: Operation, id: string): boolean {
  return isRunOf(parseRun(run), operation, id);
}

/** The same of a run that is parsed already. */
export function isRunOf(run: Run | undefined, operation: Operation, id: string): boolean {
  return run?.operation === operation && expressRun(run.name)?.id === id;
}
