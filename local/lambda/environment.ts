// One execution environment: a worker thread with a loaded handler, as the service sees it.

import { randomUUID } from 'node:crypto';
import os from 'node:os';
import { Worker } from 'node:worker_threads';
import type {
  FunctionDefinition,
  FunctionError,
  Invocation,
  InvocationResult,
  WorkerMessage,
  WorkerSetup,
} from './types.ts';

export interface ExecutionEnvironment {
  /** False once the thread has ended: the environment takes no more invocations. */
  readonly alive: boolean;
  /** Settles when the code is loaded; with the error, if it could not be. Never rejects. */
  readonly started: Promise<FunctionError | undefined>;
  /** Runs one invocation, once started and once the one before has settled. Never rejects. */
  invoke(invocation: Omit<Invocation, 'timeoutMs'>): Promise<InvocationResult>;
  close(): Promise<void>;
}

/** AWS gives the code outside the handler 10 seconds. */
const INIT_LIMIT_SECONDS = 10;

const UNEXPECTED: FunctionError = { errorType: 'Runtime.Unknown', errorMessage: 'Unexpected report' };

/**
 * Starts a thread that loads the function's handler. While it is idle it does not keep the process alive.
 * @param entry - the worker's program
 * @param variables - the thread's whole environment; nothing of the process's own shows through
 */
export function startEnvironment(
  entry: URL,
  definition: FunctionDefinition,
  variables: Readonly<Record<string, string>>,
  log: (text: string) => void,
): ExecutionEnvironment {
  const worker = new Worker(entry, {
    workerData: setupOf(definition),
    env: { ...variables },
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: definition.memoryMb },
  });
  worker.unref();
  const thread = watch(worker, log);

  const load = async (): Promise<FunctionError | undefined> => {
    const report = await thread.next(Math.max(INIT_LIMIT_SECONDS, definition.timeoutSeconds));
    if (report.kind === 'ready') return undefined;
    await worker.terminate();
    return report.kind === 'result' ? UNEXPECTED : report.error;
  };

  return {
    get alive() {
      return thread.alive;
    },
    started: load(),
    async invoke(invocation) {
      worker.ref();
      const timeoutMs = definition.timeoutSeconds * 1000;
      worker.postMessage({ ...invocation, timeoutMs } satisfies Invocation);
      const report = await thread.next(definition.timeoutSeconds);
      worker.unref();
      if (report.kind === 'result') return report.result;
      await worker.terminate();
      return { ok: false, error: report.kind === 'ready' ? UNEXPECTED : report.error };
    },
    async close() {
      await worker.terminate();
    },
  };
}

type Report = Exclude<WorkerMessage, { kind: 'log' }>;

interface Thread {
  readonly alive: boolean;
  /** The thread's next report; a crash if it ends first, or if `limitSeconds` of real time pass. */
  next(limitSeconds: number): Promise<Report>;
}

/** Turns the thread's messages and its end into reports that are awaited one at a time. */
function watch(worker: Worker, log: (text: string) => void): Thread {
  let alive = true;
  let early: Report | undefined;
  let awaited: ((report: Report) => void) | undefined;
  const deliver = (report: Report): void => {
    if (awaited) awaited(report);
    else early ??= report;
  };
  const end = (error: FunctionError): void => {
    alive = false;
    deliver({ kind: 'crash', error });
  };
  worker.stdout.on('data', (chunk) => log(String(chunk)));
  worker.stderr.on('data', (chunk) => log(String(chunk)));
  worker.on('message', (message: WorkerMessage) => {
    if (message.kind === 'log') log(message.text);
    else deliver(message);
  });
  worker.on('error', (error) => end(asCrash(error)));
  worker.on('exit', (code) => end(exited(code)));

  return {
    get alive() {
      return alive;
    },
    next: (limitSeconds) =>
      new Promise((resolve) => {
        const timeOut = (): void => settle({ kind: 'crash', error: timedOut(limitSeconds) });
        const timer = setTimeout(timeOut, limitSeconds * 1000);
        // A thread that is only warming up must not hold the process; one that runs an invocation does so itself.
        timer.unref();
        const settle = (report: Report): void => {
          clearTimeout(timer);
          awaited = undefined;
          resolve(report);
        };
        if (early) settle(early);
        else awaited = settle;
        early = undefined;
      }),
  };
}

function setupOf(definition: FunctionDefinition): WorkerSetup {
  return {
    codeFolder: definition.codeFolder,
    handler: definition.handler,
    context: {
      functionName: definition.name,
      functionVersion: '$LATEST',
      memoryLimitInMB: String(definition.memoryMb),
      logGroupName: `/aws/lambda/${definition.name}`,
      logStreamName: `[$LATEST]${randomUUID().replaceAll('-', '')}`,
    },
  };
}

/** The environment variables that the runtime sets, below those of the function. */
export function runtimeVariables(
  definition: FunctionDefinition,
  cloud: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    TMPDIR: os.tmpdir(),
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    // Keeps a developer's own AWS profile out.
    AWS_CONFIG_FILE: os.devNull,
    AWS_SHARED_CREDENTIALS_FILE: os.devNull,
    AWS_EXECUTION_ENV: `AWS_Lambda_${definition.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${definition.name}`,
    LAMBDA_TASK_ROOT: definition.codeFolder,
    _HANDLER: definition.handler,
    ...cloud,
    ...definition.environment,
  };
}

function timedOut(limitSeconds: number): FunctionError {
  return {
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: {id} Error: Task timed out after ${limitSeconds.toFixed(2)} seconds`,
  };
}

function exited(code: number): FunctionError {
  const reason = code === 0 ? 'exited without providing a reason' : `exited with error: exit status ${code}`;
  return { errorType: 'Runtime.ExitError', errorMessage: `RequestId: {id} Error: Runtime ${reason}` };
}

function asCrash(error: unknown): FunctionError {
  if ((error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return {
      errorType: 'Runtime.OutOfMemory',
      errorMessage: 'RequestId: {id} Error: Runtime exited with error: signal: killed',
    };
  }
  return { errorType: 'Runtime.ExitError', errorMessage: `RequestId: {id} Error: ${String(error)}` };
}

/** Fills in the id of the invocation that the sandbox's messages name. */
export function withRequestId(error: FunctionError, requestId: string): FunctionError {
  return { ...error, errorMessage: error.errorMessage.replace('{id}', requestId) };
}
