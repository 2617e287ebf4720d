// CompleteMultipartUpload: checks the list of parts, joins them, and puts the object in one step.

import { createHash } from 'node:crypto';
import { receiveText } from './body.ts';
import {
  CHECKSUM_ALGORITHMS,
  type Checksum,
  type ChecksumAlgorithm,
  checksumElement,
  checksumMembers,
  compositeChecksum,
  DEFAULT_ALGORITHM,
  declaredChecksum,
  fullObjectChecksum,
  verifyChecksum,
} from './checksums.ts';
import { checkWrite } from './conditions.ts';
import type { Content } from './content.ts';
import { s3Error } from './errors.ts';
import type { Upload, UploadedPart } from './multipart-uploads.ts';
import { ENCRYPTED } from './object-headers.ts';
import { replaceObject } from './object-write.ts';
import { parsePartNumber } from './ranges.ts';
import { currentSecond, type Operation, requireBucket, type S3Context, type S3Request } from './request.ts';
import type { StoredObject } from './store.ts';
import { type ParsedElement, parseDocument, renderDocument } from './xml.ts';

/** Completing a completed upload again with the same parts answers the same again. */
export const completeMultipartUpload: Operation = async (s3, request) => {
  const { bucket, key, query, headers } = request;
  const uploadId = query.get('uploadId') ?? '';
  requireBucket(s3, bucket);
  const text = await receiveText(s3.store, withoutObjectChecksum(request));
  const listed = parseDocument(text, 'CompleteMultipartUpload').children('Part').map(readPart);
  if (listed.length === 0) {
    throw s3Error('MalformedXML');
  }
  const fingerprint = JSON.stringify(listed.map(({ partNumber, etag }) => [partNumber, etag]));
  const earlier = s3.uploads.completion(bucket, key, uploadId);
  if (earlier?.request === fingerprint) {
    return answer(earlier.body);
  }

  const upload = s3.uploads.get(bucket, key, uploadId);
  const parts = selectParts(s3, upload, listed);
  const content = s3.store.join(parts.map((part) => part.content));
  requireSize(headers['x-amz-mp-object-size'], content.size);
  checkWrite(headers, s3.store.get(bucket, key));
  const checksum = await checksumOf(upload, parts, content);
  verifyObjectChecksum(request, checksum);

  const object = assemble(s3, upload, parts, content, checksum);
  // Another request may have completed or aborted the upload while the checksum was computed.
  s3.uploads.get(bucket, key, uploadId);
  replaceObject(s3, request, object);
  const body = renderDocument('CompleteMultipartUploadResult', {
    Location: `/${bucket}/${key}`,
    Bucket: bucket,
    Key: key,
    ETag: object.etag,
    ...checksumMembers(checksum),
  });
  s3.uploads.complete(upload, fingerprint, body);
  return answer(body);
};

interface ListedPart {
  readonly partNumber: number;
  readonly etag: string;
  readonly checksums: ReadonlyMap<ChecksumAlgorithm, string>;
}

function answer(body: string): Awaited<ReturnType<Operation>> {
  return { status: 200, headers: { 'content-type': 'application/xml', ...ENCRYPTED }, body };
}

/** Checksum headers speak of the object here, not of the list of parts in the body. */
function withoutObjectChecksum(request: S3Request): S3Request {
  const headers = Object.entries(request.headers).filter(
    ([name]) => !name.startsWith('x-amz-checksum-') && name !== 'x-amz-sdk-checksum-algorithm',
  );
  return { ...request, headers: Object.fromEntries(headers) };
}

function readPart(element: ParsedElement): ListedPart {
  const etag = element.text('ETag')?.replaceAll('"', '');
  const partNumber = element.text('PartNumber');
  if (etag === undefined || partNumber === undefined) {
    throw s3Error('MalformedXML');
  }
  const checksums = CHECKSUM_ALGORITHMS.flatMap((algorithm) => {
    const value = element.text(checksumElement(algorithm));
    return value === undefined ? [] : [[algorithm, value] as const];
  });
  return { partNumber: parsePartNumber(partNumber.trim()), etag, checksums: new Map(checksums) };
}

/** The uploaded parts that the list names. @throws {ServiceError} InvalidPartOrder, InvalidPart, EntityTooSmall */
function selectParts(
  { minPartBytes }: S3Context,
  upload: Upload,
  listed: readonly ListedPart[],
): UploadedPart[] {
  if (listed.some(({ partNumber }, index) => partNumber <= (listed[index - 1]?.partNumber ?? 0))) {
    throw s3Error('InvalidPartOrder');
  }
  const parts = listed.map((part) => selectPart(upload, part));
  const small = parts.slice(0, -1).find(({ content }) => content.size < minPartBytes);
  if (small) {
    throw s3Error('EntityTooSmall', {
      members: {
        ProposedSize: small.content.size,
        MinSizeAllowed: minPartBytes,
        PartNumber: small.partNumber,
        ETag: small.etag,
      },
    });
  }
  return parts;
}

function selectPart(upload: Upload, { partNumber, etag, checksums }: ListedPart): UploadedPart {
  const part = upload.parts.get(partNumber);
  const checksum = part?.checksum;
  const claimed = checksum && checksums.get(checksum.algorithm);
  if (!part || part.etag !== `"${etag}"` || (claimed !== undefined && claimed !== checksum?.value)) {
    throw s3Error('InvalidPart', { members: { UploadId: upload.id, PartNumber: partNumber, ETag: etag } });
  }
  if (upload.algorithm && upload.checksumType === 'COMPOSITE' && claimed === undefined) {
    throw s3Error('InvalidRequest', {
      message: `The upload was created using a ${upload.algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${partNumber} in the request.`,
    });
  }
  return part;
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

function verifyObjectChecksum({ headers }: S3Request, checksum: Checksum): void {
  const type = headers['x-amz-checksum-type'];
  if (type !== undefined && type !== checksum.type) {
    throw s3Error('InvalidRequest', {
      message: `The upload was created using the ${checksum.type} checksum mode. The complete request must use the same checksum mode.`,
    });
  }
  const { 'x-amz-sdk-checksum-algorithm': _, 'x-amz-trailer': __, ...objectHeaders } = headers;
  const declared = declaredChecksum(objectHeaders);
  if (declared?.value === undefined) {
    return;
  }
  if (declared.algorithm !== checksum.algorithm) {
    throw s3Error('InvalidRequest', {
      message: `Checksum Type mismatch occurred, expected checksum Type: ${checksum.algorithm.toLowerCase()}, actual checksum Type: ${declared.algorithm.toLowerCase()}`,
    });
  }
  const withCount = checksum.type === 'FULL_OBJECT' || declared.value.includes('-');
  verifyChecksum(
    checksum.algorithm,
    declared.value,
    withCount ? checksum.value : checksum.value.replace(/-\d+$/, ''),
  );
}

/** The entity tag of an object in parts is the MD5 of their MD5s, and their number. */
function assemble(
  s3: S3Context,
  upload: Upload,
  parts: readonly UploadedPart[],
  content: Content,
  checksum: Checksum,
): StoredObject {
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
