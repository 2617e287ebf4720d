// The contract: what an execution of each state machine takes and gives. Any language can start one.

import * as z from 'zod';
import { invalidInput } from '../errors/errors.ts';
import { MAX_OBJECT_KEY_BYTES } from '../errors/limits.ts';
import { MAX_UPDATE_TIME, metadataProblem } from '../item/metadata.ts';
import type { Operation } from '../keys/run.ts';
import { BASE64 } from '../values/attributes.ts';
import { utf8Length } from '../values/encoding.ts';

/** Text that UTF-8 can hold; half of a surrogate pair would be stored as another character. */
const text = z.string().refine((value) => !/\p{Surrogate}/u.test(value), 'holds half of a surrogate pair');
const attributeName = text
  .min(1)
  .refine((name) => utf8Length(name) <= 255, 'attribute names have at most 255 bytes');
const attributes = z.record(attributeName, z.unknown());
const placeholders = {
  names: z.record(z.string(), z.string()).optional(),
  values: z.record(z.string(), z.unknown()).optional(),
};
const expression = z.strictObject({ expression: z.string().trim().min(1), ...placeholders });

const headerText = z
  .string()
  .min(1)
  .max(1024)
  .regex(/^[\x20-\x7e]+$/, 'expected printable ASCII, as HTTP headers hold');

const CONTENT_FIELDS = ['text', 'base64', 'staged'] as const;

const largeAttribute = z
  .strictObject({
    text: text.optional().describe('The content as text; stored as UTF-8'),
    base64: z
      .string()
      .regex(BASE64, 'expected base64 with padding')
      .optional()
      .describe('The content as base64'),
    staged: z
      .strictObject({
        key: text
          .min(1)
          .refine((key) => utf8Length(key) <= MAX_OBJECT_KEY_BYTES, 'S3 has no keys over 1,024 bytes')
          .describe('Key of the uploaded object, below the staging prefix'),
        sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal digits'),
        size: z.int().min(0).describe('Bytes'),
      })
      .optional()
      .describe('Content that was uploaded before, for what the execution input cannot hold'),
    contentType: headerText.optional(),
    contentEncoding: headerText.optional(),
    cacheControl: headerText.optional(),
    metadata: z
      .record(
        z.string().regex(/^[a-z0-9][a-z0-9._-]*$/, 'expected lower-case letters, digits, and . _ -'),
        text,
      )
      .optional()
      .describe('User metadata of the object; values may be any text'),
  })
  .superRefine((value, context) => {
    const given = CONTENT_FIELDS.filter((field) => value[field] !== undefined);
    if (given.length !== 1) {
      context.addIssue({
        code: 'custom',
        message: `expected exactly one of text, base64 and staged, got ${given.join(' and ') || 'none'}`,
      });
    }
    const problem = metadataProblem(value.metadata ?? {});
    if (problem !== undefined) context.addIssue({ code: 'custom', path: ['metadata'], message: problem });
  })
  .meta({ oneOf: CONTENT_FIELDS.map((field) => ({ required: [field] })) });

const largeAttributes = z.record(attributeName, largeAttribute);
const key = z
  .record(attributeName, z.unknown())
  .describe("The item's key under the table's own key names; a binary key as base64");
const expectedVersion = z.int().min(1).describe('Refuse unless the item is at this version');

const common = {
  updateAt: z.iso
    .datetime({ offset: true })
    .max(MAX_UPDATE_TIME.length, 'at most nanoseconds')
    .optional()
    .describe("Update time that the objects carry as metadata; by default the execution's start"),
  cleanUp: z
    .strictObject({ whenFailed: z.boolean().default(true), whenSucceeded: z.boolean().default(true) })
    .prefault({})
    .describe(
      'Whether objects that are not needed any more are deleted by the run; a sweep deletes those that it leaves',
    ),
  attributeFormat: z
    .enum(['json', 'dynamodb'])
    .default('json')
    .describe('How values are written: plain JSON, or typed as {"N": "1"}'),
};

/** The input of an execution that creates an item, or with `overwrite` puts it in place of the one that is there. */
export const createInputSchema = z.strictObject({
  key,
  attributes: attributes.default({}),
  largeAttributes: largeAttributes.default({}),
  overwrite: z
    .boolean()
    .default(false)
    .describe('Replace the item with this key, all of it, if there is one; otherwise it is refused'),
  expectedVersion: expectedVersion
    .optional()
    .describe('With `overwrite`: refuse unless there is an item at this version'),
  ...common,
});

/** The input of an execution that updates an item. */
export const updateInputSchema = z.strictObject({
  key,
  set: attributes.default({}),
  remove: z.array(attributeName).default([]),
  add: attributes.default({}),
  updateExpression: expression.optional().describe('A DynamoDB update expression, run in the same write'),
  condition: expression.optional().describe('A DynamoDB condition that the item must meet'),
  largeAttributes: largeAttributes.default({}),
  expectedVersion: expectedVersion.optional(),
  createIfMissing: z
    .boolean()
    .default(false)
    .describe('Create the item if there is none, of what is set, added and put; otherwise that is refused'),
  ...common,
});

/** The input of an execution that deletes an item. */
export const deleteInputSchema = z.strictObject({
  key,
  expectedVersion: expectedVersion.optional(),
  mustExist: z.boolean().default(false).describe('Refuse when there is no such item'),
  cleanUp: common.cleanUp,
  attributeFormat: common.attributeFormat,
});

export const inputSchemas = {
  create: createInputSchema,
  update: updateInputSchema,
  delete: deleteInputSchema,
} as const;

/** What callers write. */
export type CreateInput = z.input<typeof createInputSchema>;

/** The input of an execution that updates an item, before defaults are filled in. */
export type UpdateInput = z.input<typeof updateInputSchema>;

/** The input of an execution that deletes an item, before defaults are filled in. */
export type DeleteInput = z.input<typeof deleteInputSchema>;

/** What an input says of one large attribute: the content itself, or where it was staged. */
export type LargeAttributeInput = z.input<typeof largeAttribute>;

/** The same with defaults filled in, as the rules see it. */
export type ParsedInput<O extends Operation = Operation> = z.output<(typeof inputSchemas)[O]>;

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

/**
 * The input, checked, with its defaults.
 * @throws {SagaError} InvalidInput that names the first wrong field and its value
 */
export function parseInput<O extends Operation>(operation: O, input: unknown): ParsedInput<O> {
  const prototype = prototypePath(input);
  if (prototype !== undefined) {
    throw invalidInput(fieldOf(prototype), valueAt(input, prototype), 'not a name that can be used');
  }
  const result = inputSchemas[operation].safeParse(input);
  if (result.success) return result.data as ParsedInput<O>;
  const [issue] = result.error.issues;
  if (issue === undefined) throw result.error;
  const unknownKey = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const path = unknownKey === undefined ? issue.path : [...issue.path, unknownKey];
  const problem = unknownKey === undefined ? issue.message : 'unknown field';
  throw invalidInput(fieldOf(path), valueAt(input, path), problem);
}

/** JSON Schema (2020-12) of one operation's input, as published for other languages. */
export function inputJsonSchema(operation: Operation): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(inputSchemas[operation], { io: 'input' });
}

/** The same of the output of a run that committed. */
export function outputJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(outputSchema);
}

/** Deeper than any value that DynamoDB holds, in steps of the input's path. */
const MAX_PATH_LENGTH = 100;

/** Where the input has a field `__proto__`: neither zod nor JSONata takes it for a field, both would lose it. */
function prototypePath(value: unknown, path: readonly string[] = []): readonly string[] | undefined {
  if (typeof value !== 'object' || value === null || path.length > MAX_PATH_LENGTH) return undefined;
  if (Object.hasOwn(value, '__proto__')) return [...path, '__proto__'];
  for (const [name, inner] of Object.entries(value)) {
    const found = prototypePath(inner, [...path, name]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A path as errors name it: an empty name shows as two quotes. */
function fieldOf(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'input' : path.map((step) => (step === '' ? '""' : String(step))).join('.');
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, step)
        ? (value as Record<PropertyKey, unknown>)[step]
        : undefined,
    input,
  );
}
