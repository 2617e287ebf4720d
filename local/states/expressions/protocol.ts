// What the evaluator and its sandbox, a worker thread, say to each other. Values are JSON texts: no object of the one side
// is ever in the other's hands.

export interface EvaluationRequest {
  readonly sources: readonly string[];
  /** JSON of an object: what `$name` stands for, by name. */
  readonly bindings: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Goes on to the next expression only after one that is false. */
  readonly whileFalse: boolean;
}

export interface Evaluated {
  /** JSON of a list, in the order of the sources; empty where there is a failure. */
  readonly values: string;
  readonly failure?: EvaluationFailure;
}

export interface EvaluationFailure {
  /** Of the expression that has no value; those after it were not evaluated. */
  readonly index: number;
  /** Completes the sentence that names expression and field. */
  readonly problem: string;
}

export interface SandboxSetup {
  /** One Int32: the index of the expression that is being evaluated. */
  readonly progress: SharedArrayBuffer;
}
