// What an execution that ends in a Fail state tells: its error, and which details its cause carries for each reason.

import * as z from 'zod';
import { FAILURE_REASONS, type FailureReason, MACHINE_REASONS } from './reasons.ts';

export { FAILURE_REASONS, type FailureReason, MACHINE_REASONS };

/** The error of an execution whose outcome could not be proved. */
export const OUTCOME_UNKNOWN = 'OutcomeUnknown';

const message = z.string().describe('One sentence for a person');
const key = z.record(z.string(), z.unknown()).describe("The item's key, typed as DynamoDB's JSON");
const version = z.int().nullable().describe("The item's version; null if no saga has written it yet");
const attribute = z.string().describe('The large attribute');
const code = z.string().describe("The service's error code");
const value = z.unknown().optional().describe('What was found there, shortened when long');

function cause<Details extends z.ZodRawShape>(details: Details) {
  return z.looseObject({ message, ...details });
}

const ofAFailedTask = cause({
  detail: z.string().describe("The task's last error, as Step Functions has it; perhaps the start of it"),
});

/** The cause by reason. A stack of a later version may tell more. */
export const causeSchemas = {
  InvalidInput: cause({
    field: z.string().describe('Path of the input field that is at fault: `largeAttributes.page.base64`'),
    value,
  }),
  AlreadyExists: cause({ key, version }),
  NotFound: cause({ key }),
  VersionMismatch: cause({
    field: z.literal('expectedVersion'),
    value: z.int().describe('The version that was expected'),
    actual: version,
  }),
  Conflict: cause({ plans: z.int().describe('How often the run has planned') }),
  ContentMismatch: cause({ attribute, code: code.optional() }),
  StagedObjectMissing: cause({ attribute }),
  PutRefused: cause({ attribute, code }),
  ConditionFailed: cause({ field: z.literal('condition'), version }),
  WriteRefused: cause({ code, status: z.int().describe('HTTP status') }),
  NotWritten: cause({ id: z.string().describe('Of the Express run that was settled') }),
  PlanFailed: ofAFailedTask,
  PutFailed: ofAFailedTask,
  InputTooLarge: ofAFailedTask,
  [OUTCOME_UNKNOWN]: cause({
    plan: z.int().optional().describe('Number of the plan whose write is in doubt'),
    objectCount: z.int().describe("The run's objects, none of which was deleted"),
    objects: z.array(z.string()).describe('Keys of the first few of them'),
  }),
} as const satisfies Record<FailureReason | typeof OUTCOME_UNKNOWN, z.ZodObject>;

/** Found while nothing had been put yet, or not before an object was: by the second plan, a put, or the write. */
const KINDS: Readonly<Record<FailureReason, readonly ('Rejected' | 'RolledBack')[]>> = {
  InvalidInput: ['Rejected', 'RolledBack'],
  AlreadyExists: ['Rejected', 'RolledBack'],
  NotFound: ['Rejected', 'RolledBack'],
  VersionMismatch: ['Rejected', 'RolledBack'],
  Conflict: ['Rejected', 'RolledBack'],
  ContentMismatch: ['RolledBack'],
  StagedObjectMissing: ['RolledBack'],
  PutRefused: ['RolledBack'],
  ConditionFailed: ['RolledBack'],
  WriteRefused: ['Rejected', 'RolledBack'],
  NotWritten: ['Rejected', 'RolledBack'],
  PlanFailed: ['Rejected', 'RolledBack'],
  PutFailed: ['RolledBack'],
  InputTooLarge: ['Rejected', 'RolledBack'],
};

/** The errors of executions that end so, as `error` has them. */
export function errorsOf(reason: FailureReason): readonly string[] {
  return KINDS[reason].map((kind) => `${kind}.${reason}`);
}

/**
 * JSON Schema (2020-12) of what a failed execution tells: `error`, and `cause` parsed from its JSON text. An execution
 * that is stuck at a task, or was stopped, tells something else, and is redriven.
 */
export function failureJsonSchema(): Readonly<Record<string, unknown>> {
  const errors: readonly (readonly [string, readonly string[]])[] = [
    ...FAILURE_REASONS.map((reason) => [reason, errorsOf(reason)] as const),
    [OUTCOME_UNKNOWN, [OUTCOME_UNKNOWN]],
  ];
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    oneOf: errors.map(([reason, names]) => ({
      type: 'object',
      properties: { error: { enum: names }, cause: { $ref: `#/$defs/${reason}` } },
      required: ['error', 'cause'],
    })),
    $defs: Object.fromEntries(
      Object.entries(causeSchemas).map(([reason, schema]) => {
        const { $schema: _, ...definition } = z.toJSONSchema(schema);
        return [reason, definition];
      }),
    ),
  };
}
