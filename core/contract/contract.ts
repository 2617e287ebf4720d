// The contract: what an execution of each state machine takes. Any language can start one. Written with zod/mini: the task
// that plans loads it whenever a function starts (docs/adr/0003-tasks-are-bundled-at-build-time.md).

import * as z from 'zod/mini';
import { en } from 'zod/v4/locales';
import { invalidInput } from '../errors/errors.ts';
import { MAX_OBJECT_KEY_BYTES } from '../errors/limits.ts';
import { MAX_UPDATE_TIME, metadataProblem } from '../item/metadata.ts';
import type { Operation } from '../keys/run.ts';
import { BASE64 } from '../values/attributes.ts';
import { utf8Length } from '../values/encoding.ts';
import { once } from '../values/once.ts';
import { DEFAULT_CLEAN_UP, DEFAULTS } from './defaults.ts';

type Schemas = ReturnType<typeof makeSchemas>;

/** What callers write. */
export type CreateInput = z.input<Schemas['create']>;

/** The input of an execution that updates an item, before defaults are filled in. */
export type UpdateInput = z.input<Schemas['update']>;

/** The input of an execution that deletes an item, before defaults are filled in. */
export type DeleteInput = z.input<Schemas['delete']>;

/** What an input says of one large attribute: the content itself, or where it was staged. */
export type LargeAttributeInput = z.input<ReturnType<typeof largeAttributeSchema>>;

/** The same with defaults filled in, as the rules see it. */
export type ParsedInput<O extends Operation = Operation> = z.output<Schemas[O]>;

/** The schemas of the inputs. */
export const inputSchemas: () => Schemas = once(makeSchemas);

/**
 * The input, checked, with its defaults.
 * @throws {SagaError} InvalidInput that names the first wrong field and its value
 */
export function parseInput<O extends Operation>(operation: O, input: unknown): ParsedInput<O> {
  const prototype = prototypePath(input);
  if (prototype !== undefined) {
    throw invalidInput(fieldOf(prototype), valueAt(input, prototype), 'not a name that can be used');
  }
  const result = inputSchemas()[operation].safeParse(input, { error: en().localeError });
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
  return z.toJSONSchema(inputSchemas()[operation], { io: 'input' });
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

/** Half of a surrogate pair would be stored as another character. */
const MALFORMED = /\p{Surrogate}/u;
const CONTENT_FIELDS = ['text', 'base64', 'staged'] as const;

function makeSchemas() {
  const text = z
    .string()
    .check(z.refine((value) => !MALFORMED.test(value), 'holds half of a surrogate pair'));
  const attributeName = text.check(
    z.minLength(1),
    z.refine((name) => utf8Length(name) <= 255, 'attribute names have at most 255 bytes'),
  );
  const attributes = z.record(attributeName, z.unknown());
  const largeAttributes = z.record(attributeName, largeAttributeSchema(text));
  const key = z
    .record(attributeName, z.unknown())
    .check(z.describe("The item's key under the table's own key names; a binary key as base64"));
  const expectedVersion = z
    .int()
    .check(z.minimum(1), z.describe('Refuse unless the item is at this version'));
  const expression = z.strictObject({
    expression: z.string().check(z.trim(), z.minLength(1)),
    names: z.optional(z.record(z.string(), z.string())),
    values: z.optional(z.record(z.string(), z.unknown())),
  });
  const { updateAt, cleanUp, attributeFormat } = commonFields();
  return {
    create: z.strictObject({
      key,
      attributes: z._default(attributes, DEFAULTS.create.attributes),
      largeAttributes: z._default(largeAttributes, DEFAULTS.create.largeAttributes),
      overwrite: z
        ._default(z.boolean(), DEFAULTS.create.overwrite)
        .check(
          z.describe('Replace the item with this key, all of it, if there is one; otherwise it is refused'),
        ),
      expectedVersion: z
        .optional(expectedVersion)
        .check(z.describe('With `overwrite`: refuse unless there is an item at this version')),
      updateAt,
      cleanUp,
      attributeFormat,
    }),
    update: z.strictObject({
      key,
      set: z._default(attributes, DEFAULTS.update.set),
      remove: z._default(z.array(attributeName), [...DEFAULTS.update.remove]),
      add: z._default(attributes, DEFAULTS.update.add),
      updateExpression: z
        .optional(expression)
        .check(z.describe('A DynamoDB update expression, run in the same write')),
      condition: z.optional(expression).check(z.describe('A DynamoDB condition that the item must meet')),
      largeAttributes: z._default(largeAttributes, DEFAULTS.update.largeAttributes),
      expectedVersion: z.optional(expectedVersion),
      createIfMissing: z
        ._default(z.boolean(), DEFAULTS.update.createIfMissing)
        .check(
          z.describe(
            'Create the item if there is none, of what is set, added and put; otherwise that is refused',
          ),
        ),
      updateAt,
      cleanUp,
      attributeFormat,
    }),
    delete: z.strictObject({
      key,
      expectedVersion: z.optional(expectedVersion),
      mustExist: z
        ._default(z.boolean(), DEFAULTS.delete.mustExist)
        .check(z.describe('Refuse when there is no such item')),
      cleanUp,
      attributeFormat,
    }),
  } as const;
}

function commonFields() {
  return {
    updateAt: z
      .optional(
        z.iso.datetime({ offset: true }).check(z.maxLength(MAX_UPDATE_TIME.length, 'at most nanoseconds')),
      )
      .check(z.describe("Update time that the objects carry as metadata; by default the execution's start")),
    cleanUp: z
      .prefault(
        z.strictObject({
          whenFailed: z._default(z.boolean(), DEFAULT_CLEAN_UP.whenFailed),
          whenSucceeded: z._default(z.boolean(), DEFAULT_CLEAN_UP.whenSucceeded),
        }),
        {},
      )
      .check(
        z.describe(
          'Whether objects that are not needed any more are deleted by the run; a sweep deletes those that it leaves',
        ),
      ),
    attributeFormat: z
      ._default(z.enum(['json', 'dynamodb']), DEFAULTS.create.attributeFormat)
      .check(z.describe('How values are written: plain JSON, or typed as {"N": "1"}')),
  };
}

function largeAttributeSchema(text: z.ZodMiniString<string>) {
  const header = z
    .string()
    .check(
      z.minLength(1),
      z.maxLength(1024),
      z.regex(/^[\x20-\x7e]+$/, 'expected printable ASCII, as HTTP headers hold'),
    );
  return z
    .strictObject({
      text: z.optional(text).check(z.describe('The content as text; stored as UTF-8')),
      base64: z
        .optional(z.string().check(z.regex(BASE64, 'expected base64 with padding')))
        .check(z.describe('The content as base64')),
      staged: z
        .optional(stagedSchema(text))
        .check(z.describe('Content that was uploaded before, for what the execution input cannot hold')),
      contentType: z.optional(header),
      contentEncoding: z.optional(header),
      cacheControl: z.optional(header),
      metadata: z
        .optional(
          z.record(
            z
              .string()
              .check(z.regex(/^[a-z0-9][a-z0-9._-]*$/, 'expected lower-case letters, digits, and . _ -')),
            text,
          ),
        )
        .check(z.describe('User metadata of the object; values may be any text')),
    })
    .check(
      z.superRefine((value, context) => {
        const given = CONTENT_FIELDS.filter((field) => value[field] !== undefined);
        if (given.length !== 1) {
          context.addIssue({
            code: 'custom',
            message: `expected exactly one of text, base64 and staged, got ${given.join(' and ') || 'none'}`,
          });
        }
        const problem = metadataProblem(value.metadata ?? {});
        if (problem !== undefined) context.addIssue({ code: 'custom', path: ['metadata'], message: problem });
      }),
      z.meta({ oneOf: CONTENT_FIELDS.map((field) => ({ required: [field] })) }),
    );
}

function stagedSchema(text: z.ZodMiniString<string>) {
  return z.strictObject({
    key: text.check(
      z.minLength(1),
      z.refine((key) => utf8Length(key) <= MAX_OBJECT_KEY_BYTES, 'S3 has no keys over 1,024 bytes'),
      z.describe('Key of the uploaded object, below the staging prefix'),
    ),
    sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal digits')),
    size: z.int().check(z.minimum(0), z.describe('Bytes')),
  });
}
