// The client library, as `twinwrite`.

export { NumberValueImpl as NumberValue } from '@aws-sdk/util-dynamodb';
export type { StoreDescriptor } from '../core/store.ts';
export type { Batch, BatchOptions, BatchOutcome, BatchProgress } from './batch-types.ts';
export { type ClientOptions, LargeItemClient } from './client.ts';
export type { ParameterOptions, StackOptions } from './discovery.ts';
export type { AnyDocument, Document } from './document.ts';
export {
  Aborted,
  IdempotencyConflict,
  IntegrityError,
  ItemChanged,
  NotWritten,
  OutcomeUnknown,
  ReadContended,
  ReadFailed,
  type Reason,
  Rejected,
  RolledBack,
  StartFailed,
  StoreNotFound,
  Stuck,
  TwinwriteError,
  UploadFailed,
  WaitInterrupted,
} from './errors.ts';
export type { WaitOptions, WriteHandle } from './handle.ts';
export type {
  ByteRange,
  DownloadOptions,
  DownloadProgress,
  GetOptions,
  LargeItem,
  LargeObject,
  PresignOptions,
  RangeOptions,
} from './item.ts';
export type { PresignedUpload, PresignUploadOptions } from './presign-upload.ts';
export type {
  Attributes,
  ByteStream,
  Content,
  CreateInput,
  DeleteInput,
  Expression,
  Key,
  LargeAttribute,
  LargeAttributes,
  Progress,
  StagedContent,
  UpdateInput,
  Value,
  WaitChoice,
  WriteOptions,
  WriteResult,
} from './types.ts';
