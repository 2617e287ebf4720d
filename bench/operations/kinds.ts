// What is counted.

export const ATTRIBUTES = [0, 1, 2, 10] as const;
export const OPERATIONS = ['create', 'put', 'update', 'unchanged update', 'delete'] as const;
export type OperationName = (typeof OPERATIONS)[number];

/** Of each large attribute. */
export const CONTENT_BYTES = 10_000;

/** What one operation took, of a saga or of the plain algorithm (`plain`), which has no transitions, events and functions. */
export interface Counted {
  readonly operation: OperationName;
  readonly attributes: number;
  readonly lane: 'standard' | 'plain';
  /** Calls by `service.Operation`: the caller's and the functions'. */
  readonly calls: Readonly<Record<string, number>>;
  readonly transitions: number;
  readonly invocations: number;
  readonly events: number;
  readonly loggedBytes: number;
  readonly contentBytes: number;
}
