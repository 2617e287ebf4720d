// What a store consists of, as JSON: the tasks get it in their environment, callers find it in the stack's outputs.

import * as z from 'zod';
import { KEY_TYPES } from './keys.ts';

const keyAttribute = z.strictObject({ name: z.string().min(1), type: z.enum(KEY_TYPES) });
const resourceName = z.string().min(1);

/** Table, bucket and key layout: what the rules and the tasks need. */
export const storeSchema = z.strictObject({
  table: resourceName,
  bucket: resourceName,
  prefix: z.string().describe('What object keys begin with, without a slash at either end'),
  stagingPrefix: resourceName.describe('The same for uploads that a run is yet to copy'),
  key: z.strictObject({ partitionKey: keyAttribute, sortKey: keyAttribute.optional() }),
});
export type Store = z.infer<typeof storeSchema>;

/** A store as its callers see it: the construct's output `Store` holds this as JSON text. */
export const storeDescriptorSchema = storeSchema.extend({
  region: resourceName,
  stateMachines: z
    .strictObject({ create: resourceName, update: resourceName, delete: resourceName })
    .describe('ARNs'),
});
export type StoreDescriptor = z.infer<typeof storeDescriptorSchema>;

/** What CDK makes of the construct's output `Store`: its path, and a hash of it. */
const STORE_OUTPUT = /Store[0-9A-F]{8}$/;

/** The stores that a stack's outputs describe, with their outputs' names. */
export function storesIn(
  outputs: Readonly<Record<string, string>>,
): readonly { readonly output: string; readonly store: StoreDescriptor }[] {
  return Object.entries(outputs).flatMap(([output, value]) => {
    const store = STORE_OUTPUT.test(output) ? parseStore(value) : undefined;
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
  try {
    return storeDescriptorSchema.parse(JSON.parse(json));
  } catch {
    return undefined; // some other output that is named alike, or a text of the caller's
  }
}
