// The list of parts that completes an upload: read, and matched with the parts that were uploaded.

import { CHECKSUM_ALGORITHMS, type ChecksumAlgorithm, checksumElement } from './checksums.ts';
import { s3Error } from './errors.ts';
import type { Upload, UploadedPart } from './multipart-uploads.ts';
import { parsePartNumber } from './ranges.ts';
import { type ParsedElement, parseDocument } from './xml.ts';

export interface ListedPart {
  readonly partNumber: number;
  /** Without quotes. */
  readonly etag: string;
  readonly checksums: ReadonlyMap<ChecksumAlgorithm, string>;
}

/** @throws {ServiceError} InvalidRequest for no document, MalformedXML for no part in it, InvalidArgument */
export function readListedParts(text: string): ListedPart[] {
  if (text === '') {
    throw s3Error('InvalidRequest', { message: 'You must specify at least one part' });
  }
  const listed = parseDocument(text, 'CompleteMultipartUpload').children('Part').map(readPart);
  if (listed.length === 0) {
    throw s3Error('MalformedXML');
  }
  return listed;
}

/**
 * The uploaded parts that the list names.
 * @throws {ServiceError} InvalidPartOrder, InvalidPart, BadDigest, InvalidRequest, EntityTooSmall
 */
export function selectParts(
  upload: Upload,
  listed: readonly ListedPart[],
  minPartBytes: number,
): UploadedPart[] {
  if (listed.some(({ partNumber }, index) => partNumber <= (listed[index - 1]?.partNumber ?? 0))) {
    throw s3Error('InvalidPartOrder', { members: { UploadId: upload.id } });
  }
  const parts = listed.map((part) => selectPart(upload, part));
  const small = parts.slice(0, -1).find(({ content }) => content.size < minPartBytes);
  if (small) {
    throw s3Error('EntityTooSmall', {
      members: {
        ProposedSize: small.content.size,
        MinSizeAllowed: minPartBytes,
        PartNumber: small.partNumber,
        ETag: small.etag.replaceAll('"', ''),
      },
    });
  }
  return parts;
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

function selectPart(upload: Upload, { partNumber, etag, checksums }: ListedPart): UploadedPart {
  const part = upload.parts.get(partNumber);
  const claimed = upload.algorithm && checksums.get(upload.algorithm);
  const differs = claimed !== undefined && claimed !== part?.checksum?.value;
  // Of an upload without an algorithm no part has a checksum, whatever was sent along with it.
  const unknown = upload.algorithm === undefined && checksums.size > 0;
  if (!part || part.etag !== `"${etag}"` || differs || unknown) {
    throw s3Error('InvalidPart', { members: { UploadId: upload.id, PartNumber: partNumber, ETag: etag } });
  }
  const [other] = [...checksums.keys()].filter((algorithm) => algorithm !== upload.algorithm);
  if (other !== undefined) {
    throw s3Error('BadDigest', {
      message: `The ${other.toLowerCase()} you specified for part ${partNumber} did not match what we received.`,
    });
  }
  if (upload.algorithm && upload.checksumType === 'COMPOSITE' && claimed === undefined) {
    throw s3Error('InvalidRequest', {
      message: `The upload was created using a ${upload.algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${partNumber} in the request.`,
    });
  }
  return part;
}
