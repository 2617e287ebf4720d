// The thread that is one execution environment of a function: loads the handler once, then runs invocations one at a time.
// Stands apart from the rest of the local cloud, so that a handler sees plain Node.js.

import { format } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { describeError, type Handler, loadHandler } from './handler.ts';
import type { FunctionError, Invocation, InvocationResult, WorkerMessage, WorkerSetup } from './types.ts';

const setup = workerData as WorkerSetup;
if (!parentPort) throw new Error('the worker of a local function runs in a worker thread');
const port = parentPort;

const describe = (thrown: unknown): FunctionError => describeError(thrown, setup.codeFolder);

const report = (message: WorkerMessage): void => port.postMessage(message);

/** Set while an invocation runs: what to report if nothing is left to run and the handler has not answered. */
let onEventLoopEmpty: (() => void) | undefined;

redirectOutput();
process.on('uncaughtException', (error) => crash(describe(error)));
process.on('unhandledRejection', (reason) =>
  crash({
    ...describe(reason),
    errorType: 'Runtime.UnhandledPromiseRejection',
    errorMessage: String(reason),
  }),
);
process.on('beforeExit', () => onEventLoopEmpty?.());

void start();

async function start(): Promise<void> {
  try {
    const handler = await loadHandler(setup.codeFolder, setup.handler);
    port.on('message', (invocation: Invocation) => void run(handler, invocation));
    report({ kind: 'ready' });
  } catch (error) {
    report({ kind: 'init-failed', error: describe(error) });
  }
}

async function run(handler: Handler, invocation: Invocation): Promise<void> {
  port.unref();
  const result = await settle(handler, invocation);
  onEventLoopEmpty = undefined;
  port.ref();
  report({ kind: 'result', result });
}

/** Resolves once the handler's promise settles, or once its callback's turn has come. */
function settle(handler: Handler, invocation: Invocation): Promise<InvocationResult> {
  return new Promise((resolve) => {
    let answered: InvocationResult | undefined;
    const callback = (error: unknown, value?: unknown): void => {
      answered ??= error ? { ok: false, error: describe(error) } : serialise(value);
      if (!context.callbackWaitsForEmptyEventLoop) resolve(answered);
    };
    const context = createContext(invocation, callback);
    onEventLoopEmpty = () => resolve(answered ?? { ok: true, payload: 'null' });
    try {
      const returned = handler(JSON.parse(invocation.payload), context, callback);
      if (isThenable(returned)) {
        onEventLoopEmpty = () => resolve({ ok: false, error: NEVER_SETTLED });
        returned.then(
          (value) => resolve(serialise(value)),
          (error) => resolve({ ok: false, error: describe(error) }),
        );
      }
    } catch (error) {
      resolve({ ok: false, error: describe(error) });
    }
  });
}

const NEVER_SETTLED: FunctionError = {
  errorType: 'Runtime.NodeJsExit',
  errorMessage:
    'The Lambda runtime client detected an unexpected Node.js exit code. ' +
    'This is most commonly caused by a Promise that was never settled.',
};

function createContext(invocation: Invocation, callback: (error: unknown, value?: unknown) => void) {
  // By no clock that somebody sets, on this side or the other.
  const begun = performance.now();
  return {
    ...setup.context,
    callbackWaitsForEmptyEventLoop: true,
    awsRequestId: invocation.requestId,
    invokedFunctionArn: invocation.invokedFunctionArn,
    clientContext: parseClientContext(invocation.clientContext),
    getRemainingTimeInMillis: () => Math.ceil(invocation.timeoutMs - (performance.now() - begun)),
    succeed: (value?: unknown) => callback(null, value),
    fail: (error: unknown) => callback(error ?? 'handled'),
    done: callback,
  };
}

function parseClientContext(encoded: string | undefined): unknown {
  return encoded === undefined ? undefined : JSON.parse(Buffer.from(encoded, 'base64').toString());
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined | null)?.then === 'function';
}

function serialise(value: unknown): InvocationResult {
  try {
    return { ok: true, payload: JSON.stringify(value) ?? 'null' };
  } catch {
    // The runtime says no more either (a circular structure, a BigInt).
    return { ok: false, error: { errorType: 'Error', errorMessage: 'Unable to stringify response body' } };
  }
}

function crash(error: FunctionError): never {
  report({ kind: 'crash', error });
  process.exit(129);
}

/** Output travels by the port that results travel by, so that an invocation's lines come before its result. */
function redirectOutput(): void {
  const write = (chunk: unknown): boolean => {
    report({
      kind: 'log',
      text: chunk instanceof Uint8Array ? Buffer.from(chunk).toString() : format(chunk),
    });
    return true;
  };
  process.stdout.write = write;
  process.stderr.write = write;
}
