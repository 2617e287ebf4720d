// Where buckets and objects live. The index is synchronous, so that a handler can check a condition and change
// an object in one step that no other request can interleave; contents are asynchronous, so that they may be files.

import type { Checksum } from './checksums.ts';
import { type Content, MemoryContent } from './content.ts';
import { compareKeys, SortedKeys } from './sorted-keys.ts';

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** A part as the finished object remembers it. */
export interface ObjectPart {
  readonly partNumber: number;
  readonly size: number;
  readonly checksum: Checksum | undefined;
}

export interface StoredObject {
  readonly content: Content;
  /** Quoted. */
  readonly etag: string;
  /** Milliseconds since the epoch, whole seconds: S3 keeps no finer time. */
  readonly lastModified: number;
  /** What a read answers beyond the above: content-type and its kin, `x-amz-meta-*`, redirect location. */
  readonly headers: Readonly<Record<string, string>>;
  readonly storageClass: string;
  readonly tags: readonly Tag[];
  readonly checksum: Checksum;
  /** Only of an object that was uploaded in parts. */
  readonly parts?: readonly ObjectPart[];
}

export interface Bucket {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly created: number;
  readonly tags?: readonly Tag[];
}

/** The index of one local S3 and its contents. Bucket names given to it exist. */
export interface ObjectStore {
  addBucket(bucket: Bucket): void;
  bucket(name: string): Bucket | undefined;
  /** In the order of their names. */
  buckets(): readonly Bucket[];
  /** Replaces all tags of a bucket. */
  tagBucket(name: string, tags: readonly Tag[]): void;
  removeBucket(name: string): void;

  get(bucket: string, key: string): StoredObject | undefined;
  put(bucket: string, key: string, object: StoredObject): void;
  delete(bucket: string, key: string): void;
  /** Keys from `start` on, including it, in the order of their UTF-8 bytes. */
  keysFrom(bucket: string, start: string): Iterable<string>;

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
      shelves.set(bucket.name, { bucket, objects: new Map(), keys: new SortedKeys() });
    },
    bucket: (name) => shelves.get(name)?.bucket,
    buckets: () =>
      [...shelves.values()].map(({ bucket }) => bucket).sort((a, b) => compareKeys(a.name, b.name)),
    tagBucket: (name, tags) => {
      const tagged = shelf(name);
      shelves.set(name, { ...tagged, bucket: { ...tagged.bucket, tags } });
    },
    removeBucket: (name) => {
      shelves.delete(name);
    },

    get: (bucket, key) => shelf(bucket).objects.get(key),
    put: (bucket, key, object) => {
      const { objects, keys } = shelf(bucket);
      objects.set(key, object);
      keys.add(key);
    },
    delete: (bucket, key) => {
      const { objects, keys } = shelf(bucket);
      if (objects.delete(key)) {
        keys.remove(key);
      }
    },
    keysFrom: (bucket, start) => shelf(bucket).keys.from(start),

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

interface Shelf {
  readonly bucket: Bucket;
  readonly objects: Map<string, StoredObject>;
  readonly keys: SortedKeys;
}
