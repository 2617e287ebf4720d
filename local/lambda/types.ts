// What the parts of the local Lambda share: functions, invocations and their results.

/** A function as it is deployed: where its code is and how it runs. */
export interface FunctionDefinition {
  /** At most 64 characters. */
  readonly name: string;
  /** The folder with the function's code, already out of reach of any `package.json` that is not its own. */
  readonly codeFolder: string;
  /** `file.export`, as in the template: `index.handler`, `src/app.handlers.create`. */
  readonly handler: string;
  readonly runtime: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Real seconds, 1 to 900. */
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly description?: string | undefined;
  readonly roleArn?: string | undefined;
  /** Invocations at a time; more are refused with TooManyRequestsException. Absent: more wait their turn. */
  readonly reservedConcurrency?: number | undefined;
}

/** The document that an invoker gets when a function failed. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

export type InvocationResult =
  | { readonly ok: true; readonly payload: string }
  | { readonly ok: false; readonly error: FunctionError };

/** One invocation, as the thread that runs it is told. */
export interface Invocation {
  readonly requestId: string;
  /** The event as JSON. */
  readonly payload: string;
  /** After which the function is timed out. */
  readonly timeoutMs: number;
  readonly invokedFunctionArn: string;
  /** JSON in base64. */
  readonly clientContext: string | undefined;
}

/** What a worker thread is started with. */
export interface WorkerSetup {
  readonly codeFolder: string;
  readonly handler: string;
  readonly context: {
    readonly functionName: string;
    readonly functionVersion: string;
    readonly memoryLimitInMB: string;
    readonly logGroupName: string;
    readonly logStreamName: string;
  };
}

/** What a worker thread reports. */
export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'init-failed'; readonly error: FunctionError }
  | { readonly kind: 'result'; readonly result: InvocationResult }
  | { readonly kind: 'crash'; readonly error: FunctionError }
  | { readonly kind: 'log'; readonly text: string };
