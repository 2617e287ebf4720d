// Sources that can be read once only: whether one was read already, as far as that can be known.

import { invalidInput } from '../../core/errors/errors.ts';
import { isDisturbed } from '../platform/platform.ts';
import type { ByteStream } from '../types.ts';
import { isDestroyable, isWebStream } from './kinds.ts';

/** Streams, and iterators of other iterables, that the client has begun to read. */
const begun = new WeakSet<object>();

/** Whether it is gone once it was read. Another iterable may give a new iterator each time that it is asked for one. */
export function isReadOnce(stream: ByteStream): boolean {
  return isWebStream(stream) || isDestroyable(stream) || isIterator(stream);
}

/**
 * Of a generator, and of any stream whose class is not the platform's own, only the client's own reading is known.
 * @throws {SagaError} InvalidInput for a stream that somebody has read from, or is reading: what is left of it, or
 * nothing, would count as the content
 */
export function checkUnread(stream: ByteStream, field: string): void {
  const { locked, destroyed, readable } = stream as StreamState;
  if (begun.has(stream)) throw used(field, 'was read for a write before');
  if (locked === true) throw used(field, 'is locked to another reader');
  if (isDisturbed(stream)) throw used(field, 'was read from before');
  if (destroyed === true) throw used(field, 'is destroyed');
  // Node.js: it has ended, or failed; versions of it as packages have this property alone.
  if (readable === false) throw used(field, 'has ended');
}

/**
 * Remembers that it is read from now on.
 * @throws {SagaError} InvalidInput as {@link checkUnread}
 */
export function beginReading(stream: ByteStream, field: string): AsyncIterator<unknown> | undefined {
  checkUnread(stream, field);
  const iterator = isWebStream(stream) ? undefined : stream[Symbol.asyncIterator]();
  if (iterator !== undefined && begun.has(iterator)) {
    throw used(field, 'gives an iterator that was read for a write before');
  }
  for (const each of [iterator, isReadOnce(stream) ? stream : undefined]) {
    if (each !== undefined) begun.add(each);
  }
  return iterator;
}

interface StreamState {
  readonly locked?: unknown;
  readonly destroyed?: unknown;
  readonly readable?: unknown;
}

/** Generators are; what is an iterator itself has no other to give. */
function isIterator(stream: ByteStream): boolean {
  return typeof (stream as Partial<AsyncIterator<unknown>>).next === 'function';
}

function used(field: string, how: string): Error {
  return invalidInput(field, undefined, `${how}, and can be read once only: give a new one`);
}
