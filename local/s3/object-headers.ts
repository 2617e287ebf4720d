// The headers that an object keeps from its upload and answers with on reads.

import { invalidArgument, notImplemented, s3Error } from './errors.ts';
import type { S3Request } from './request.ts';
import type { StoredObject, Tag } from './store.ts';

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
const MAX_TAGS = 10;
const MAX_TAG_KEY = 128;
const MAX_TAG_VALUE = 256;

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
  let metadataBytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(METADATA_PREFIX) && value !== undefined) {
      kept[name] = encodeMetadata(value);
      metadataBytes += name.length - METADATA_PREFIX.length + Buffer.byteLength(value, 'latin1');
    }
  }
  if (metadataBytes > MAX_METADATA_BYTES) {
    throw s3Error('MetadataTooLarge', {
      members: { Size: metadataBytes, MaxSizeAllowed: MAX_METADATA_BYTES },
    });
  }
  return kept;
}

/**
 * Refuses what an upload may ask for and this implementation would not do.
 * @throws {ServiceError} InvalidRequest, AccessControlListNotSupported, NotImplemented
 */
export function refuseUnsupported(headers: Headers): void {
  for (const name of Object.keys(headers)) {
    if (name.startsWith('x-amz-object-lock-')) {
      throw s3Error('InvalidRequest', { message: 'Bucket is missing Object Lock Configuration' });
    }
    if (name.startsWith('x-amz-grant-')) {
      throw s3Error('AccessControlListNotSupported');
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

/** The tags of an `x-amz-tagging` header. @throws {ServiceError} InvalidTag, InvalidArgument */
export function tagsOf(headers: Headers): readonly Tag[] {
  const header = headers['x-amz-tagging'];
  if (header === undefined) {
    return [];
  }
  return checkTags([...new URLSearchParams(header)].map(([Key, Value]) => ({ Key, Value })));
}

/** @throws {ServiceError} InvalidTag, InvalidRequest */
export function checkTags(tags: readonly Tag[]): readonly Tag[] {
  if (tags.length > MAX_TAGS) {
    throw invalidArgument('Tagging', String(tags.length), `Object tags cannot be greater than ${MAX_TAGS}`);
  }
  if (new Set(tags.map((tag) => tag.Key)).size < tags.length) {
    throw s3Error('InvalidTag', { message: 'Cannot provide multiple Tags with the same key' });
  }
  for (const { Key, Value } of tags) {
    if (Key === '' || Key.length > MAX_TAG_KEY || Value.length > MAX_TAG_VALUE) {
      throw s3Error('InvalidTag', { members: { TagKey: Key, TagValue: Value } });
    }
  }
  return tags;
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

/**
 * Metadata beyond US-ASCII comes back as an RFC 2047 encoded word over the bytes read as Latin-1: "Working with
 * object metadata" in the User Guide shows it.
 */
function encodeMetadata(value: string): string {
  return /^[\t\x20-\x7e]*$/.test(value)
    ? value
    : `=?UTF-8?B?${Buffer.from(value, 'utf8').toString('base64')}?=`;
}
