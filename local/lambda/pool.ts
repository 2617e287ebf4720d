// The execution environments of one function: warm ones are used again, more are started up to a bound, the rest waits.

import { ServiceError } from '../service.ts';
import { type ExecutionEnvironment, startEnvironment, withRequestId } from './environment.ts';
import type { FunctionDefinition, FunctionError, Invocation, InvocationResult } from './types.ts';
import { workerEntry } from './worker-entry.ts';

export interface EnvironmentPool {
  /**
   * Runs one invocation, in a warm environment if there is one.
   * @throws {ServiceError} TooManyRequestsException above the function's reserved concurrency; ServiceException when the
   *   pool is closed meanwhile
   */
  invoke(invocation: Omit<Invocation, 'timeoutMs'>): Promise<InvocationResult>;
  /** Starts one environment ahead of the first invocation; a failure to load shows at that invocation. */
  warm(): void;
  close(): Promise<void>;
}

/**
 * How long an invocation waits for a busy environment before another is started. Most invocations end sooner, and a
 * start takes this much of a processor: ten at once would keep a small machine busy for longer than they take in turn.
 */
const PATIENCE_MS = 100;

interface Waiter {
  take(environment: ExecutionEnvironment): void;
  fail(error: FunctionError): void;
  abandon(): void;
}

/** @param maxEnvironments - threads at a time; on AWS the account's concurrency (1,000) */
export function createPool(
  definition: FunctionDefinition,
  variables: Readonly<Record<string, string>>,
  log: (text: string) => void,
  maxEnvironments: number,
): EnvironmentPool {
  const environments = new Set<ExecutionEnvironment>();
  const idle: ExecutionEnvironment[] = [];
  const waiting: Waiter[] = [];
  /** Environments that exist or are about to. */
  let size = 0;
  let starting = 0;
  let running = 0;
  let closed = false;

  const forget = (environment: ExecutionEnvironment): void => {
    if (environments.delete(environment)) size -= 1;
  };

  const offer = (environment: ExecutionEnvironment): void => {
    if (!environment.alive) {
      forget(environment);
      startIfNeeded();
      return;
    }
    const waiter = waiting.shift();
    if (waiter) waiter.take(environment);
    else idle.push(environment);
  };

  const launch = async (): Promise<ExecutionEnvironment | FunctionError> => {
    try {
      const entry = await workerEntry();
      if (closed) return NOT_STARTED;
      const environment = startEnvironment(entry, definition, variables, log);
      environments.add(environment);
      const error = await environment.started;
      if (error) environments.delete(environment);
      return error ?? environment;
    } catch (error) {
      return { errorType: 'Runtime.ExitError', errorMessage: String(error) };
    }
  };

  const start = async (): Promise<void> => {
    starting += 1;
    size += 1;
    const launched = await launch();
    starting -= 1;
    if (isEnvironment(launched)) return offer(launched);
    size -= 1;
    waiting.shift()?.fail(launched);
    startIfNeeded();
  };

  const startIfNeeded = (): void => {
    if (!closed && waiting.length > starting && size < maxEnvironments) void start();
  };

  const acquire = (): Promise<ExecutionEnvironment | FunctionError> =>
    new Promise((resolve, reject) => {
      const warm = takeAlive(idle, forget);
      if (warm) return resolve(warm);
      waiting.push({ take: resolve, fail: resolve, abandon: () => reject(stopped()) });
      if (size === 0) startIfNeeded();
      else setTimeout(startIfNeeded, PATIENCE_MS);
    });

  return {
    async invoke(invocation) {
      if (closed) throw stopped();
      if (running >= (definition.reservedConcurrency ?? Number.POSITIVE_INFINITY)) throw throttled();
      running += 1;
      try {
        const acquired = await acquire();
        if (!isEnvironment(acquired)) return failed(acquired, invocation.requestId);
        const result = await acquired.invoke(invocation);
        if (closed) throw stopped();
        offer(acquired);
        return result.ok ? result : failed(result.error, invocation.requestId);
      } finally {
        running -= 1;
      }
    },
    warm() {
      if (!closed && size === 0) void start();
    },
    async close() {
      closed = true;
      for (const waiter of waiting.splice(0)) waiter.abandon();
      await Promise.all([...environments].map((environment) => environment.close()));
      environments.clear();
    },
  };
}

const NOT_STARTED: FunctionError = {
  errorType: 'Runtime.ExitError',
  errorMessage: 'The local cloud is stopping',
};

function isEnvironment(acquired: ExecutionEnvironment | FunctionError): acquired is ExecutionEnvironment {
  return 'invoke' in acquired;
}

/** The environment that was used last, so that the others may stay idle. */
function takeAlive(
  idle: ExecutionEnvironment[],
  forget: (dead: ExecutionEnvironment) => void,
): ExecutionEnvironment | undefined {
  for (let environment = idle.pop(); environment; environment = idle.pop()) {
    if (environment.alive) return environment;
    forget(environment);
  }
  return undefined;
}

const failed = (error: FunctionError, requestId: string): InvocationResult => ({
  ok: false,
  error: withRequestId(error, requestId),
});

const stopped = (): ServiceError => new ServiceError('ServiceException', 'The local cloud is stopping', 500);

const throttled = (): ServiceError =>
  new ServiceError('TooManyRequestsException', 'Rate Exceeded.', 429, {
    Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
    Type: 'User',
  });
