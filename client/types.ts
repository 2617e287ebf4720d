// What callers of the client give and get.

import type { NumberValueImpl as NumberValue } from '@aws-sdk/util-dynamodb';
import type {
  AddendsOf,
  AnyDocument,
  AttributesOf,
  ContentsOf,
  Document,
  Field,
  FormatOf,
  Optional,
  Some,
} from './document.ts';

/**
 * A value of a plain attribute. Numbers are read as `number` when a double holds them exactly, as `bigint` when they
 * are whole, and as the SDK's `NumberValue` (decimal text) otherwise; sets are read as `Set`. Written back they are
 * the same in DynamoDB. Optional properties must be left out, not `undefined`.
 */
export type Value =
  | string
  | number
  | bigint
  | NumberValue
  | boolean
  | null
  | Uint8Array
  | ReadonlySet<string>
  | ReadonlySet<number | bigint | NumberValue>
  | ReadonlySet<Uint8Array>
  | readonly Value[]
  | { readonly [name: string]: Value };

/** Plain attributes by name. With `attributeFormat: 'dynamodb'`, values as DynamoDB's JSON has them: `{ N: '1' }`. */
export type Attributes = Readonly<Record<string, Value>>;

/** The item's key under the table's own key names. A binary key as bytes, or as base64 text. */
export type Key = Readonly<Record<string, Value>>;

/** Content of a large attribute, of any size. Streams are read once, in bounded memory, and closed at the end. */
export type Content =
  | string
  | ArrayBuffer
  /** Uint8Array, Buffer, any other typed array, DataView: the bytes in it. */
  | ArrayBufferView
  | Blob
  | ByteStream
  /** A stream that has exactly so many bytes, which spares a very large one a detour. */
  | { readonly stream: ByteStream; readonly size: number }
  /** A file of this machine, by path; not available in browsers. */
  | { readonly file: string }
  /** What was uploaded before, through `presignUpload` or by other means; it is deleted once the write has succeeded. */
  | { readonly staged: StagedContent };

/** Node's Readable is an async iterable. */
export type ByteStream = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** An object below the staging prefix. */
export interface StagedContent {
  readonly key: string;
  /** Lower-case hexadecimal digits. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

/** Content with what S3 stores beside it. */
export interface LargeAttribute {
  readonly content: Content;
  /** Default: a Blob's own type, `text/plain; charset=utf-8` for a string, else `application/octet-stream`. */
  readonly contentType?: string | undefined;
  readonly contentEncoding?: string | undefined;
  readonly cacheControl?: string | undefined;
  /** User metadata: lower-case names, any text as value, 2 KB in all. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** Large attributes by name. */
export type LargeAttributes = Readonly<Record<string, LargeAttribute | Content>>;

interface CommonInput<Doc extends Document> {
  readonly key: Readonly<Doc['key']>;
  /** Whether objects that are not needed any more are deleted. Default: both true. */
  readonly cleanUp?:
    | { readonly whenFailed?: boolean | undefined; readonly whenSucceeded?: boolean | undefined }
    | undefined;
  /** How values are written: plain JavaScript values (default), or as DynamoDB's JSON. */
  readonly attributeFormat?: FormatOf<Doc> | undefined;
}

interface ContentInput<Doc extends Document> extends CommonInput<Doc> {
  /** Update time that the objects carry as metadata: a Date, or ISO 8601 with offset. Default: the run's start. */
  readonly updateAt?: Date | string | undefined;
}

/** What `create` takes: the key, and all of the item's attributes. */
export type CreateInput<Doc extends Document = AnyDocument> = ContentInput<Doc> &
  Field<'attributes', AttributesOf<Doc>> &
  Field<'largeAttributes', ContentsOf<Doc>>;

/** A DynamoDB expression with its placeholders. */
export interface Expression {
  readonly expression: string;
  readonly names?: Readonly<Record<string, string>> | undefined;
  readonly values?: Attributes | undefined;
}

/** What `update` takes: the key, and what changes; everything else of the item stays. */
export interface UpdateInput<Doc extends Document = AnyDocument> extends ContentInput<Doc> {
  /** Plain attributes and their new values. */
  readonly set?: Some<AttributesOf<Doc>> | undefined;
  /** Plain and large attributes to remove. */
  readonly remove?: readonly Optional<Doc>[] | undefined;
  /** Numbers to add to numbers, members to add to sets. */
  readonly add?: AddendsOf<Doc> | undefined;
  /** Large attributes and their new contents. */
  readonly largeAttributes?: Some<ContentsOf<Doc>> | undefined;
  /** A DynamoDB update expression, run in the same write. */
  readonly updateExpression?: Expression | undefined;
  /** A DynamoDB condition that the item must meet. */
  readonly condition?: Expression | undefined;
  /** Refuse unless the item is at this version. */
  readonly expectedVersion?: number | undefined;
}

/** What `delete` takes. */
export interface DeleteInput<Doc extends Document = AnyDocument> extends CommonInput<Doc> {
  /** Refuse unless the item is at this version. */
  readonly expectedVersion?: number | undefined;
  /** Refuse when there is no such item. Default: then the delete is done already. */
  readonly mustExist?: boolean | undefined;
}

/** How a write is made, beside what it writes. */
export interface WriteOptions {
  /**
   * Makes calling again safe: it becomes the execution's name, 1 to 80 characters of 0-9 A-Z a-z - _, which stands
   * for one write of one operation for 90 days. A further call with the same key and input waits for that write and
   * gives its outcome, be it a success or an error.
   */
  readonly idempotencyKey?: string | undefined;
  /** Before the start: stops everything. After it: stops the waiting only, see `WaitInterrupted`. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Called as content goes up, and once the run has started. What it throws ends the call; a run that has started goes on,
   * and `WaitInterrupted` names it.
   */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** `false`: the call ends once the run has started, and gives a `WriteHandle`. Default: true. */
export interface WaitChoice<Wait extends boolean = boolean> {
  readonly wait?: Wait | undefined;
}

/** How far a write is. */
export type Progress =
  /** `bytes` of a large attribute have been uploaded, out of `total` if that is known. */
  | {
      readonly phase: 'uploading';
      readonly attribute: string;
      readonly bytes: number;
      readonly total: number | undefined;
    }
  | { readonly phase: 'waiting'; readonly executionArn: string };

/** A write that took effect. */
export interface WriteResult {
  readonly key: Readonly<Record<string, Value>>;
  /** The item's version after the write; null once it is deleted. */
  readonly version: number | null;
  /** The run as object keys and `_saga.writtenBy` name it. */
  readonly run: string;
  readonly executionArn: string;
  /** Pointers that the write set: S3 URIs by attribute. */
  readonly largeAttributes: Readonly<Record<string, string>>;
  /** `deferred`: unneeded objects could not be deleted and are left for the sweeper. */
  readonly cleanup: 'done' | 'deferred';
}
