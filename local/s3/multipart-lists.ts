// The lists of what is under way: ListParts of one upload, ListMultipartUploads of a bucket.

import { invalidArgument } from './errors.ts';
import { nameEncoder, type Page, takePage } from './listing.ts';
import { partChecksum, type Upload } from './multipart-uploads.ts';
import {
  isoTime,
  type Operation,
  parseCount,
  requireBucket,
  type S3Context,
  xmlResponse,
} from './request.ts';
import { compareKeys } from './sorted-keys.ts';
import type { XmlElement } from './xml.ts';

const MAX_LISTED = 1000;

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
    ...requesters(s3),
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
  // Alone it marks nothing.
  const idMarker = keyMarker === '' ? '' : (query.get('upload-id-marker') ?? '');
  const limit = Math.min(parseCount('max-uploads', query.get('max-uploads'), MAX_LISTED), MAX_LISTED);
  const uploads = uploadsAfter(s3.uploads.inBucket(bucket), keyMarker, idMarker);
  const page = takePage(uploads, (upload) => upload.key, {
    prefix,
    delimiter,
    limit,
    after: keyMarker,
    skipsMarkedPrefix: true,
  });
  const next = nextMarkers(page);
  return xmlResponse('ListMultipartUploadsResult', {
    Bucket: bucket,
    KeyMarker: encode(keyMarker),
    UploadIdMarker: idMarker,
    NextKeyMarker: encode(next.key),
    NextUploadIdMarker: next.id,
    Prefix: prefix === '' ? undefined : encode(prefix),
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    EncodingType: encodingType ?? undefined,
    MaxUploads: limit,
    IsTruncated: page.truncated,
    Upload: page.entries.map((upload) => ({
      Key: encode(upload.key),
      UploadId: upload.id,
      ...requesters(s3),
      StorageClass: upload.storageClass,
      Initiated: isoTime(upload.initiated),
      ChecksumAlgorithm: upload.algorithm,
      ChecksumType: upload.algorithm ? upload.checksumType : undefined,
    })),
    CommonPrefixes: page.commonPrefixes.map((common) => ({ Prefix: encode(common) })),
  });
};

/** Who began an upload, and whose its object will be: the account. */
function requesters({ identity }: S3Context): XmlElement {
  return {
    Initiator: { ID: identity.accountId, DisplayName: identity.accountId },
    Owner: { ID: identity.accountId },
  };
}

/** The last upload of a page, truncated or not. A page of common prefixes alone has no markers, though it be truncated: recorded. */
function nextMarkers({ entries, last }: Page<Upload>): { key: string; id: string } {
  const upload = entries.at(-1);
  if (!upload) return { key: '', id: '' };
  return last === upload.key ? { key: upload.key, id: upload.id } : { key: last ?? '', id: '' };
}

/**
 * Those after the marker's upload, or after all uploads of the marker's key when no upload is named, or one that has ended.
 * @throws {ServiceError} InvalidArgument when the upload is another key's
 */
function uploadsAfter(uploads: readonly Upload[], keyMarker: string, idMarker: string): readonly Upload[] {
  if (keyMarker === '') {
    return uploads;
  }
  const marked = uploads.findIndex(({ id }) => id === idMarker);
  if (marked >= 0 && uploads[marked]?.key !== keyMarker) {
    throw invalidArgument('upload-id-marker', idMarker, 'Invalid uploadId marker');
  }
  return marked >= 0
    ? uploads.slice(marked + 1)
    : uploads.filter(({ key }) => compareKeys(key, keyMarker) > 0);
}
