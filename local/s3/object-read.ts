// GetObject, HeadObject and GetObjectAttributes.

import type { LocalResponse } from '../service.ts';
import { checksumElement, checksumHeaders, checksumMembers } from './checksums.ts';
import { evaluateRead } from './conditions.ts';
import { invalidArgument, s3Error } from './errors.ts';
import { expirationHeader } from './expiry.ts';
import { describeObject, requireReadable } from './object-headers.ts';
import { type ByteRange, parseRange, rangeOfPart } from './ranges.ts';
import {
  type Operation,
  parseCount,
  requireBucket,
  type S3Context,
  type S3Request,
  xmlResponse,
} from './request.ts';
import type { ObjectPart, StoredObject } from './stored-version.ts';
import { findVersion, readVersion } from './versions.ts';
import type { XmlElement } from './xml.ts';

const OVERRIDES = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
] as const;
const ATTRIBUTES = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'] as const;
const MAX_PARTS_LISTED = 1000;

export const getObject: Operation = async (s3, request) => {
  const object = findObject(s3, request);
  const head = answerHead(s3, request, object);
  if (head.status === 304) {
    return head;
  }
  requireReadable(object);
  const { start, end } = head.range;
  return { status: head.status, headers: head.headers, body: object.content.slice(start, end).body() };
};

export const headObject: Operation = async (s3, request) => {
  const { status, headers } = answerHead(s3, request, findObject(s3, request));
  return { status, headers };
};

export const getObjectAttributes: Operation = async (s3, request) => {
  const object = findObject(s3, request);
  const wanted = (request.headers['x-amz-object-attributes'] ?? '').split(',').map((name) => name.trim());
  const stranger = wanted.find((name) => !ATTRIBUTES.some((known) => known === name));
  if (stranger !== undefined) {
    throw invalidArgument('x-amz-object-attributes', stranger, 'Invalid attribute name specified.');
  }
  const want = (name: (typeof ATTRIBUTES)[number]): boolean => wanted.includes(name);
  return xmlResponse(
    'GetObjectAttributesResponse',
    {
      ETag: want('ETag') ? object.etag.replaceAll('"', '') : undefined,
      Checksum: want('Checksum') ? describeChecksum(object.checksum) : undefined,
      ObjectParts:
        want('ObjectParts') && object.parts ? describeParts(request, object, object.parts) : undefined,
      StorageClass: want('StorageClass') ? object.storageClass : undefined,
      ObjectSize: want('ObjectSize') ? object.content.size : undefined,
    },
    {
      'last-modified': new Date(object.lastModified).toUTCString(),
      ...readVersion(s3, request.bucket, object.versionId),
    },
  );
};

/**
 * The object that a request is about.
 * @param named - how the error names a missing one
 * @throws {ServiceError} NoSuchBucket, NoSuchKey, NoSuchVersion, MethodNotAllowed; AccessDenied where a key is missing that the caller may not list
 */
export function findObject(s3: S3Context, request: S3Request, named = request.key): StoredObject {
  const { bucket, key, query } = request;
  requireBucket(s3, bucket);
  return findVersion(s3, request, { bucket, key, versionId: query.get('versionId'), named });
}

interface Head extends LocalResponse {
  readonly headers: Readonly<Record<string, string>>;
  readonly range: ByteRange;
}

/** Everything of the answer to a read but the body. */
function answerHead(s3: S3Context, request: S3Request, object: StoredObject): Head {
  const { bucket, key, query } = request;
  const version = readVersion(s3, bucket, object.versionId);
  const expiration = query.has('versionId') ? {} : expirationHeader(s3, bucket, key, object);
  const described = { ...describeObject(object), ...version, ...expiration };
  const size = object.content.size;
  const whole = { start: 0, end: size };
  if (evaluateRead(request.headers, object, s3.clock.now()) === 'not modified') {
    const { etag = '', 'last-modified': lastModified = '' } = described;
    return { status: 304, headers: { etag, 'last-modified': lastModified, ...version }, range: whole };
  }
  const partNumber = request.query.get('partNumber');
  const part = partNumber === null ? undefined : rangeOfPart(partNumber, object);
  const requested = requestedRange(request.headers.range, size, part);
  const range = requested ?? part ?? whole;
  const partial = requested ?? part;
  const headers: Record<string, string> = {
    ...described,
    ...overrides(request.query),
    'content-length': String(range.end - range.start),
  };
  if (partial && range.end > range.start) {
    headers['content-range'] = `bytes ${range.start}-${range.end - 1}/${size}`;
  }
  if (part && object.parts) {
    headers['x-amz-mp-parts-count'] = String(object.parts.length);
  }
  const isWhole = range.end - range.start === size;
  if (request.headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED' && (isWhole || part)) {
    Object.assign(headers, checksumHeaders(checksumOfRead(object, partNumber)));
  }
  return { status: partial ? 206 : 200, headers, range };
}

function requestedRange(
  header: string | undefined,
  size: number,
  part: ByteRange | undefined,
): ByteRange | undefined {
  if (header === undefined) {
    return undefined;
  }
  if (part) {
    throw s3Error('InvalidRequest', {
      message: 'Cannot specify both Range header and partNumber query parameter',
    });
  }
  return parseRange(header, size);
}

/** A part answers with its own checksum if the object's is composed of them, and else with the object's if it is all of it. */
function checksumOfRead(
  { checksum, parts }: StoredObject,
  partNumber: string | null,
): StoredObject['checksum'] | undefined {
  if (partNumber === null || !parts) return checksum;
  const own = parts[Number(partNumber) - 1]?.checksum;
  if (checksum.type === 'COMPOSITE') return own && { ...own, type: 'COMPOSITE' };
  return parts.length === 1 ? checksum : undefined;
}

/** Without the number of parts that a composite checksum ends in elsewhere. */
function describeChecksum(checksum: StoredObject['checksum']): XmlElement {
  return checksumMembers({ ...checksum, value: checksum.value.replace(/-\d+$/, '') });
}

function overrides(query: URLSearchParams): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of OVERRIDES) {
    const value = query.get(`response-${name}`);
    if (value !== null) {
      headers[name] = value;
    }
  }
  return headers;
}

/** The parts are listed only if the object's checksum is composed of theirs; their number is always told. */
function describeParts(
  request: S3Request,
  { checksum }: StoredObject,
  parts: readonly ObjectPart[],
): XmlElement {
  if (checksum.type !== 'COMPOSITE') {
    return { PartsCount: parts.length };
  }
  const marker = parseCount('part-number-marker', request.headers['x-amz-part-number-marker'], 0);
  const limit = Math.min(
    parseCount('max-parts', request.headers['x-amz-max-parts'], MAX_PARTS_LISTED),
    MAX_PARTS_LISTED,
  );
  const rest = parts.filter((part) => part.partNumber > marker);
  const page = rest.slice(0, limit);
  return {
    PartsCount: parts.length,
    PartNumberMarker: marker,
    NextPartNumberMarker: page.at(-1)?.partNumber ?? 0,
    MaxParts: limit,
    IsTruncated: rest.length > page.length,
    Part: page.map((part) => ({
      PartNumber: part.partNumber,
      Size: part.size,
      ...(part.checksum ? { [checksumElement(part.checksum.algorithm)]: part.checksum.value } : {}),
    })),
  };
}
