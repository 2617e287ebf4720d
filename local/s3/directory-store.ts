// Buckets and objects in a folder: contents as files, and a log of every change of the index, which is in memory and
// read back from the log at the start. Keys are in the log alone: no key becomes a path.
// An object is there once its content is written wholly and the log says so; what is killed in between leaves a file
// that nothing refers to, which the next start removes.

import { join } from 'node:path';
import { appendRecords, attempt, readRecords, replaceRecords } from '../data/index.ts';
import { ContentFiles, type FileContent, type Piece } from './content-files.ts';
import { createMemoryStore, type ObjectStore } from './store.ts';
import {
  type Bucket,
  type DeleteMarker,
  isMarker,
  NULL_VERSION,
  type StoredObject,
  type StoredVersion,
  type Tag,
} from './stored-version.ts';

type Change =
  | { readonly kind: 'addBucket'; readonly bucket: Bucket }
  | { readonly kind: 'changeBucket'; readonly bucket: string; readonly change: BucketChange }
  /** Written by earlier releases. */
  | { readonly kind: 'tagBucket'; readonly bucket: string; readonly tags: readonly Tag[] }
  | { readonly kind: 'removeBucket'; readonly bucket: string }
  | {
      /** `amend`: in the place of the version of the same id. */
      readonly kind: 'put' | 'amend';
      readonly bucket: string;
      readonly key: string;
      readonly object: KeptObject;
      readonly pieces: readonly Piece[];
    }
  | { readonly kind: 'mark'; readonly bucket: string; readonly key: string; readonly marker: DeleteMarker }
  | { readonly kind: 'delete'; readonly bucket: string; readonly key: string; readonly versionId?: string };

type BucketChange = Parameters<ObjectStore['changeBucket']>[1];

/** Without its id it is the version `null`: earlier releases knew no other. */
type KeptObject = Omit<StoredObject, 'content' | 'versionId'> & { readonly versionId?: string };

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
  const contents = [...everyVersion(index)].flatMap(({ version }) => contentOf(version) ?? []);
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
    const former = 'key' in next ? formerVersion(index, next) : undefined;
    apply(index, files, next);
    if ('pieces' in next) {
      files.hold(files.content(next.pieces));
    }
    // Last: it may be the same content that was put again.
    const released = former && contentOf(former);
    if (released) {
      files.release(released);
    }
  };
  return {
    ...index,
    addBucket: (bucket) => change({ kind: 'addBucket', bucket }),
    changeBucket: (bucket, changed) => change({ kind: 'changeBucket', bucket, change: changed }),
    removeBucket: (bucket) => change({ kind: 'removeBucket', bucket }),
    put: (bucket, key, version) => change(putOf(bucket, key, version)),
    amend: (bucket, key, object) => {
      if (formerVersion(index, { bucket, key, versionId: object.versionId })) {
        change({ ...objectChange(bucket, key, object), kind: 'amend' });
      }
    },
    delete: (bucket, key, versionId) => {
      if (formerVersion(index, { bucket, key, versionId })) {
        change({ kind: 'delete', bucket, key, versionId });
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
    case 'changeBucket':
      index.changeBucket(change.bucket, change.change);
      break;
    case 'tagBucket':
      index.changeBucket(change.bucket, { tags: change.tags });
      break;
    case 'removeBucket':
      index.removeBucket(change.bucket);
      break;
    case 'put':
    case 'amend': {
      const { object, pieces } = change;
      const whole = {
        ...object,
        versionId: object.versionId ?? NULL_VERSION,
        content: files.content(pieces),
      };
      index[change.kind](change.bucket, change.key, whole);
      break;
    }
    case 'mark':
      index.put(change.bucket, change.key, change.marker);
      break;
    case 'delete':
      index.delete(change.bucket, change.key, change.versionId ?? NULL_VERSION);
      break;
  }
}

/** The version whose place a change takes. */
function formerVersion(
  index: ObjectStore,
  {
    bucket,
    key,
    ...change
  }: { bucket: string; key: string; versionId?: string; object?: KeptObject; marker?: DeleteMarker },
): StoredVersion | undefined {
  const id = change.versionId ?? change.object?.versionId ?? change.marker?.versionId ?? NULL_VERSION;
  return index.versions(bucket, key).find(({ versionId }) => versionId === id);
}

/** The shortest log that leads to the index. */
function* snapshot(index: ObjectStore): Iterable<Change> {
  for (const bucket of index.buckets()) {
    yield { kind: 'addBucket', bucket };
  }
  for (const { bucket, key, version } of everyVersion(index)) {
    yield putOf(bucket, key, version);
  }
}

/** Of each key the oldest first, as they were put. */
function* everyVersion(
  index: ObjectStore,
): Iterable<{ bucket: string; key: string; version: StoredVersion }> {
  for (const { name: bucket } of index.buckets()) {
    for (const key of index.versionedKeysFrom(bucket, '')) {
      for (const version of [...index.versions(bucket, key)].reverse()) {
        yield { bucket, key, version };
      }
    }
  }
}

function putOf(bucket: string, key: string, version: StoredVersion): Change {
  return isMarker(version)
    ? { kind: 'mark', bucket, key, marker: version }
    : objectChange(bucket, key, version);
}

function objectChange(bucket: string, key: string, { content, ...object }: StoredObject) {
  return { kind: 'put', bucket, key, object, pieces: (content as FileContent).pieces } as const;
}

function contentOf(version: StoredVersion): FileContent | undefined {
  return isMarker(version) ? undefined : (version.content as FileContent);
}
