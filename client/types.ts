// What items consist of, as callers of the client have it: values, keys, contents.

import type { NumberValueImpl as NumberValue } from '@aws-sdk/util-dynamodb';

/**
 * A value of a plain attribute. A `number` stands for its very value if it is whole, else for the shortest decimal that
 * reads back as the same double (0.1 for 0.1). Numbers are read as `number` where one stands for them, as `bigint` when they
 * are whole, and as the SDK's `NumberValue` (decimal text) otherwise; sets are read as `Set`. Written back they are the
 * same in DynamoDB. Optional properties must be left out, not `undefined`.
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

/**
 * Content of a large attribute, of any size. Streams are read once, in bounded memory, and closed at the end.
 *
 * - One that was read from before, by a write or by anybody else, is refused; so is one stream for two attributes. An async
 *   iterable that starts anew each time may be given again. Of a generator nobody can tell what others have taken.
 * - A chunk may be in memory that the stream fills again once it is asked for more: chunks are copied. A web stream that
 *   reads ahead (`highWaterMark` over 0, the default) is asked before its last chunk is taken, so it needs fresh memory.
 * - Bytes given as they are must stay as they are until the call has ended; up to 256 KiB of them are copied.
 */
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
