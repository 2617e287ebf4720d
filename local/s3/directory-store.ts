// Buckets and objects in a folder: contents as files, and a log of every change of the index, which is in memory and
// read back from the log at the start. Keys are in the log alone: no key becomes a path.
// An object is there once its content is written wholly and the log says so; what is killed in between leaves a file
// that nothing refers to, which the next start removes.

import { join } from 'node:path';
import { appendRecords, attempt, readRecords, replaceRecords } from '../data/index.ts';
import { ContentFiles, type FileContent, type Piece } from './content-files.ts';
import { type Bucket, createMemoryStore, type ObjectStore, type StoredObject, type Tag } from './store.ts';

type Change =
  | { readonly kind: 'addBucket'; readonly bucket: Bucket }
  | { readonly kind: 'tagBucket'; readonly bucket: string; readonly tags: readonly Tag[] }
  | { readonly kind: 'removeBucket'; readonly bucket: string }
  | {
      readonly kind: 'put';
      readonly bucket: string;
      readonly key: string;
      readonly object: Omit<StoredObject, 'content'>;
      readonly pieces: readonly Piece[];
    }
  | { readonly kind: 'delete'; readonly bucket: string; readonly key: string };

/** A log is written anew at the start when more than this many of its records, and half of them, are outdated. */
const OUTDATED_RECORDS = 1000;

/**
 * Opens the store in an existing folder, which no other process uses.
 * @throws {DataError} when the log or a content is damaged
 */
export function openDirectoryStore(folder: string): ObjectStore {
  const log = join(folder, 'index.log');
  const files = new ContentFiles(join(folder, 'contents'));
  const index = createMemoryStore();
  let records = 0;
  for (const record of readRecords(log)) {
    apply(index, files, record as Change);
    records += 1;
  }
  const contents = [...everyObject(index)].map(({ object }) => contentOf(object));
  for (const content of contents) {
    files.hold(content);
  }
  files.reconcile(contents);
  const current = [...snapshot(index)];
  if (records - current.length > Math.max(OUTDATED_RECORDS, current.length)) {
    // Only shorter: the log as it is says the same.
    attempt(() => replaceRecords(log, current));
  }

  /** On disk first: what is in the index is answered to others. */
  const change = (next: Change): void => {
    appendRecords(log, [next]);
    const former = 'key' in next ? index.get(next.bucket, next.key) : undefined;
    apply(index, files, next);
    if (next.kind === 'put') {
      files.hold(files.content(next.pieces));
    }
    // Last: it may be the same content that was put again.
    if (former) {
      files.release(contentOf(former));
    }
  };
  return {
    ...index,
    addBucket: (bucket) => change({ kind: 'addBucket', bucket }),
    tagBucket: (bucket, tags) => change({ kind: 'tagBucket', bucket, tags }),
    removeBucket: (bucket) => change({ kind: 'removeBucket', bucket }),
    put: (bucket, key, object) => change(putOf(bucket, key, object)),
    delete: (bucket, key) => {
      if (index.get(bucket, key)) {
        change({ kind: 'delete', bucket, key });
      }
    },
    receive: (source) => files.receive(source),
    join: (contents) => files.content(contents.flatMap((content) => (content as FileContent).pieces)),
    hold: (content) => files.hold(content as FileContent),
    release: (content) => files.release(content as FileContent),
    during: (operation) => files.during(operation),
  };
}

function apply(index: ObjectStore, files: ContentFiles, change: Change): void {
  switch (change.kind) {
    case 'addBucket':
      index.addBucket(change.bucket);
      break;
    case 'tagBucket':
      index.tagBucket(change.bucket, change.tags);
      break;
    case 'removeBucket':
      index.removeBucket(change.bucket);
      break;
    case 'put':
      index.put(change.bucket, change.key, { ...change.object, content: files.content(change.pieces) });
      break;
    case 'delete':
      index.delete(change.bucket, change.key);
      break;
  }
}

/** The shortest log that leads to the index. */
function* snapshot(index: ObjectStore): Iterable<Change> {
  for (const bucket of index.buckets()) {
    yield { kind: 'addBucket', bucket };
  }
  for (const { bucket, key, object } of everyObject(index)) {
    yield putOf(bucket, key, object);
  }
}

function* everyObject(index: ObjectStore): Iterable<{ bucket: string; key: string; object: StoredObject }> {
  for (const { name: bucket } of index.buckets()) {
    for (const key of index.keysFrom(bucket, '')) {
      yield { bucket, key, object: index.get(bucket, key) as StoredObject };
    }
  }
}

function putOf(bucket: string, key: string, { content, ...object }: StoredObject): Change {
  return { kind: 'put', bucket, key, object, pieces: (content as FileContent).pieces };
}

function contentOf({ content }: StoredObject): FileContent {
  return content as FileContent;
}
