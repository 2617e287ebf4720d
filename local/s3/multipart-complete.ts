// CompleteMultipartUpload: checks the list of parts, joins them, and puts the object in one step.

import { createHash } from 'node:crypto';
import type { LocalResponse } from '../service.ts';
import { receiveText } from './body.ts';
import {
  type Checksum,
  checksumMembers,
  compositeChecksum,
  DEFAULT_ALGORITHM,
  declaredChecksum,
  fullObjectChecksum,
} from './checksums.ts';
import { checkUndisturbed, checkWrite } from './conditions.ts';
import type { Content } from './content.ts';
import { s3Error } from './errors.ts';
import { readListedParts, selectParts } from './listed-parts.ts';
import type { Completion, Upload, UploadedPart } from './multipart-uploads.ts';
import { ENCRYPTED } from './object-headers.ts';
import { replaceObject } from './object-write.ts';
import { currentSecond, type Operation, requireBucket, type S3Context, type S3Request } from './request.ts';
import type { StoredObject } from './stored-version.ts';
import { renderDocument } from './xml.ts';

/** Completing a completed upload again with the same parts answers the same again. */
export const completeMultipartUpload: Operation = async (s3, request) => {
  const { bucket, key, query, headers } = request;
  const uploadId = query.get('uploadId') ?? '';
  requireBucket(s3, bucket);
  const text = await receiveText(s3.store, withoutObjectChecksum(request));
  const earlier = s3.uploads.completion(bucket, key, uploadId);
  if (!earlier) s3.uploads.get(bucket, key, uploadId);
  const listed = readListedParts(text);
  const fingerprint = JSON.stringify(listed.map(({ partNumber, etag }) => [partNumber, etag]));
  if (earlier?.request === fingerprint) {
    return answer(earlier);
  }

  const upload = s3.uploads.get(bucket, key, uploadId);
  requireType(request, upload);
  const parts = selectParts(upload, listed, s3.minPartBytes);
  const content = s3.store.join(parts.map((part) => part.content));
  requireSize(headers['x-amz-mp-object-size'], content.size);
  checkWrite(request, s3.store.get(bucket, key));
  checkUndisturbed(request, s3.uploads.isDisturbed(upload));
  const checksum = await checksumOf(upload, parts, content);
  verifyObjectChecksum(request, upload, checksum);

  const object = assemble(s3, upload, parts, content, checksum);
  // Another request may have completed or aborted the upload while the checksum was computed.
  s3.uploads.get(bucket, key, uploadId);
  checkUndisturbed(request, s3.uploads.isDisturbed(upload));
  const written = replaceObject(s3, request, object, 'ObjectCreated:CompleteMultipartUpload');
  const body = renderDocument('CompleteMultipartUploadResult', {
    Location: locationOf(request),
    Bucket: bucket,
    Key: key,
    ETag: object.etag,
    ...checksumMembers(checksum),
  });
  s3.uploads.complete(upload, fingerprint, body, written);
  return answer({ body, headers: written });
};

function answer({ body, headers }: Pick<Completion, 'body' | 'headers'>): LocalResponse {
  return { status: 200, headers: { 'content-type': 'application/xml', ...ENCRYPTED, ...headers }, body };
}

/** Checksum headers speak of the object here, not of the list of parts in the body. */
function withoutObjectChecksum(request: S3Request): S3Request {
  const headers = Object.entries(request.headers).filter(
    ([name]) => !name.startsWith('x-amz-checksum-') && name !== 'x-amz-sdk-checksum-algorithm',
  );
  return { ...request, headers: Object.fromEntries(headers) };
}

/** The object's URL, at the host that was asked; a slash in the key is encoded there, too. */
function locationOf({ bucket, key, headers: { host = '' } }: S3Request): string {
  const isHosted = host.startsWith(`${bucket}.`);
  return `http://${host}/${isHosted ? '' : `${bucket}/`}${encodeURIComponent(key)}`;
}

function requireSize(header: string | undefined, size: number): void {
  if (header !== undefined && Number(header) !== size) {
    throw s3Error('InvalidRequest', {
      message: `The provided 'x-amz-mp-object-size' header value ${header} does not match what was computed: ${size}`,
    });
  }
}

async function checksumOf(
  upload: Upload,
  parts: readonly UploadedPart[],
  content: Content,
): Promise<Checksum> {
  const algorithm = upload.algorithm ?? DEFAULT_ALGORITHM;
  return upload.checksumType === 'COMPOSITE'
    ? compositeChecksum(
        algorithm,
        parts.map((part) => part.checksum?.value ?? ''),
      )
    : fullObjectChecksum(algorithm, content);
}

/** @throws {ServiceError} InvalidRequest when the request names another type than the upload's */
function requireType({ headers }: S3Request, upload: Upload): void {
  const type = headers['x-amz-checksum-type'];
  const created = upload.algorithm && upload.checksumType;
  if (type !== undefined && type !== created) {
    throw s3Error('InvalidRequest', {
      message: `The upload was created using the ${created ?? 'null'} checksum mode. The complete request must use the same checksum mode.`,
    });
  }
}

/** @throws {ServiceError} InvalidRequest, BadDigest */
function verifyObjectChecksum({ headers }: S3Request, upload: Upload, checksum: Checksum): void {
  const { 'x-amz-sdk-checksum-algorithm': _, 'x-amz-trailer': __, ...objectHeaders } = headers;
  const declared = declaredChecksum(objectHeaders);
  // Of an upload without an algorithm, what is declared by another than the default one is ignored. Recorded.
  const isIgnored = upload.algorithm === undefined && declared?.algorithm !== DEFAULT_ALGORITHM;
  if (declared?.value === undefined || isIgnored) {
    return;
  }
  if (declared.algorithm !== checksum.algorithm) {
    throw s3Error('InvalidRequest', {
      message: `Checksum Type mismatch occurred, expected checksum Type: ${checksum.algorithm.toLowerCase()}, actual checksum Type: ${declared.algorithm.toLowerCase()}`,
    });
  }
  // Without its type a value counts as a composite one, which that of a full object is not. Recorded.
  const isTyped = checksum.type === 'COMPOSITE' || headers['x-amz-checksum-type'] !== undefined;
  const withCount = checksum.type === 'FULL_OBJECT' || declared.value.includes('-');
  const computed = withCount ? checksum.value : checksum.value.replace(/-\d+$/, '');
  if (declared.value !== computed || (upload.algorithm !== undefined && !isTyped)) {
    throw s3Error('BadDigest', {
      message: `The ${checksum.algorithm.toLowerCase()} you specified did not match the calculated checksum.`,
    });
  }
}

/** The entity tag of an object in parts is the MD5 of their MD5s, and their number. */
function assemble(
  s3: S3Context,
  upload: Upload,
  parts: readonly UploadedPart[],
  content: Content,
  checksum: Checksum,
): Omit<StoredObject, 'versionId'> {
  const md5 = createHash('md5');
  for (const { etag } of parts) {
    md5.update(Buffer.from(etag.slice(1, -1), 'hex'));
  }
  const { headers, storageClass, tags } = upload;
  return {
    content,
    etag: `"${md5.digest('hex')}-${parts.length}"`,
    lastModified: currentSecond(s3.clock),
    headers,
    storageClass,
    tags,
    checksum,
    parts: parts.map((part, index) => ({
      partNumber: index + 1,
      size: part.content.size,
      checksum: part.checksum && { ...part.checksum, type: 'FULL_OBJECT' },
    })),
  };
}
