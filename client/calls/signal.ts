// Signals that callers have: also another realm's, or a polyfill's, which lack what the client and the SDK rely on.

import { invalidInput } from '../../core/errors/errors.ts';
import { asRejected } from '../errors/rejected.ts';
import { shareSignal } from '../platform/platform.ts';

/** One for each foreign signal, so that many calls with it leave one listener there. */
const ownSignals = new WeakMap<object, AbortSignal>();

/**
 * The signal, or one of this realm that is aborted with it.
 * @throws {Rejected} InvalidInput for what is no signal, such as an AbortController
 */
export function ownSignal(signal: AbortSignal | undefined): AbortSignal | undefined {
  if (signal === undefined || signal instanceof AbortSignal) return signal;
  const given: unknown = signal;
  if (!isSignal(given)) asRejected(invalidInput('signal', undefined, 'expected an AbortSignal'));
  const own = ownSignals.get(given) ?? following(given);
  ownSignals.set(given, own);
  return own;
}

/** The promise's outcome, or the signal's reason as soon as it is aborted. */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  shareSignal(signal);
  let abort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (abort !== undefined) signal.removeEventListener('abort', abort);
  }
}

function isSignal(value: unknown): value is AbortSignal {
  if (typeof value !== 'object' || value === null) return false;
  const { aborted, addEventListener } = value as Partial<AbortSignal>;
  return typeof aborted === 'boolean' && typeof addEventListener === 'function';
}

function following(signal: AbortSignal): AbortSignal {
  const controller = new AbortController();
  // A polyfill may know no reason; then it is what `abort()` has by itself.
  const abort = (): void => controller.abort(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  return controller.signal;
}
