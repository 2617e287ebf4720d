// The base of all that the client throws of its own, and what belongs to no call in particular. docs/errors.md has a line
// for each class.

/** Base of every error that this library throws of its own. `cause` holds the error underneath, if there is one. */
export class TwinwriteError extends Error {
  override readonly name: string = 'TwinwriteError';
}

/** No store's description was found. `tried` says where it was looked for, a sentence each. */
export class StoreNotFound extends TwinwriteError {
  override readonly name = 'StoreNotFound';
  readonly tried: readonly string[];

  constructor(tried: readonly string[], options?: ErrorOptions) {
    super(`no Twinwrite store found; tried: ${tried.join('; ')}`, options);
    this.tried = tried;
  }
}

/** What a service or the system says of an error, with its name. */
export function messageOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  // All that the SDK says of an answer without a body, as a refused HEAD has none.
  const status = (cause as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  if (cause.message === 'UnknownError' && status !== undefined) return `the service answers ${status}`;
  return `${cause.name}: ${cause.message}`;
}
