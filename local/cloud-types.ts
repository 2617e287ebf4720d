// What a local cloud is asked for and what it is, as types alone.

import type { Clock } from './clock.ts';
import type { Faults } from './fault-types.ts';
import type { Monitoring } from './monitoring/types.ts';
import type { ObservedCall } from './service.ts';

/** What a local cloud deploys, and how it differs from AWS. Everything has a default. */
export interface LocalCloudOptions {
  /** The folder that `cdk synth` wrote (`cdk.out`): all its stacks are deployed. */
  readonly assembly?: string;
  /** A template, or the path of one in JSON; deployed as the stack `stackName`. */
  readonly template?: object | string;
  /** Default `local`. */
  readonly stackName?: string;
  /** Values for parameters of the templates that have no default. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Default 0: a free one. */
  readonly port?: number;
  /**
   * The folder in which objects, tables and executions are kept, across restarts and kills; made if it is not there. The
   * templates that are deployed next update what is in it. Default: all is in memory.
   */
  readonly data?: string;
  /** How many seconds of the cloud's waits pass in one real second. Default 1. */
  readonly timeScale?: number;
  /**
   * How many executions that have ended are kept, with their histories; the first to end go first, and their names are
   * free again. Default 10,000.
   */
  readonly keepExecutions?: number;
  /** The smallest part of an upload but for its last, in bytes. Default 5 MiB as on AWS; less makes a test of parts quick. */
  readonly minPartBytes?: number;
  /** Default `us-east-1`. */
  readonly region?: string;
  /** Default `000000000000`. */
  readonly accountId?: string;
  /**
   * Whether calls of functions and state machines are checked against the policies of their roles. Default true. Calls
   * from outside never are.
   */
  readonly iam?: boolean;
  /**
   * Whose pages may call every service from a browser: origins with one `*` at most. Other pages get to the objects of
   * buckets whose CORS rules let them, and to nothing else. Default: none.
   */
  readonly pageOrigins?: readonly string[];
  /** Whether functions are loaded ahead of their first invocation. Default true. */
  readonly warmUp?: boolean;
  /** Called with every line that a function writes. */
  readonly onLog?: (functionName: string, line: string) => void;
  /** Called with every call of a service, as it is about to be performed: the cloud's own, functions' and those from outside. */
  readonly onCall?: (call: ObservedCall) => void;
  /** Told of defects of the local cloud itself: what answered a request with an internal error. */
  readonly onError?: (error: unknown) => void;
}

/** A deployed resource. */
export interface LocalResource {
  readonly type: string;
  /** What `Ref` answers: a bucket's, table's or function's name, a state machine's ARN. */
  readonly physicalId: string;
}

/** A running local cloud. */
export interface LocalCloud extends AsyncDisposable {
  /** `http://127.0.0.1:{port}`, for all services. */
  readonly endpoint: string;
  readonly region: string;
  /** Any credentials do; these are as good as others. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The environment variables with which SDKs and the AWS CLI use this cloud. */
  readonly env: Readonly<Record<string, string>>;
  /** The stacks' outputs: stack name, output key, value. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** By logical id; `{stack}/{logicalId}` where a stack before has the same one. */
  readonly resources: Readonly<Record<string, LocalResource>>;
  /** What the templates ask for and the local cloud does not do: `{logicalId} ({type}): {property}`. */
  readonly ignored: readonly string[];
  readonly clock: Clock;
  readonly faults: Faults;
  /** Metrics, and the alarms of the templates as they stand. */
  readonly monitoring: Monitoring;
  /** The newest lines that a function wrote, oldest first. */
  logs(functionName: string): readonly string[];
  /** Ends everything: server, connections, executions, functions, pending late calls. What was stored in memory is gone. */
  stop(): Promise<void>;
}
