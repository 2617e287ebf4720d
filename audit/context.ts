// What every audit works with, and how AWS is called: throttled calls are made again, later each time.

import { setMaxListeners } from 'node:events';
import type {
  FilterLogEventsCommandInput,
  FilterLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SFNClient } from '@aws-sdk/client-sfn';
import type { StoreDescriptor } from '../core/contract/store.ts';

export interface AuditContext {
  readonly store: StoreDescriptor;
  readonly sfn: SFNClient;
  readonly s3: S3Client;
  readonly dynamodb: DynamoDBClient;
  /** How the log of Express runs is read, asked for once it is: a store without an Express lane needs none. */
  readonly logs?: (() => Promise<LogsApi>) | undefined;
  /** Epoch milliseconds, by AWS's clock as far as it is known. Default: by this computer's. */
  readonly now?: (() => number) | undefined;
}

/** Epoch milliseconds. Of a clock that answers put right: to be asked after the call whose answer it is compared with. */
export function timeNow({ now = Date.now }: AuditContext): number {
  return now();
}

/** What is called of CloudWatch Logs; its SDK's `CloudWatchLogs` has it. */
export interface LogsApi {
  filterLogEvents(
    input: FilterLogEventsCommandInput,
    options: { readonly abortSignal?: AbortSignal | undefined },
  ): Promise<FilterLogEventsCommandOutput>;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

const THROTTLED = /Throttl|TooManyRequests|LimitExceeded|SlowDown|RequestLimit/;
/** Pauses grow from the first to the longest; together they last about two minutes. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 15_000;
const MAX_ATTEMPTS = 14;

/**
 * The answer of a call that reads, or that is safe to make twice. What is throttled is called again, after pauses that
 * grow and differ between callers; whatever else fails has been retried by the SDK already.
 */
export async function patiently<T>(call: () => Promise<T>, { signal }: CallOptions = {}): Promise<T> {
  // Many calls share one signal, more than Node.js takes for no leak.
  if (signal) setMaxListeners(0, signal);
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      signal?.throwIfAborted();
      if (attempt === MAX_ATTEMPTS || !isThrottled(error)) throw error;
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
      await sleep(pause * (0.5 + Math.random() / 2), signal);
    }
  }
}

/** @throws the signal's reason */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', abort, { once: true });
  });
}

function isThrottled(error: unknown): boolean {
  const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
  return THROTTLED.test(name) || $metadata?.httpStatusCode === 429;
}
