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
