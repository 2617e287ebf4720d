// The versions in one bucket, by key, and their keys in order.

import { SortedKeys } from './sorted-keys.ts';
import { type Bucket, isMarker, type StoredObject, type StoredVersion } from './stored-version.ts';

const NONE: readonly StoredVersion[] = [];

export class Shelf {
  bucket: Bucket;
  /** The current version first. */
  readonly #versions = new Map<string, readonly StoredVersion[]>();
  readonly #keys = new SortedKeys();

  constructor(bucket: Bucket) {
    this.bucket = bucket;
  }

  versions(key: string): readonly StoredVersion[] {
    return this.#versions.get(key) ?? NONE;
  }

  current(key: string): StoredObject | undefined {
    const [current] = this.versions(key);
    return current && !isMarker(current) ? current : undefined;
  }

  replace(key: string, versions: readonly StoredVersion[]): void {
    if (versions.length > 0) {
      if (!this.#versions.has(key)) {
        this.#keys.add(key);
      }
      this.#versions.set(key, versions);
    } else if (this.#versions.delete(key)) {
      this.#keys.remove(key);
    }
  }

  *keysFrom(start: string): Iterable<string> {
    for (const key of this.#keys.from(start)) {
      if (this.current(key)) {
        yield key;
      }
    }
  }

  versionedKeysFrom(start: string): Iterable<string> {
    return this.#keys.from(start);
  }
}
