// The headers that an object keeps from its upload and answers with on reads.

import { refuseAcl } from './acl-headers.ts';
import { decodeWords, encodeWords } from './encoded-words.ts';
import { notImplemented, s3Error } from './errors.ts';
import type { S3Request } from './request.ts';
import type { StoredObject } from './stored-version.ts';

type Headers = S3Request['headers'];

const STANDARD = 'STANDARD';
const DEFAULT_CONTENT_TYPE = 'binary/octet-stream';
const METADATA_PREFIX = 'x-amz-meta-';
const MAX_METADATA_BYTES = 2048;
const KEPT = [
  'cache-control',
  'content-disposition',
  'content-language',
  'expires',
  'x-amz-website-redirect-location',
] as const;
const STORAGE_CLASSES = new Set([
  STANDARD,
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER',
  'DEEP_ARCHIVE',
  'GLACIER_IR',
]);
const ARCHIVED = new Set(['GLACIER', 'DEEP_ARCHIVE']);

/**
 * What an object keeps of the headers of its upload.
 * @throws {ServiceError} MetadataTooLarge when names and values of the user metadata pass 2 KB
 */
export function keptHeaders(headers: Headers): Record<string, string> {
  const kept: Record<string, string> = { 'content-type': headers['content-type'] || DEFAULT_CONTENT_TYPE };
  const encoding = storedEncoding(headers['content-encoding']);
  if (encoding !== '') {
    kept['content-encoding'] = encoding;
  }
  for (const name of KEPT) {
    const value = headers[name];
    if (value !== undefined) {
      kept[name] = value;
    }
  }
  const metadata = Object.entries(headers).filter(([name]) => name.startsWith(METADATA_PREFIX));
  const metadataBytes = metadata.reduce(
    (sum, [name, value = '']) => sum + name.length - METADATA_PREFIX.length + value.length,
    0,
  );
  if (metadataBytes > MAX_METADATA_BYTES) {
    throw s3Error('MetadataTooLarge', {
      members: { Size: metadataBytes, MaxSizeAllowed: MAX_METADATA_BYTES },
    });
  }
  for (const [name, value] of metadata) {
    if (value !== undefined) kept[name] = encodeWords(decodeWords(value));
  }
  return kept;
}

/**
 * Refuses what an upload may ask for and this implementation would not do.
 * @throws {ServiceError} InvalidRequest, AccessControlListNotSupported, NotImplemented
 */
export function refuseUnsupported(headers: Headers): void {
  refuseAcl(headers);
  for (const name of Object.keys(headers)) {
    if (name.startsWith('x-amz-object-lock-')) {
      throw s3Error('InvalidRequest', { message: 'Bucket is missing Object Lock Configuration' });
    }
    if (
      name.startsWith('x-amz-server-side-encryption-') ||
      name.startsWith('x-amz-copy-source-server-side-encryption-') ||
      name === 'x-amz-write-offset-bytes'
    ) {
      throw notImplemented(`Header ${name}`);
    }
  }
  const encryption = headers['x-amz-server-side-encryption'];
  if (encryption !== undefined && encryption !== 'AES256') {
    throw notImplemented(`Server-side encryption ${encryption}`);
  }
}

/** @throws {ServiceError} InvalidStorageClass */
export function storageClassOf(headers: Headers): string {
  const storageClass = headers['x-amz-storage-class'] ?? STANDARD;
  if (!STORAGE_CLASSES.has(storageClass)) {
    throw s3Error('InvalidStorageClass', { members: { StorageClassRequested: storageClass } });
  }
  return storageClass;
}

/** @throws {ServiceError} InvalidObjectState for an archived object, which would have to be restored first */
export function requireReadable(object: StoredObject): void {
  if (ARCHIVED.has(object.storageClass)) {
    throw s3Error('InvalidObjectState', { members: { StorageClass: object.storageClass } });
  }
}

/** The headers of a read: everything about the object except its checksum, length and range. */
export function describeObject(object: StoredObject): Record<string, string> {
  return {
    ...object.headers,
    ...ENCRYPTED,
    etag: object.etag,
    'last-modified': new Date(object.lastModified).toUTCString(),
    'accept-ranges': 'bytes',
    ...(object.storageClass === STANDARD ? {} : { 'x-amz-storage-class': object.storageClass }),
    ...(object.tags.length === 0 ? {} : { 'x-amz-tagging-count': String(object.tags.length) }),
  };
}

/** S3 encrypts every object, with keys of its own unless told otherwise, and says so. */
export const ENCRYPTED: Readonly<Record<string, string>> = { 'x-amz-server-side-encryption': 'AES256' };

/** `aws-chunked` describes the transfer, not the object. */
function storedEncoding(header = ''): string {
  return header
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding.toLowerCase() !== 'aws-chunked')
    .join(',');
}
