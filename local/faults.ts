// Faults: what can be made to go wrong with a call, and which calls it happens to.

import * as z from 'zod';
import { type Fault, type FaultInput, type Faults, InvalidFault } from './fault-types.ts';
import { lambdaErrorStatus } from './lambda/errors.ts';
import type { Call, ServiceName } from './service.ts';

export { type Fault, type FaultInput, type Faults, InvalidFault };

const faultSchema = z
  .strictObject({
    service: z.enum(['s3', 'dynamodb', 'lambda', 'states', 'ssm', 'sqs', 'events', 'logs']),
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
  .readonly() satisfies z.ZodType<Omit<Fault, 'fired'>, FaultInput>;

/** What the gate asks of {@link Faults}. */
export interface FaultSource {
  /** The fault that happens to this call, counted as fired. */
  take(service: ServiceName, call: Call): Fault | undefined;
}

/** The error name that stands for a connection that breaks. */
export const CONNECTION_RESET = 'ECONNRESET';

/** The error name that stands for a call that nobody ever answers. */
export const NO_ANSWER = 'NoAnswer';

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
