// ListObjectVersions: of each key all versions, the newest first, delete markers among them.

import { invalidArgument } from './errors.ts';
import { describeEntry, listPage } from './object-lists.ts';
import { isoTime, type Operation, requireBucket, type S3Context, xmlResponse } from './request.ts';
import { compareKeys } from './sorted-keys.ts';
import { isMarker, type StoredVersion } from './stored-version.ts';
import type { XmlElement } from './xml.ts';

interface Entry {
  readonly key: string;
  readonly version: StoredVersion;
  readonly isLatest: boolean;
}

/** A bucket that never kept versions has of each object the one version `null`. */
export const listObjectVersions: Operation = async (s3, request) => {
  const { bucket, query } = request;
  const keyMarker = query.get('key-marker') ?? '';
  const idMarker = query.get('version-id-marker') ?? '';
  if (keyMarker === '' && idMarker !== '') {
    throw invalidArgument(
      'version-id-marker',
      idMarker,
      'A version-id marker cannot be specified without a key marker.',
    );
  }
  requireBucket(s3, bucket);
  const entries = entriesAfter(s3, bucket, keyMarker, idMarker, query.get('prefix') ?? '');
  const list = listPage(request, entries, ({ key }) => key, { after: keyMarker, skipsMarkedPrefix: true });
  const { truncated, entries: listed, last = '' } = list.page;
  const lastEntry = listed.at(-1);
  const owner = s3.identity.accountId;
  return xmlResponse('ListVersionsResult', {
    ...list.common,
    KeyMarker: list.encode(keyMarker),
    VersionIdMarker: idMarker,
    NextKeyMarker: truncated ? list.encode(last) : undefined,
    NextVersionIdMarker: truncated && lastEntry?.key === last ? lastEntry.version.versionId : undefined,
    Version: listed.flatMap(({ key, version, isLatest }) =>
      isMarker(version)
        ? []
        : [{ ...describeEntry(list.encode(key), version, owner), ...identity(version, isLatest) }],
    ),
    DeleteMarker: listed.flatMap(({ key, version, isLatest }) =>
      isMarker(version)
        ? [
            {
              Key: list.encode(key),
              LastModified: isoTime(version.lastModified),
              Owner: { ID: owner },
              ...identity(version, isLatest),
            },
          ]
        : [],
    ),
    CommonPrefixes: list.prefixes,
  });
};

/** After a version that was deleted since, all that are left of its key: none is passed over. */
function* entriesAfter(
  s3: S3Context,
  bucket: string,
  keyMarker: string,
  idMarker: string,
  prefix: string,
): Iterable<Entry> {
  const start = compareKeys(keyMarker, prefix) > 0 ? keyMarker : prefix;
  for (const key of s3.store.versionedKeysFrom(bucket, start)) {
    const versions = s3.store.versions(bucket, key);
    const isMarked = key === keyMarker && keyMarker !== '';
    if (isMarked && idMarker === '') continue;
    const passed = isMarked ? versions.findIndex(({ versionId }) => versionId === idMarker) + 1 : 0;
    for (const version of versions.slice(passed)) {
      yield { key, version, isLatest: version === versions[0] };
    }
  }
}

const identity = ({ versionId }: StoredVersion, isLatest: boolean): XmlElement => ({
  VersionId: versionId,
  IsLatest: isLatest,
});
