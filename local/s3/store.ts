// Where buckets and objects live. The index is synchronous, so that a handler can check a condition and change
// an object in one step that no other request can interleave; contents are asynchronous, so that they may be files.

import { type Content, MemoryContent } from './content.ts';
import { Shelf } from './shelf.ts';
import { compareKeys } from './sorted-keys.ts';
import type { Bucket, StoredObject, StoredVersion } from './stored-version.ts';

/** The index of one local S3 and its contents. Bucket names given to it exist. */
export interface ObjectStore {
  addBucket(bucket: Bucket): void;
  bucket(name: string): Bucket | undefined;
  /** In the order of their names. */
  buckets(): readonly Bucket[];
  /** Replaces what is said of a bucket. */
  changeBucket(name: string, change: Pick<Bucket, 'tags' | 'versioning'>): void;
  removeBucket(name: string): void;

  /** The current version, unless it is a delete marker. */
  get(bucket: string, key: string): StoredObject | undefined;
  /** All versions of a key, the current one first. */
  versions(bucket: string, key: string): readonly StoredVersion[];
  /** Makes this the current version; the one of the same id goes. */
  put(bucket: string, key: string, version: StoredVersion): void;
  /** Puts an object in the place of the version of the same id, if that is there. */
  amend(bucket: string, key: string, object: StoredObject): void;
  /** Deletes a version for good. */
  delete(bucket: string, key: string, versionId: string): void;
  /** Keys that {@link ObjectStore.get} finds, from `start` on, including it, in the order of their UTF-8 bytes. */
  keysFrom(bucket: string, start: string): Iterable<string>;
  /** The same of all keys that have a version, be it a delete marker. */
  versionedKeysFrom(bucket: string, start: string): Iterable<string>;

  /** Takes in a content; one whose source fails leaves nothing behind. */
  receive(source: AsyncIterable<Uint8Array>): Promise<Content>;
  join(contents: readonly Content[]): Content;

  /** Keeps a content that is no object's yet, such as a part's, until it is released as often as it was held. */
  hold(content: Content): void;
  release(content: Content): void;
  /** Runs an operation: until it has ended, the contents that it met stay, whatever becomes of their objects. */
  during<T>(operation: () => Promise<T>): Promise<T>;
  /** Ends the use of the store; what is to outlive the process stays. */
  close(): void;
}

/** An {@link ObjectStore} that lives and dies with the process. */
export function createMemoryStore(): ObjectStore {
  const shelves = new Map<string, Shelf>();
  const shelf = (bucket: string): Shelf => {
    const found = shelves.get(bucket);
    if (!found) {
      throw new Error(`bucket ${bucket} does not exist`);
    }
    return found;
  };

  return {
    addBucket: (bucket) => {
      shelves.set(bucket.name, new Shelf(bucket));
    },
    bucket: (name) => shelves.get(name)?.bucket,
    buckets: () =>
      [...shelves.values()].map(({ bucket }) => bucket).sort((a, b) => compareKeys(a.name, b.name)),
    changeBucket: (name, change) => {
      const changed = shelf(name);
      changed.bucket = { ...changed.bucket, ...change };
    },
    removeBucket: (name) => {
      shelves.delete(name);
    },

    get: (bucket, key) => shelf(bucket).current(key),
    versions: (bucket, key) => shelf(bucket).versions(key),
    put: (bucket, key, version) => {
      const others = shelf(bucket)
        .versions(key)
        .filter(({ versionId }) => versionId !== version.versionId);
      shelf(bucket).replace(key, [version, ...others]);
    },
    amend: (bucket, key, object) => {
      const amended = shelf(bucket)
        .versions(key)
        .map((version) => (version.versionId === object.versionId ? object : version));
      shelf(bucket).replace(key, amended);
    },
    delete: (bucket, key, versionId) => {
      const others = shelf(bucket)
        .versions(key)
        .filter((version) => version.versionId !== versionId);
      shelf(bucket).replace(key, others);
    },
    keysFrom: (bucket, start) => shelf(bucket).keysFrom(start),
    versionedKeysFrom: (bucket, start) => shelf(bucket).versionedKeysFrom(start),

    receive: async (source) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of source) {
        chunks.push(chunk);
      }
      return new MemoryContent(chunks);
    },
    join: (contents) => new MemoryContent(contents.flatMap((content) => (content as MemoryContent).chunks())),

    // What nothing refers to is the garbage collector's.
    hold: () => undefined,
    release: () => undefined,
    during: (operation) => operation(),
    close: () => shelves.clear(),
  };
}
