// StartSyncExecution, sent once: whatever a client's own settings say, nothing is sent again, since the first may be running.

import {
  type SFNClient,
  StartSyncExecutionCommand,
  type StartSyncExecutionInput,
  type StartSyncExecutionOutput,
} from '@aws-sdk/client-sfn';
import { abortable } from '../calls/signal.ts';
import { strangeAnswer } from '../errors/errors.ts';
import { shareSignal } from '../platform/platform.ts';

/** Longer than an Express workflow runs: what has not been answered by then will not be. */
export const LONGEST_SECONDS = 330;

/** Of Step Functions itself: `states.eu-central-1.amazonaws.com`. */
const OWN_HOST = /^states(?:-fips)?\.[a-z]{2,5}(?:-[a-z]{2,10}){1,3}-\d\./;

/** What has become of a call. */
export type SyncCall =
  | { readonly kind: 'answered'; readonly answer: StartSyncExecutionOutput }
  /** Proved to have started nothing. */
  | { readonly kind: 'not-started'; readonly error: unknown }
  /** May have started it. */
  | { readonly kind: 'lost'; readonly error: unknown };

/** How far a call is: `unknown` to middleware that was left out, as mocks of the SDK do. */
interface Sending {
  state: 'unknown' | 'preparing' | 'sent';
}

/** Starts an Express execution, and waits for its end. Never rejects. */
export async function startSync(
  sfn: SFNClient,
  input: StartSyncExecutionInput,
  signal: AbortSignal | undefined,
): Promise<SyncCall> {
  const controller = new AbortController();
  const abort = (): void => controller.abort(signal?.reason);
  const timer = setTimeout(
    () => controller.abort(new Error(`nothing within ${LONGEST_SECONDS} s`)),
    LONGEST_SECONDS * 1000,
  );
  if (signal !== undefined) shareSignal(signal);
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();
  const command = new StartSyncExecutionCommand(input);
  const sending = sendOnce(command, controller.signal);
  try {
    const sent = sfn.send(command, { abortSignal: controller.signal });
    return { kind: 'answered', answer: await abortable(sent, controller.signal) };
  } catch (error) {
    const startedNothing = sending.state === 'preparing' || isRefused(error) || isUnconnected(error);
    return { kind: startedNothing ? 'not-started' : 'lost', error };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

/**
 * Sees to it, within the command itself and so with any client, that its request leaves once. It takes the place of the SDK's
 * retries (a middleware of the same name in the same place), and stops whoever else would send again.
 */
function sendOnce(command: StartSyncExecutionCommand, signal: AbortSignal): Sending {
  const sending: Sending = { state: 'unknown' };
  const { middlewareStack: stack } = command;
  stack.add(
    (next) => (args) => {
      if (sending.state === 'unknown') sending.state = 'preparing';
      return next(args);
    },
    { step: 'initialize', priority: 'high', name: 'twinwritePrepares' },
  );
  stack.add(
    (next, context) => (args) => {
      const host = context.endpointV2?.url.hostname;
      // The operation's own prefix, `sync-`, is for AWS's hosts: an endpoint that somebody else has is the whole name.
      if (host !== undefined && !OWN_HOST.test(host)) (args.request as { hostname: string }).hostname = host;
      return next(args);
    },
    { step: 'build', priority: 'high', name: 'twinwriteHost' },
  );
  stack.add((next) => (args) => next(args), {
    ...{ step: 'finalizeRequest', priority: 'high', name: 'retryMiddleware', override: true },
  });
  let first: unknown;
  stack.add(
    (next) => async (args) => {
      if (sending.state === 'sent') throw first;
      signal.throwIfAborted();
      sending.state = 'sent';
      try {
        return await next(args);
      } catch (error) {
        first = error;
        throw error;
      }
    },
    { step: 'deserialize', priority: 'high', name: 'twinwriteSendsOnce' },
  );
  return sending;
}

/** 400s that say that the request was broken off, not that it was refused (Step Functions API reference, "Common Errors"). */
const BROKEN_OFF = new Set(['RequestAbortedException', 'RequestTimeoutException']);

/** Whether Step Functions says no, and not something on the way. */
function isRefused(error: unknown): boolean {
  if (!(error instanceof Error) || BROKEN_OFF.has(error.name)) return false;
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode ?? 0;
  return status === 429 || (status >= 400 && status < 500 && strangeAnswer(error) === undefined);
}

/** Whether there was no connection, or none that was trusted, that a request could have been sent by. */
function isUnconnected(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isUnconnected);
  if (!(error instanceof Error)) return false;
  const { syscall, code = '' } = error as { syscall?: string; code?: unknown };
  return (
    syscall === 'connect' ||
    syscall === 'getaddrinfo' ||
    /CERT|^ERR_TLS|^UNABLE_TO_/.test(String(code)) ||
    /did not establish a connection/.test(error.message) // the SDK's own time-out, which has no code
  );
}
