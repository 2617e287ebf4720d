// The base of all that the client throws of its own, and what belongs to no call in particular. docs/errors.md has a line
// for each class.

/** What an error comes of. */
export interface Cause {
  readonly cause?: unknown;
}

/** Base of every error that this library throws of its own. `cause` holds the error underneath, if there is one. */
export class TwinwriteError extends Error {
  override readonly name: string = 'TwinwriteError';
}

/** No store's description was found. `tried` says where it was looked for, a sentence each. */
export class StoreNotFound extends TwinwriteError {
  override readonly name = 'StoreNotFound';
  readonly tried: readonly string[];

  constructor(tried: readonly string[], options?: Cause) {
    super(`no Twinwrite store found; tried: ${tried.join('; ')}`, options);
    this.tried = tried;
  }
}

/** What a service or the system says of an error, with its name. */
export function messageOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const status = statusOf(cause);
  // All that the SDK says of an answer without a body, as a refused HEAD has none.
  const saysNothing = cause.message === 'UnknownError' || strangeAnswer(cause) !== undefined;
  if (saysNothing && status !== undefined) return `the service answers ${status}`;
  return `${cause.name}: ${cause.message}`;
}

/**
 * The status of an answer that names no error, and so is none of AWS's: a page from something on the way, or nothing.
 * Undefined for any other error.
 */
export function strangeAnswer(error: Error): number | undefined {
  return error.name === 'Unknown' || error.message.includes('Deserialization error')
    ? statusOf(error)
    : undefined;
}

function statusOf(error: Error): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}
