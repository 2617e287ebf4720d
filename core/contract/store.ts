// What a store consists of, as JSON: the tasks get it in their environment, callers find it in the stack's outputs.

import * as z from 'zod';
import { KEY_TYPES } from '../keys/item-key.ts';
import type { KeyLayout } from '../keys/object-key.ts';
import { DEFAULT_OBJECT_KEY_TEMPLATE } from '../keys/template.ts';
import { layoutProblem } from './layout.ts';
import type { Store, StoreDescriptor } from './store-types.ts';

export type { Store, StoreDescriptor } from './store-types.ts';

const keyAttribute = z.strictObject({ name: z.string().min(1), type: z.enum(KEY_TYPES) });
const resourceName = z.string().min(1);

const storeFields = {
  table: resourceName,
  bucket: resourceName,
  prefix: z.string().describe('What object keys begin with, without a slash at either end'),
  stagingPrefix: resourceName.describe('The same for uploads that a run is yet to copy'),
  key: z.strictObject({ partitionKey: keyAttribute, sortKey: keyAttribute.optional() }),
  objectKeyTemplate: z
    .string()
    .optional()
    .describe(`How object keys are made; by default ${DEFAULT_OBJECT_KEY_TEMPLATE}`),
  formerObjectKeyTemplates: z
    .array(z.string())
    .optional()
    .describe('Templates that objects of the store were put under before; the default is always known'),
  legacy: z
    .strictObject({ bucket: resourceName.optional(), prefix: z.string() })
    .optional()
    .describe('Where objects are that pynamodb_mate put; by default in the same bucket'),
  inlineContent: z
    .boolean()
    .optional()
    .describe('Whether runs take content in their input, where their history keeps it; by default true'),
};

/** Table, bucket and key layout: what the rules and the tasks need. */
export const storeSchema = z.strictObject(storeFields).superRefine(checkLayout) satisfies z.ZodType<Store>;

const stateMachines = z
  .strictObject({ create: resourceName, update: resourceName, delete: resourceName })
  .describe('ARNs');

/** A store as its callers see it: the construct's output `Store` holds this as JSON text. */
export const storeDescriptorSchema = z
  .strictObject({
    ...storeFields,
    region: resourceName,
    stateMachines,
    express: z
      .strictObject({
        stateMachines,
        logGroup: resourceName.describe('Name of the log group to which its runs log'),
      })
      .optional()
      .describe('The Express lane, where the store has one'),
    /** Absent in what was deployed before there was a sweeper. */
    sweep: z
      .strictObject({
        stateMachine: resourceName.describe('ARN'),
        reportPrefix: resourceName.describe('What keys of reports begin with, without a slash at either end'),
      })
      .optional(),
  })
  .superRefine(checkLayout) satisfies z.ZodType<StoreDescriptor>;

/** JSON Schema (2020-12) of a store's description, as published for other languages. */
export function storeJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(storeDescriptorSchema);
}

function checkLayout(layout: KeyLayout & { readonly stagingPrefix: string }, context: z.RefinementCtx): void {
  const problem = layoutProblem(layout);
  if (problem === undefined) return;
  context.addIssue({ code: 'custom', path: [problem.field], message: problem.message });
}

/**
 * The path of the construct whose output this is, from what CDK makes of its output `Store`, or what the construct was told to
 * call its outputs; undefined for others.
 */
export function constructOf(output: string): string | undefined {
  return /^(.*)Store(?:[0-9A-F]{8})?$/.exec(output)?.[1];
}

/** The stores that a stack's outputs describe, with their outputs' names. */
export function storesIn(
  outputs: Readonly<Record<string, string>>,
): readonly { readonly output: string; readonly store: StoreDescriptor }[] {
  return Object.entries(outputs).flatMap(([output, value]) => {
    const store = constructOf(output) === undefined ? undefined : parseStore(value);
    return store === undefined ? [] : [{ output, store }];
  });
}

/**
 * The store that a stack's outputs describe; of several, the first.
 * @throws {Error} when there is none
 */
export function storeIn(outputs: Readonly<Record<string, string>>): StoreDescriptor {
  const [found] = storesIn(outputs);
  if (found === undefined) throw new Error('the stack has no store among its outputs');
  return found.store;
}

/** A store from its JSON text, or undefined if it is none. */
export function parseStore(json: string): StoreDescriptor | undefined {
  const result = readStore(json);
  return result instanceof z.ZodError ? undefined : result;
}

/** Why the JSON text describes no store, by field; undefined if it does. */
export function storeProblem(json: string): string | undefined {
  const result = readStore(json);
  if (!(result instanceof z.ZodError)) return undefined;
  return result.issues.map(({ path, message }) => [...path, message].join(': ')).join('; ');
}

function readStore(json: string): StoreDescriptor | z.ZodError {
  const { error, data } = storeText.safeParse(json);
  return error ?? data;
}

const storeText = z
  .string()
  .transform((json, context): unknown => {
    try {
      return JSON.parse(json);
    } catch {
      context.addIssue({ code: 'custom', message: 'not JSON' });
      return z.NEVER;
    }
  })
  .pipe(storeDescriptorSchema);
