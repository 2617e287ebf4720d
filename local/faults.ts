// Faults: what can be made to go wrong with a call, and which calls it happens to.

import * as z from 'zod';
import { lambdaErrorStatus } from './lambda/errors.ts';
import type { Call, ServiceName } from './service.ts';

const faultSchema = z
  .strictObject({
    service: z.enum(['s3', 'dynamodb', 'lambda', 'states', 'ssm', 'events']),
    operation: z
      .string()
      .regex(/^[A-Z][A-Za-z0-9]*$/, 'expected the name of an operation, such as PutObject'),
    when: z.enum(['before', 'after', 'late']),
    error: z.string().regex(/^[A-Za-z][\w.:]*$/, 'expected the name of an error, such as InternalError'),
    status: z.int().min(400).max(599).optional(),
    times: z.union([z.literal('always'), z.int().min(1)], "expected 'always' or a number from 1").default(1),
    skip: z.int().min(0).default(0),
    match: z.string().min(1).optional(),
    message: z.string().optional(),
    lateSeconds: z.number().min(0).default(5),
  })
  .readonly();

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
export type FaultInput = z.input<typeof faultSchema>;

/** A fault in place, and how many calls it has happened to. */
export type Fault = z.output<typeof faultSchema> & { readonly fired: number };

export interface Faults {
  /** @throws {InvalidFault} naming the fields and values that are wrong */
  inject(fault: FaultInput): Fault;
  list(): readonly Fault[];
  /** Drops all faults. Calls that a `late` fault deferred still land. */
  clear(): void;
}

/** What the gate asks of {@link Faults}. */
export interface FaultSource {
  /** The fault that happens to this call, counted as fired. */
  take(service: ServiceName, call: Call): Fault | undefined;
}

/** The error name that stands for a connection that breaks. */
export const CONNECTION_RESET = 'ECONNRESET';

/** The error name that stands for a call that nobody ever answers. */
export const NO_ANSWER = 'NoAnswer';

/** A fault that cannot be: `message` names each field, what is expected and the value. */
export class InvalidFault extends Error {
  override readonly name = 'InvalidFault';
}

export function createFaults(): Faults & FaultSource {
  const active: { fault: Fault; passed: number }[] = [];
  return {
    inject(input) {
      const fault = { ...parse(input), fired: 0 };
      active.push({ fault, passed: 0 });
      return { ...fault };
    },
    list: () => active.map(({ fault }) => ({ ...fault })),
    clear: () => {
      active.length = 0;
    },
    take(service, call) {
      for (const entry of active) {
        const { fault } = entry;
        if (!concerns(fault, service, call) || fault.fired >= limitOf(fault)) continue;
        if (entry.passed < fault.skip) {
          entry.passed += 1;
          continue;
        }
        entry.fault = { ...fault, fired: fault.fired + 1 };
        return entry.fault;
      }
      return undefined;
    },
  };
}

/** The HTTP status that a fault's error comes with. */
export function faultStatus(fault: Fault): number {
  return fault.status ?? (fault.service === 'lambda' ? lambdaErrorStatus(fault.error) : 500);
}

function concerns(fault: Fault, service: ServiceName, call: Call): boolean {
  return (
    fault.service === service &&
    fault.operation === call.operation &&
    (fault.match === undefined || call.subject.includes(fault.match))
  );
}

function limitOf(fault: Fault): number {
  return fault.times === 'always' ? Number.POSITIVE_INFINITY : fault.times;
}

function parse(input: unknown): z.output<typeof faultSchema> {
  const parsed = faultSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new InvalidFault(parsed.error.issues.map((issue) => explain(issue, input)).join('; '));
}

function explain(issue: z.core.$ZodIssue, input: unknown): string {
  const field = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys
      .map((key) => `${key}: unknown field, got ${show((input as Record<string, unknown>)[key])}`)
      .join('; ');
  }
  const value = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)[key], input);
  return `${field === '' ? 'fault' : field}: ${issue.message}, got ${show(value)}`;
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
