// What a read takes and gives: an item together with the objects of its large attributes.

import type { Value } from './types.ts';

export interface GetOptions {
  /** Which large attributes to fetch. Default: all. */
  readonly attributes?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An item together with its objects, as they belong together. */
export interface LargeItem {
  readonly key: Readonly<Record<string, Value>>;
  /** Null for an item that no saga has written yet. */
  readonly version: number | null;
  /** Plain attributes, without the key, the pointers and `_saga`. */
  readonly attributes: Readonly<Record<string, Value>>;
  /** The large attributes that were fetched. */
  readonly large: Readonly<Record<string, LargeObject>>;
}

/** The content of a large attribute; it has the SHA-256 that its key names. */
export interface LargeObject {
  readonly uri: string;
  /** Bytes. */
  readonly size: number;
  /** Lower-case hexadecimal digits. */
  readonly sha256: string;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  readonly cacheControl: string | undefined;
  /** User metadata as it was given. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Update time that the write set, ISO 8601. */
  readonly updatedAt: string | undefined;
  bytes(): Promise<Uint8Array>;
  /** The content as UTF-8. @throws {TypeError} when it is none */
  text(): Promise<string>;
}
