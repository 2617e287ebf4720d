// Faults as they are asked for, and as they are.

/**
 * A fault as it is asked for.
 * - `service`, `operation`: the calls that it happens to, by AWS's names; `match`: only those whose subject contains
 *   this (`bucket/key`, the JSON body, or function name and payload).
 * - `when`: `before`: refused, not applied; `after`: applied, its answer dropped, reported as failed; `late`: reported as
 *   failed at once, applied `lateSeconds` (default 5, of the cloud's time) later.
 * - `error`: AWS's error code. `ECONNRESET` closes the connection without an answer; `NoAnswer` leaves it open without one,
 *   so that the caller waits until its own time-out. For Lambda a name that its API does
 *   not document (`Sandbox.Timedout`, `Runtime.ExitError`, a handler's own) is reported as the function's failure.
 * - `status`: HTTP status, default 500; for Lambda the documented one.
 * - `times`: how many calls it happens to, default 1; `skip`: how many matching calls pass before, default 0.
 */
export interface FaultInput {
  readonly service: 's3' | 'dynamodb' | 'lambda' | 'states' | 'ssm' | 'sqs' | 'events' | 'logs';
  readonly operation: string;
  readonly when: 'before' | 'after' | 'late';
  readonly error: string;
  readonly status?: number | undefined;
  readonly times?: number | 'always' | undefined;
  readonly skip?: number | undefined;
  readonly match?: string | undefined;
  readonly message?: string | undefined;
  readonly lateSeconds?: number | undefined;
}

/** A fault in place, and how many calls it has happened to. */
export interface Fault extends FaultInput {
  readonly times: number | 'always';
  readonly skip: number;
  readonly lateSeconds: number;
  readonly fired: number;
}

/** The faults of a running cloud. */
export interface Faults {
  /** @throws {InvalidFault} naming the fields and values that are wrong */
  inject(fault: FaultInput): Fault;
  list(): readonly Fault[];
  /** Drops all faults. Calls that a `late` fault deferred still land. */
  clear(): void;
}

/** A fault that cannot be: `message` names each field, what is expected and the value. */
export class InvalidFault extends Error {
  override readonly name = 'InvalidFault';
}
