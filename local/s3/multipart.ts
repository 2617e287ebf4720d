// Uploads in parts: CreateMultipartUpload, UploadPart, UploadPartCopy, AbortMultipartUpload, and the two lists.

import { createHash } from 'node:crypto';
import { receiveBody } from './body.ts';
import {
  type ChecksumAlgorithm,
  type ChecksumType,
  checksumElement,
  checksumHeader,
  createDigest,
  DEFAULT_ALGORITHM,
  declaredChecksum,
  parseAlgorithm,
  parseType,
} from './checksums.ts';
import type { Content } from './content.ts';
import { findCopySource, requireCopyable } from './copy-source.ts';
import { s3Error } from './errors.ts';
import { nameEncoder, takePage } from './listing.ts';
import type { Upload, UploadedPart } from './multipart-uploads.ts';
import { ENCRYPTED, keptHeaders, refuseUnsupported, storageClassOf, tagsOf } from './object-headers.ts';
import { parseCopyRange, parsePartNumber } from './ranges.ts';
import {
  currentSecond,
  isoTime,
  type Operation,
  parseCount,
  requireBucket,
  type S3Context,
  type S3Request,
  xmlResponse,
} from './request.ts';
import { compareKeys } from './sorted-keys.ts';
import type { XmlElement } from './xml.ts';

const MAX_LISTED = 1000;

export const createMultipartUpload: Operation = async (s3, request) => {
  const { bucket, key, headers } = request;
  requireBucket(s3, bucket);
  refuseUnsupported(headers);
  const algorithmName = headers['x-amz-checksum-algorithm'];
  const algorithm = algorithmName === undefined ? undefined : parseAlgorithm(algorithmName);
  const checksumType = chooseType(algorithm ?? DEFAULT_ALGORITHM, headers['x-amz-checksum-type']);
  const upload = s3.uploads.create({
    bucket,
    key,
    initiated: currentSecond(s3.clock),
    headers: keptHeaders(headers),
    storageClass: storageClassOf(headers),
    tags: tagsOf(headers),
    algorithm,
    checksumType,
  });
  return xmlResponse(
    'InitiateMultipartUploadResult',
    { Bucket: bucket, Key: key, UploadId: upload.id },
    {
      ...ENCRYPTED,
      ...(algorithm ? { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': checksumType } : {}),
    },
  );
};

export const uploadPart: Operation = async (s3, request) => {
  const { partNumber, upload } = findUpload(s3, request);
  requireAlgorithm(upload, declaredChecksum(request.headers)?.algorithm);
  const { content, md5, checksum, checked } = await receiveBody(s3.store, request, upload.algorithm);
  const kept = checked || upload.algorithm ? checksum : undefined;
  const part = {
    partNumber,
    content,
    etag: `"${md5}"`,
    lastModified: currentSecond(s3.clock),
    checksum: kept,
  };
  s3.uploads.addPart(upload, part);
  const header = kept ? { [checksumHeader(kept.algorithm)]: kept.value } : {};
  return { status: 200, headers: { etag: part.etag, ...ENCRYPTED, ...header } };
};

export const uploadPartCopy: Operation = async (s3, request) => {
  const { partNumber, upload } = findUpload(s3, request);
  const source = findCopySource(s3, request).object.content;
  const rangeHeader = request.headers['x-amz-copy-source-range'];
  const range =
    rangeHeader === undefined ? { start: 0, end: source.size } : parseCopyRange(rangeHeader, source.size);
  requireCopyable(s3, range.end - range.start);
  const content = source.slice(range.start, range.end);
  const part = {
    partNumber,
    content,
    lastModified: currentSecond(s3.clock),
    ...(await describeContent(content, upload.algorithm)),
  };
  s3.uploads.addPart(upload, part);
  return xmlResponse(
    'CopyPartResult',
    { ETag: part.etag, LastModified: isoTime(part.lastModified), ...partChecksum(part) },
    ENCRYPTED,
  );
};

export const abortMultipartUpload: Operation = async (s3, request) => {
  requireBucket(s3, request.bucket);
  s3.uploads.abort(s3.uploads.get(request.bucket, request.key, request.query.get('uploadId') ?? ''));
  return { status: 204 };
};

export const listParts: Operation = async (s3, { bucket, key, query }) => {
  requireBucket(s3, bucket);
  const upload = s3.uploads.get(bucket, key, query.get('uploadId') ?? '');
  const marker = parseCount('part-number-marker', query.get('part-number-marker'), 0);
  const limit = Math.min(parseCount('max-parts', query.get('max-parts'), MAX_LISTED), MAX_LISTED);
  const rest = [...upload.parts.values()]
    .filter((part) => part.partNumber > marker)
    .sort((a, b) => a.partNumber - b.partNumber);
  const page = rest.slice(0, limit);
  return xmlResponse('ListPartsResult', {
    Bucket: bucket,
    Key: nameEncoder(query.get('encoding-type'))(key),
    UploadId: upload.id,
    Initiator: { ID: s3.identity.accountId },
    Owner: { ID: s3.identity.accountId },
    StorageClass: upload.storageClass,
    PartNumberMarker: marker,
    NextPartNumberMarker: page.at(-1)?.partNumber ?? 0,
    MaxParts: limit,
    IsTruncated: rest.length > page.length,
    ChecksumAlgorithm: upload.algorithm,
    ChecksumType: upload.algorithm ? upload.checksumType : undefined,
    Part: page.map((part) => ({
      PartNumber: part.partNumber,
      LastModified: isoTime(part.lastModified),
      ETag: part.etag,
      Size: part.content.size,
      ...partChecksum(part),
    })),
  });
};

export const listMultipartUploads: Operation = async (s3, { bucket, query }) => {
  requireBucket(s3, bucket);
  const encodingType = query.get('encoding-type');
  const encode = nameEncoder(encodingType);
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const keyMarker = query.get('key-marker') ?? '';
  const idMarker = query.get('upload-id-marker') ?? '';
  const limit = Math.min(parseCount('max-uploads', query.get('max-uploads'), MAX_LISTED), MAX_LISTED);
  const uploads = uploadsAfter(s3.uploads.inBucket(bucket), keyMarker, idMarker);
  const page = takePage(uploads, (upload) => upload.key, { prefix, delimiter, limit, after: keyMarker });
  return xmlResponse('ListMultipartUploadsResult', {
    Bucket: bucket,
    KeyMarker: encode(keyMarker),
    UploadIdMarker: idMarker,
    NextKeyMarker: page.truncated ? encode(page.last ?? '') : undefined,
    NextUploadIdMarker: page.truncated ? page.entries.at(-1)?.id : undefined,
    Prefix: encode(prefix),
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    EncodingType: encodingType ?? undefined,
    MaxUploads: limit,
    IsTruncated: page.truncated,
    Upload: page.entries.map((upload) => ({
      Key: encode(upload.key),
      UploadId: upload.id,
      Initiator: { ID: s3.identity.accountId },
      Owner: { ID: s3.identity.accountId },
      StorageClass: upload.storageClass,
      Initiated: isoTime(upload.initiated),
      ChecksumAlgorithm: upload.algorithm,
      ChecksumType: upload.algorithm ? upload.checksumType : undefined,
    })),
    CommonPrefixes: page.commonPrefixes.map((common) => ({ Prefix: encode(common) })),
  });
};

/** CRC64NVME is over full objects only, SHA-1 and SHA-256 over parts only, the other two over either. */
function chooseType(algorithm: ChecksumAlgorithm, requested: string | undefined): ChecksumType {
  const only: ChecksumType | undefined =
    algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : algorithm.startsWith('SHA') ? 'COMPOSITE' : undefined;
  const type = requested === undefined ? (only ?? 'COMPOSITE') : parseType(requested);
  if (only && type !== only) {
    throw s3Error('InvalidRequest', {
      message: `The ${type} checksum type cannot be used with the ${algorithm} checksum algorithm.`,
    });
  }
  return type;
}

function findUpload(
  s3: S3Context,
  { bucket, key, query }: S3Request,
): { partNumber: number; upload: Upload } {
  requireBucket(s3, bucket);
  const partNumber = parsePartNumber(query.get('partNumber') ?? '');
  return { partNumber, upload: s3.uploads.get(bucket, key, query.get('uploadId') ?? '') };
}

/**
 * A part's algorithm must be the upload's, and composite checksums need one from each part. An upload without an
 * algorithm takes any: SDKs send their default with parts, even when the upload was created without.
 */
function requireAlgorithm(upload: Upload, sent: ChecksumAlgorithm | undefined): void {
  const missing = sent === undefined && upload.checksumType === 'COMPOSITE';
  if (upload.algorithm && (missing || (sent !== undefined && sent !== upload.algorithm))) {
    throw s3Error('InvalidRequest', {
      message: `Checksum Type mismatch occurred, expected checksum Type: ${upload.algorithm.toLowerCase()}, actual checksum Type: ${sent?.toLowerCase() ?? 'null'}`,
    });
  }
}

async function describeContent(
  content: Content,
  algorithm: ChecksumAlgorithm | undefined,
): Promise<Pick<UploadedPart, 'etag' | 'checksum'>> {
  const md5 = createHash('md5');
  const digest = algorithm && createDigest(algorithm);
  for await (const chunk of content.chunks()) {
    md5.update(chunk);
    digest?.update(chunk);
  }
  return {
    etag: `"${md5.digest('hex')}"`,
    checksum: algorithm && digest ? { algorithm, value: digest.digest().toString('base64') } : undefined,
  };
}

function partChecksum({ checksum }: UploadedPart): XmlElement {
  return checksum ? { [checksumElement(checksum.algorithm)]: checksum.value } : {};
}

/** Those after the marker's upload, or after all uploads of the marker's key when no upload is named. */
function uploadsAfter(uploads: readonly Upload[], keyMarker: string, idMarker: string): readonly Upload[] {
  if (keyMarker === '') {
    return uploads;
  }
  const marked = uploads.findIndex(({ key, id }) => key === keyMarker && id === idMarker);
  return marked >= 0
    ? uploads.slice(marked + 1)
    : uploads.filter(({ key }) => compareKeys(key, keyMarker) > 0);
}
