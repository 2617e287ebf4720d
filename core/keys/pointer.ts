// Pointers: the S3 URIs that items hold, and the objects that they name in a store's space.

import type { LegacyPlace } from './legacy.ts';

/** Where a store keeps its objects. Prefixes have no slash at either end; the staging prefix is not below `prefix`. */
export interface ObjectSpace {
  readonly bucket: string;
  readonly prefix: string;
  readonly stagingPrefix: string;
  /** Objects of another library that items point at: the store's own as soon as they are the item's. */
  readonly legacy?: LegacyPlace | undefined;
}

export interface ObjectPlace {
  readonly bucket: string;
  readonly key: string;
}

/** The value of a large attribute: the S3 URI of its object. */
export function formatPointer(bucket: string, key: string): string {
  return `s3://${bucket}/${key}`;
}

/**
 * The object that a pointer names if it is one of this store: its key, or the whole pointer if it lies in another
 * bucket, that of the legacy place. Undefined for any other pointer, and for text that is none.
 */
export function ownObjectKey(pointer: string, space: ObjectSpace): string | undefined {
  const { bucket, prefix, legacy } = space;
  const place = parsePointer(pointer);
  if (place === undefined) return undefined;
  const isLegacy =
    legacy !== undefined && place.bucket === (legacy.bucket ?? bucket) && isBelow(place.key, legacy.prefix);
  if (place.bucket !== bucket) return isLegacy ? pointer : undefined;
  const isOurs = isBelow(place.key, prefix) || isLegacy;
  // A key that looks like a pointer would be taken for one.
  const isSafe = !isStaged(place.key, space) && parsePointer(place.key) === undefined;
  return isOurs && isSafe ? place.key : undefined;
}

/** Where an object is, as {@link ownObjectKey} gives it. */
export function objectPlace(object: string, { bucket }: ObjectSpace): ObjectPlace {
  return parsePointer(object) ?? { bucket, key: object };
}

export function isStaged(key: string, space: ObjectSpace): boolean {
  return key.startsWith(`${space.stagingPrefix}/`);
}

function parsePointer(text: string): ObjectPlace | undefined {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(text) ?? [];
  return bucket === undefined || key === undefined ? undefined : { bucket, key };
}

/** Whether a key lies below a prefix; below the empty one lies every key. */
export function isBelow(key: string, prefix: string): boolean {
  return key.startsWith(prefix === '' ? '' : `${prefix}/`);
}
