// What a read takes and gives: an item together with the objects of its large attributes.

import type { AnyDocument, AttributesOf, Document, ForEachLarge, LargeNames } from '../document.ts';

/** What of an item to get, and how. */
export interface GetOptions<Name extends string = string> {
  /**
   * Which large attributes to get. Default: all; `[]`: none, and S3 is not asked. An item that has no large attribute
   * of a name is got without it: items of one store need not have the same attributes.
   */
  readonly attributes?: readonly Name[] | undefined;
  /**
   * Whose content is fetched at once, in parallel, into memory: `true` for all that are got, or names, which need not
   * stand in `attributes` too. Default: none; content is fetched when it is asked for.
   */
  readonly load?: boolean | readonly Name[] | undefined;
  /** Called while content is loaded, and waited for. What it throws, or rejects with, ends the call. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An item together with its objects, as they belong together. */
export interface LargeItem<Doc extends Document = AnyDocument, Name extends string = LargeNames<Doc>> {
  readonly key: Readonly<Doc['key']>;
  /** Null for an item that no saga has written yet. */
  readonly version: number | null;
  /** The run that created it, which never changes; null as `version` is. Both together never come again. */
  readonly createdBy: string | null;
  /** Plain attributes, without the key, the pointers and `_saga`. */
  readonly attributes: AttributesOf<Doc>;
  /** The large attributes that were got. */
  readonly large: ForEachLarge<Doc, Name, LargeObject>;
}

/**
 * The content of a large attribute. Its properties were read with the item; its content is fetched by each call of a
 * method, unless it was loaded with the item, and always is that of the item as it was got.
 *
 * All of the content is checked against the digest in the object's key (SHA-256; MD5 for objects in pynamodb_mate's
 * layout) while it comes in, and its last bytes are given out only once that is right. A connection that breaks is
 * taken up where it broke.
 *
 * Every method fails with:
 * - {@link ItemChanged} when an update or delete has replaced the object since: get the item again
 * - {@link IntegrityError} when the bytes are not those that were written, or the item points at nothing
 * - {@link ReadFailed} when S3 refuses, or the connection broke too often
 * - the signal's reason once it is aborted
 */
export interface LargeObject {
  /** The pointer that the item holds: `s3://bucket/key`. */
  readonly uri: string;
  /** Bytes. */
  readonly size: number;
  /** Lower-case hexadecimal digits; undefined for an object of another writer, whose key names none. */
  readonly sha256: string | undefined;
  readonly contentType: string | undefined;
  /** The methods give the bytes as they are stored, and decode nothing. */
  readonly contentEncoding: string | undefined;
  readonly cacheControl: string | undefined;
  /** User metadata as it was given. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Update time that the write set, ISO 8601. */
  readonly updatedAt: string | undefined;

  /**
   * The content as a stream in bounded memory: a slow reader slows the connection down. It is opened at the first
   * read, and `cancel()` closes it. For Node's streams: `Readable.fromWeb(object.stream())`.
   * @throws {Rejected} InvalidInput, at once, for a bad range
   */
  stream(options?: RangeOptions): ReadableStream<Uint8Array>;
  /** The content in memory, the caller's to keep. @throws {Rejected} InvalidInput for a bad range */
  bytes(options?: RangeOptions): Promise<Uint8Array>;
  /** The content as UTF-8. @throws {TypeError} when it is none */
  text(options?: DownloadOptions): Promise<string>;
  /**
   * Writes the content to a file. It comes into being whole: a failed or aborted download leaves what was at the path
   * as it was. (What is no regular file, such as a pipe, is written to directly.) Not available in browsers.
   * @throws {Error} of the system, with its `code`, when the file cannot be written
   */
  toFile(path: string, options?: DownloadOptions): Promise<void>;
  /**
   * A URL by which anybody can GET the object without credentials, until it expires, an update or delete replaces the
   * object, or the credentials that signed it expire. What it gives is not checked by anyone.
   * @throws {Rejected} InvalidInput
   */
  presignedUrl(options?: PresignOptions): Promise<string>;
}

/** How content is fetched. */
export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called while content comes in, and waited for. What it throws, or rejects with, ends the call. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

/** How content, or a part of it, is fetched. */
export interface RangeOptions extends DownloadOptions {
  /**
   * Only this part. The digest is one of the whole content, so a part cannot be checked against it: its bytes have
   * only the transport's own protection, and their number is checked. A range that is the whole is checked as usual.
   */
  readonly range?: ByteRange | undefined;
}

/**
 * Bytes from `start` up to, not including, `end`, counted from 0, as in `Blob.slice`. An `end` past the size means the
 * size; `start` may be the size itself, which gives no bytes, but not past it. Nothing counts from the end.
 */
export interface ByteRange {
  /** Default: 0. */
  readonly start?: number | undefined;
  /** Default: the size. */
  readonly end?: number | undefined;
}

/** `bytes` of a large attribute have come in, out of `total`. */
export interface DownloadProgress {
  readonly phase: 'downloading';
  readonly attribute: string;
  readonly bytes: number;
  readonly total: number;
}

/** What a URL for reading is like. */
export interface PresignOptions {
  /** Seconds from now, up to 7 days. Default: 15 minutes. */
  readonly expiresIn?: number | undefined;
  /** Makes a browser save the content under this name instead of showing it. */
  readonly fileName?: string | undefined;
  /** Content type to answer with. Default: the object's own. */
  readonly contentType?: string | undefined;
}
