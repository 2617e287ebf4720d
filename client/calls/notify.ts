// Tells a caller's callback, which may be asynchronous: whatever it fails with ends the call that it is told of.

import { abortable } from './signal.ts';

/** Hears of an event. A promise that it gives is waited for before the call goes on. */
export type Listener<Event> = (event: Event) => unknown;

/** @throws what the listener throws, or rejects with; the signal's reason, when it is aborted before the listener is done */
export async function notify<Event>(
  listener: Listener<Event> | undefined,
  event: Event,
  signal?: AbortSignal,
): Promise<void> {
  const outcome = listener?.(event);
  if (isPromise(outcome)) await abortable(Promise.resolve(outcome), signal);
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<PromiseLike<unknown>>).then === 'function'
  );
}
