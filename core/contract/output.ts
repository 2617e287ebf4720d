// The contract: what an execution of a state machine gives.

import * as z from 'zod';

/** What a run that committed answers, as the execution's output. */
export const outputSchema = z.strictObject({
  operation: z.enum(['create', 'update', 'delete']),
  key: z.record(z.string(), z.unknown()).describe("The item's key, typed as DynamoDB's JSON"),
  version: z.int().nullable().describe("The item's version after the write; null once it is deleted"),
  run: z.string().describe('The run, as object keys and `_saga.writtenBy` name it'),
  largeAttributes: z.record(z.string(), z.string()).describe('Pointers that the write set: S3 URIs'),
  cleanup: z.enum(['done', 'deferred']).describe('deferred: unneeded objects are left for the sweeper'),
  letGo: z
    .array(z.string())
    .default([])
    .describe(
      'Pointers that the item had and whose objects stay, since their keys do not name this item alone: S3 URIs',
    ),
});

/** The output of an execution that succeeded. */
export type Output = z.infer<typeof outputSchema>;

/** What a failed run's `cause` holds as JSON text. */
export const causeSchema = z.looseObject({
  message: z.string(),
  field: z.string().optional(),
  value: z.unknown().optional(),
});

/** JSON Schema (2020-12) of the output of a run that committed, as published for other languages. */
export function outputJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(outputSchema);
}
