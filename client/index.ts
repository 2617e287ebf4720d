// The client library, as `twinwrite`.

export { NumberValueImpl as NumberValue } from '@aws-sdk/util-dynamodb';
export type { StoreDescriptor } from '../core/contract/store-types.ts';
export type {
  Batch,
  BatchOptions,
  BatchOutcome,
  BatchProgress,
  VersionOnly,
  VersionResult,
} from './batch/batch-types.ts';
export { type ClientOptions, LargeItemClient } from './client.ts';
export type { AnyDocument, Document, KeyOf } from './document.ts';
export { StoreNotFound, TwinwriteError } from './errors/errors.ts';
export { IntegrityError, ItemChanged, KeysUnread, ReadContended, ReadFailed } from './errors/read-errors.ts';
export {
  Aborted,
  AnswerLost,
  IdempotencyConflict,
  NotWritten,
  OutcomeUnknown,
  type Reason,
  Rejected,
  RolledBack,
  StartFailed,
  Stuck,
  UploadFailed,
  WaitInterrupted,
} from './errors/write-errors.ts';
export type {
  CreateInput,
  DeleteInput,
  Expression,
  ExpressRun,
  Lane,
  LaneChoice,
  Outcome,
  OutcomeOptions,
  Progress,
  PutInput,
  UpdateInput,
  WaitChoice,
  WriteOptions,
  WriteResult,
} from './inputs.ts';
export type {
  GetManyOptions,
  IndexQueryOptions,
  IndexScanOptions,
  KeyResult,
  ManyOptions,
  Page,
  QueryOptions,
  Results,
  ScanOptions,
  SearchOptions,
  SortCondition,
} from './many/types.ts';
export type {
  ByteRange,
  DownloadOptions,
  DownloadProgress,
  GetOptions,
  LargeItem,
  LargeObject,
  PresignOptions,
  RangeOptions,
} from './read/item.ts';
export type { LazyItem, LazyObject } from './read/lazy.ts';
export type { ParameterOptions, StackOptions } from './store/discovery.ts';
export type {
  Attributes,
  ByteStream,
  Content,
  Key,
  LargeAttribute,
  LargeAttributes,
  StagedContent,
  Value,
} from './types.ts';
export type { PresignedUpload, PresignUploadOptions } from './upload/presign-upload.ts';
export type { WaitOptions, WriteHandle } from './write/handle.ts';
