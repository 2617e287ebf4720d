// A state machine definition as it runs: checked, its expressions compiled.

import type { Template } from '../expressions/template.ts';
import type { Integration } from '../integrations/integration.ts';

/** A state machine, a branch of a Parallel or the processor of a Map. */
export interface Machine {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
  readonly comment: string | undefined;
  /** Of the whole execution; only at the top level. */
  readonly timeoutSeconds: number | undefined;
}

/** Variable names and their values. */
export type Assignments = readonly (readonly [string, Template])[];

/** What a state hands on when it is done. */
export interface Exit {
  readonly output: Template | undefined;
  readonly assign: Assignments;
  /** Absent where the machine ends. */
  readonly next: string | undefined;
}

export interface Retrier {
  readonly errorEquals: readonly string[];
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
  readonly maxDelaySeconds: number | undefined;
  readonly jitter: 'NONE' | 'FULL';
}

export interface Catcher extends Exit {
  readonly errorEquals: readonly string[];
}

export interface ChoiceRule extends Exit {
  readonly condition: Template;
}

interface Named {
  readonly name: string;
}

/** States whose failure can be retried and caught. */
interface Recoverable {
  readonly retry: readonly Retrier[];
  readonly catch: readonly Catcher[];
}

export interface PassState extends Named, Exit {
  readonly type: 'Pass';
}

export interface SucceedState extends Named, Exit {
  readonly type: 'Succeed';
}

export interface FailState extends Named {
  readonly type: 'Fail';
  readonly error: Template | undefined;
  readonly cause: Template | undefined;
}

export interface WaitState extends Named, Exit {
  readonly type: 'Wait';
  readonly until: { readonly seconds: Template } | { readonly timestamp: Template };
}

/** Its own Exit is what applies when no rule matches; then `next` is Default. */
export interface ChoiceState extends Named, Exit {
  readonly type: 'Choice';
  readonly rules: readonly ChoiceRule[];
}

export interface TaskState extends Named, Exit, Recoverable {
  readonly type: 'Task';
  readonly integration: Integration;
  readonly arguments: Template | undefined;
  readonly timeoutSeconds: Template | undefined;
  readonly heartbeatSeconds: Template | undefined;
}

export interface ParallelState extends Named, Exit, Recoverable {
  readonly type: 'Parallel';
  readonly branches: readonly Machine[];
  readonly arguments: Template | undefined;
}

export interface MapState extends Named, Exit, Recoverable {
  readonly type: 'Map';
  readonly processor: Machine;
  /** Absent from an inline Map. */
  readonly distribution: Distribution | undefined;
  readonly items: Template | undefined;
  readonly itemSelector: Template | undefined;
  readonly maxConcurrency: Template | undefined;
  /** Checked when the state runs; an inline Map tolerates no failure whatever they say. */
  readonly toleratedFailureCount: Template | undefined;
  readonly toleratedFailurePercentage: Template | undefined;
}

/** Present in a Map state of mode DISTRIBUTED. */
export interface Distribution {
  /** Part of the ARNs of the Map Run and its child executions. */
  readonly label: string;
  readonly executionType: 'STANDARD' | 'EXPRESS';
  /** The child executions' definition. */
  readonly definition: string;
  readonly reader: ItemReader | undefined;
  readonly batcher: ItemBatcher | undefined;
  readonly writer: ResultWriter;
}

export interface ItemReader {
  readonly format: ItemFormat;
  readonly arguments: Template | undefined;
  readonly maxItems: Template | undefined;
}

/** What is read: the list of a bucket's objects, or the items in one object. */
export type ItemFormat =
  | { readonly type: 'objects' }
  | { readonly type: 'JSON'; readonly pointer: string | undefined }
  | { readonly type: 'JSONL' }
  /** An S3 Inventory: the objects that its files list. */
  | { readonly type: 'MANIFEST' }
  | { readonly type: 'CSV'; readonly headers: readonly string[] | undefined; readonly delimiter: string };

export interface ItemBatcher {
  readonly maxItems: Template | undefined;
  readonly maxBytes: Template | undefined;
  readonly input: Template | undefined;
}

export interface ResultWriter {
  /** Bucket and Prefix; undefined where the results are the state's alone. */
  readonly destination: Template | undefined;
  readonly transformation: 'NONE' | 'COMPACT' | 'FLATTEN';
  readonly outputType: 'JSON' | 'JSONL';
}

export type DistributedMapState = MapState & { readonly distribution: Distribution };

export function isDistributed(state: MapState): state is DistributedMapState {
  return state.distribution !== undefined;
}

export type State =
  | PassState
  | SucceedState
  | FailState
  | WaitState
  | ChoiceState
  | TaskState
  | ParallelState
  | MapState;

export type RecoverableState = TaskState | ParallelState | MapState;
