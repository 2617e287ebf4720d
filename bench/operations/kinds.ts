// What is counted.

export const ATTRIBUTES = [0, 1, 2, 10] as const;
export const OPERATIONS = ['create', 'put', 'update', 'unchanged update', 'delete'] as const;
export type OperationName = (typeof OPERATIONS)[number];

/** Of each large attribute. */
export const CONTENT_BYTES = 10_000;

export const LANES = ['standard', 'express', 'plain'] as const;
export type LaneName = (typeof LANES)[number];

/** What one operation took, of a saga in one of its lanes or of the plain algorithm (`plain`), which has no states, events and functions. */
export interface Counted {
  readonly operation: OperationName;
  readonly attributes: number;
  readonly lane: LaneName;
  /** Calls by `service.Operation`: the caller's and the functions'. */
  readonly calls: Readonly<Record<string, number>>;
  /** Of Standard executions: the start, each state that is entered, and each further attempt of a task, which is what is paid. */
  readonly transitions: number;
  /** The same of an Express run, which is paid by its time: {@link expressSeconds}. */
  readonly expressTransitions: number;
  /** Billed seconds of an Express run on average, simulated, since the local cloud's times are not AWS's. */
  readonly expressSeconds: number;
  readonly invocations: number;
  readonly events: number;
  /** What a run logs at the level that its lane has by default: `ALL` in the Standard lane, `ERROR` in the Express lane. */
  readonly loggedBytes: number;
  /** What it logs at the level `ALL`. */
  readonly loggedBytesAtAll: number;
  readonly contentBytes: number;
}
