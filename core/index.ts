// The saga's rules and the contract of its executions, as `twinwrite/contract`.

export type { AttributeFormat, AttributeValue, Item } from './attributes.ts';
export { causeSchemas, FAILURE_REASONS, type FailureReason, failureJsonSchema } from './causes.ts';
export {
  type CreateInput,
  causeSchema,
  createInputSchema,
  type DeleteInput,
  deleteInputSchema,
  inputJsonSchema,
  type LargeAttributeInput,
  type Output,
  outputJsonSchema,
  outputSchema,
  type UpdateInput,
  updateInputSchema,
} from './contract.ts';
export { type Cause, SagaError, type SagaErrorName } from './errors.ts';
export { readPointers, readSaga, type SagaMetadata } from './item.ts';
export {
  type KeyAttribute,
  type KeySchema,
  type KeyType,
  type ObjectKeyParts,
  objectKey,
  parseObjectKey,
} from './keys.ts';
export { formatRun, OPERATIONS, type Operation, parseRun, type Run } from './run.ts';
export { type Store, type StoreDescriptor, storeDescriptorSchema, storeJsonSchema } from './store.ts';
