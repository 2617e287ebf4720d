// ListObjectsV2 and ListObjects.

import { s3Error } from './errors.ts';
import { nameEncoder, type Page, type PageRequest, takePage } from './listing.ts';
import {
  isoTime,
  type Operation,
  parseCount,
  requireBucket,
  type S3Context,
  type S3Request,
  xmlResponse,
} from './request.ts';
import { compareKeys } from './sorted-keys.ts';
import type { StoredObject } from './stored-version.ts';
import type { XmlElement } from './xml.ts';

const MAX_KEYS = 1000;
const TOKEN_MARK = 'k1:';

export const listObjectsV2: Operation = async (s3, request) => {
  const { query } = request;
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after');
  const after = token === null ? (startAfter ?? '') : decodeToken(token);
  const list = listKeys(s3, request, after);
  const fetchOwner = query.get('fetch-owner') === 'true';
  return xmlResponse('ListBucketResult', {
    ...list.common,
    KeyCount: list.page.entries.length + list.page.commonPrefixes.length,
    ContinuationToken: token ?? undefined,
    NextContinuationToken: list.page.truncated ? encodeToken(list.page.last ?? '') : undefined,
    // A token says where to go on: what is named beside it is not even repeated.
    StartAfter: startAfter === null || token !== null ? undefined : list.encode(startAfter),
    Contents: describe(s3, request, list, fetchOwner),
    CommonPrefixes: list.prefixes,
  });
};

export const listObjects: Operation = async (s3, request) => {
  const marker = request.query.get('marker') ?? '';
  const list = listKeys(s3, request, marker, true);
  const { truncated, last = '' } = list.page;
  return xmlResponse('ListBucketResult', {
    ...list.common,
    Marker: list.encode(marker),
    // S3 tells it only with a delimiter: without one it is the last key.
    NextMarker: truncated && request.query.get('delimiter') ? list.encode(last) : undefined,
    Contents: describe(s3, request, list, true),
    CommonPrefixes: list.prefixes,
  });
};

interface List<Entry> {
  readonly page: Page<Entry>;
  readonly encode: (name: string) => string;
  /** The members that all listings answer with. */
  readonly common: XmlElement;
  readonly prefixes: readonly XmlElement[];
}

function listKeys(s3: S3Context, request: S3Request, after: string, skipsMarkedPrefix = false): List<string> {
  const { bucket, query } = request;
  requireBucket(s3, bucket);
  const prefix = query.get('prefix') ?? '';
  return listPage(request, keysAfter(s3, bucket, after, prefix), (key) => key, { after, skipsMarkedPrefix });
}

/** The page of these entries that a request asks for, and what its answer says of the request. */
export function listPage<Entry>(
  { bucket, query }: S3Request,
  entries: Iterable<Entry>,
  keyOf: (entry: Entry) => string,
  { after, skipsMarkedPrefix }: Pick<PageRequest, 'after' | 'skipsMarkedPrefix'>,
): List<Entry> {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const encodingType = query.get('encoding-type');
  const encode = nameEncoder(encodingType);
  const limit = Math.min(parseCount('max-keys', query.get('max-keys'), MAX_KEYS), MAX_KEYS);
  const page = takePage(entries, keyOf, { prefix, delimiter, limit, after, skipsMarkedPrefix });
  return {
    page,
    encode,
    common: {
      Name: bucket,
      Prefix: encode(prefix),
      Delimiter: delimiter === '' ? undefined : encode(delimiter),
      MaxKeys: limit,
      EncodingType: encodingType ?? undefined,
      IsTruncated: page.truncated,
    },
    prefixes: page.commonPrefixes.map((common) => ({ Prefix: encode(common) })),
  };
}

function* keysAfter(s3: S3Context, bucket: string, after: string, prefix: string): Iterable<string> {
  const start = compareKeys(after, prefix) > 0 ? after : prefix;
  for (const key of s3.store.keysFrom(bucket, start)) {
    if (key !== after || after === '') {
      yield key;
    }
  }
}

function describe(
  s3: S3Context,
  { bucket }: S3Request,
  list: List<string>,
  withOwner: boolean,
): XmlElement[] {
  const owner = withOwner ? s3.identity.accountId : undefined;
  return list.page.entries.map((key) =>
    describeEntry(list.encode(key), s3.store.get(bucket, key) as StoredObject, owner),
  );
}

/** An object as listings show it. */
export function describeEntry(name: string, object: StoredObject, owner: string | undefined): XmlElement {
  return {
    Key: name,
    LastModified: isoTime(object.lastModified),
    ETag: object.etag,
    ChecksumAlgorithm: object.checksum.algorithm,
    ChecksumType: object.checksum.type,
    Size: object.content.size,
    Owner: owner === undefined ? undefined : { ID: owner },
    StorageClass: object.storageClass,
  };
}

function encodeToken(last: string): string {
  return Buffer.from(TOKEN_MARK + last).toString('base64url');
}

function decodeToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (!text.startsWith(TOKEN_MARK)) {
    throw s3Error('InvalidArgument', {
      message: 'The continuation token provided is incorrect',
      members: { ArgumentName: 'continuation-token' },
    });
  }
  return text.slice(TOKEN_MARK.length);
}
