// The saga's rules and the contract of its executions, as `twinwrite/contract`.

export {
  type CreateInput,
  type DeleteInput,
  inputJsonSchema,
  type LargeAttributeInput,
  type UpdateInput,
} from './contract/contract.ts';
export { createInputSchema, deleteInputSchema, updateInputSchema } from './contract/input-schemas.ts';
export { causeSchema, type Output, outputJsonSchema, outputSchema } from './contract/output.ts';
export {
  type Store,
  type StoreDescriptor,
  storeDescriptorSchema,
  storeJsonSchema,
} from './contract/store.ts';
export { causeSchemas, FAILURE_REASONS, type FailureReason, failureJsonSchema } from './errors/causes.ts';
export { type Cause, SagaError, type SagaErrorName } from './errors/errors.ts';
export { readPointers, readSaga, type SagaMetadata } from './item/item.ts';
export type { KeyAttribute, KeySchema, KeyType } from './keys/item-key.ts';
export { type ObjectKeyParts, objectKey, parseObjectKey } from './keys/object-key.ts';
export { formatRun, OPERATIONS, type Operation, parseRun, type Run } from './keys/run.ts';
export type { AttributeFormat, AttributeValue, Item } from './values/attributes.ts';
