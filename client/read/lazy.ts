// What reads of many items give: items whose large attributes are known by their pointers, and fetched when asked for.

import type { AnyDocument, Document, ForEachLarge, LargeNames, Names, PlainOf } from '../document.ts';
import type { IntegrityError } from '../errors/read-errors.ts';
import type {
  DownloadOptions,
  GetOptions,
  LargeItem,
  LargeObject,
  PresignOptions,
  RangeOptions,
} from './item.ts';

/**
 * An item as a read of many shows it, in one version. Its large attributes are pointers: S3 was asked nothing about those
 * that were not loaded.
 *
 * `Of` says what was read: the `item` itself, or a `part` of it, such as an index or another program has, where any attribute
 * may be missing.
 */
export interface LazyItem<
  Doc extends Document = AnyDocument,
  Name extends Names<Doc> = Names<Doc>,
  Of extends 'item' | 'part' = 'item',
> {
  readonly key: Readonly<Doc['key']>;
  /**
   * Why the item's version and its large attributes are not known: another program has spoiled its `_saga`. Reading `version` or
   * `large`, and `get`, then throw it; all else in `attributes` is as it was found. Undefined for every other item.
   */
  readonly problem: IntegrityError | undefined;
  /** Null for an item that no saga has written yet; undefined where a part of an item does not say. */
  readonly version: number | null | (Of extends 'part' ? undefined : never);
  /** Plain attributes, those that were read, without the key, the pointers and `_saga`. */
  readonly attributes: Of extends 'part' ? Partial<PlainOf<Doc, Name>> : PlainOf<Doc, Name>;
  /** The large attributes, those that were read. */
  readonly large: Of extends 'part'
    ? Partial<ForEachLarge<Doc, Name, LazyObject>>
    : ForEachLarge<Doc, Name, LazyObject>;

  /** The whole item as it is now, by a consistent read of the table, as the client's `get` gives it. */
  get<Large extends LargeNames<Doc> = LargeNames<Doc>>(
    options?: GetOptions<Large>,
  ): Promise<LargeItem<Doc, Large> | undefined>;
}

/**
 * The content of a large attribute of which only the pointer was read. It is fetched by each call of a method, unless it was
 * loaded with the item, and always is that of the item as it was read: checked, and taken up where a connection breaks, as
 * with {@link LargeObject}. All of it costs one GET; `head`, and each range, a HEAD before. Where an index or
 * another program gave the item, a consistent read of it in the table comes first.
 *
 * Every method fails as those of {@link LargeObject} do. A range that is none is refused once it is read.
 */
export interface LazyObject {
  /** The pointer that the item holds: `s3://bucket/key`. */
  readonly uri: string;
  /** Lower-case hexadecimal digits; undefined for an object of another writer, whose key names none. */
  readonly sha256: string | undefined;
  /** What S3 knows of the object, such as its size and content type; its methods are those of an item that was got. */
  head(options?: { readonly signal?: AbortSignal | undefined }): Promise<LargeObject>;
  /** As {@link LargeObject.stream}. */
  stream(options?: RangeOptions): ReadableStream<Uint8Array>;
  /** As {@link LargeObject.bytes}. */
  bytes(options?: RangeOptions): Promise<Uint8Array>;
  /** As {@link LargeObject.text}. */
  text(options?: DownloadOptions): Promise<string>;
  /** As {@link LargeObject.toFile}. */
  toFile(path: string, options?: DownloadOptions): Promise<void>;
  /** As {@link LargeObject.presignedUrl}. */
  presignedUrl(options?: PresignOptions): Promise<string>;
}
