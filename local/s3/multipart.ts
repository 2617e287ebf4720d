// Uploads in parts: CreateMultipartUpload, UploadPart, UploadPartCopy, AbortMultipartUpload.

import { createHash } from 'node:crypto';
import { receiveBody } from './body.ts';
import {
  type ChecksumAlgorithm,
  type ChecksumType,
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
import { partChecksum, type Upload, type UploadedPart } from './multipart-uploads.ts';
import { ENCRYPTED, keptHeaders, refuseUnsupported, storageClassOf } from './object-headers.ts';
import { parseCopyRange, parsePartNumber } from './ranges.ts';
import {
  currentSecond,
  isoTime,
  type Operation,
  requireBucket,
  type S3Context,
  type S3Request,
  xmlResponse,
} from './request.ts';
import { tagsOf } from './tags.ts';

export const createMultipartUpload: Operation = async (s3, request) => {
  const { bucket, key, headers } = request;
  requireBucket(s3, bucket);
  refuseUnsupported(headers);
  const algorithmName = headers['x-amz-checksum-algorithm'];
  const algorithm = algorithmName === undefined ? undefined : parseAlgorithm(algorithmName);
  const typeName = headers['x-amz-checksum-type'];
  if (typeName !== undefined && algorithm === undefined) {
    throw s3Error('InvalidRequest', {
      message: 'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
    });
  }
  const checksumType = chooseType(algorithm ?? DEFAULT_ALGORITHM, typeName);
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
  const part = {
    partNumber,
    content,
    etag: `"${md5}"`,
    lastModified: currentSecond(s3.clock),
    // An upload without an algorithm keeps none of its parts' checksums, though it checks and answers them.
    checksum: upload.algorithm ? checksum : undefined,
  };
  s3.uploads.addPart(upload, part);
  const answered = checked || upload.algorithm !== undefined;
  const header = answered ? { [checksumHeader(checksum.algorithm)]: checksum.value } : {};
  return { status: 200, headers: { etag: part.etag, ...ENCRYPTED, ...header } };
};

export const uploadPartCopy: Operation = async (s3, request) => {
  const { partNumber, upload } = findUpload(s3, request);
  const copied = findCopySource(s3, request);
  const source = copied.object.content;
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
    { ...ENCRYPTED, ...copied.headers },
  );
};

export const abortMultipartUpload: Operation = async (s3, request) => {
  requireBucket(s3, request.bucket);
  s3.uploads.abort(s3.uploads.get(request.bucket, request.key, request.query.get('uploadId') ?? ''));
  return { status: 204 };
};

/** CRC64NVME is over full objects only, SHA-1 and SHA-256 over parts only, the other two over either. */
function chooseType(algorithm: ChecksumAlgorithm, requested: string | undefined): ChecksumType {
  const only: ChecksumType | undefined =
    algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : algorithm.startsWith('SHA') ? 'COMPOSITE' : undefined;
  const type = requested === undefined ? (only ?? 'COMPOSITE') : parseType(requested);
  if (only && type !== only) {
    throw s3Error('InvalidRequest', {
      message: `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
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
