// What S3 keeps: buckets, and of each key its versions, which are objects and delete markers.

import type { Checksum } from './checksums.ts';
import type { Content } from './content.ts';

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

/** The id of the version that a bucket has of a key when it does not keep versions. */
export const NULL_VERSION = 'null';

export interface StoredObject {
  readonly versionId: string;
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

/** What hides the versions before it: the key reads as deleted. */
export interface DeleteMarker {
  readonly versionId: string;
  readonly deleted: true;
  readonly lastModified: number;
}

export type StoredVersion = StoredObject | DeleteMarker;

export function isMarker(version: StoredVersion): version is DeleteMarker {
  return 'deleted' in version;
}

export interface Bucket {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly created: number;
  readonly tags?: readonly Tag[];
  /** Absent until it is set the first time: there are no versions then but `null`. */
  readonly versioning?: 'Enabled' | 'Suspended';
}
