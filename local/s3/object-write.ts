// PutObject, DeleteObject, DeleteObjects.

import { ServiceError } from '../service.ts';
import { receiveBody, receiveText } from './body.ts';
import type { ObjectChange } from './changes.ts';
import { checksumHeaders, declaredChecksum } from './checksums.ts';
import { checkCurrent, checkWrite } from './conditions.ts';
import { s3Error } from './errors.ts';
import { expirationHeader } from './expiry.ts';
import { ENCRYPTED, keptHeaders, refuseUnsupported, storageClassOf } from './object-headers.ts';
import {
  currentSecond,
  type Operation,
  requireBucket,
  type S3Context,
  type S3Request,
  xmlResponse,
} from './request.ts';
import { NULL_VERSION, type StoredObject } from './stored-version.ts';
import { tagsOf } from './tags.ts';
import {
  type Deletion,
  deleteCurrent,
  deleteVersion,
  hasVersionId,
  nextVersionId,
  noSuchVersion,
  requireVersionId,
  writtenVersion,
} from './versions.ts';
import { type ParsedElement, parseDocument, type XmlElement } from './xml.ts';

const MAX_DELETES = 1000;

export const putObject: Operation = async (s3, request) => {
  const { bucket, headers } = request;
  requireBucket(s3, bucket);
  refuseUnsupported(headers);
  const kept = keptHeaders(headers);
  const storageClass = storageClassOf(headers);
  const tags = tagsOf(headers);
  const { content, md5, checksum } = await receiveBody(s3.store, request);
  const etag = `"${md5}"`;
  const object = {
    content,
    etag,
    lastModified: currentSecond(s3.clock),
    headers: kept,
    storageClass,
    tags,
    checksum,
  };
  const written = replaceObject(s3, request, object, 'ObjectCreated:Put');
  return { status: 200, headers: { etag, ...ENCRYPTED, ...written, ...checksumHeaders(checksum) } };
};

export const deleteObject: Operation = async (s3, { bucket, key, query, headers }) => {
  requireBucket(s3, bucket);
  const versionId = query.get('versionId');
  requireVersionId(s3, bucket, versionId);
  for (const name of ['x-amz-if-match-size', 'x-amz-if-match-last-modified-time']) {
    if (headers[name] !== undefined) {
      throw s3Error('NotImplemented', { members: { Header: name } });
    }
  }
  if (headers['if-match'] !== undefined && versionId !== null) {
    throw s3Error('NotImplemented', { members: { Header: 'If-Match' } });
  }
  checkCurrent(headers['if-match'], key, s3.store.get(bucket, key));
  return { status: 204, headers: deletionHeaders(remove(s3, bucket, key, versionId)) };
};

export const deleteObjects: Operation = async (s3, request) => {
  requireBucket(s3, request.bucket);
  if (!declaredChecksum(request.headers) && request.headers['content-md5'] === undefined) {
    throw s3Error('InvalidRequest', {
      message: 'Missing required header for this request: Content-MD5 OR x-amz-checksum-*',
    });
  }
  const document = parseDocument(await receiveText(s3.store, request), 'Delete');
  const objects = document.children('Object');
  if (objects.length === 0 || objects.length > MAX_DELETES) {
    throw s3Error('MalformedXML');
  }
  const quiet = document.text('Quiet')?.trim() === 'true';
  const outcomes = objects.map((object) => deleteOne(s3, request, object));
  return xmlResponse('DeleteResult', {
    Deleted: quiet ? [] : outcomes.filter((outcome) => !('Code' in outcome)),
    Error: outcomes.filter((outcome) => 'Code' in outcome),
  });
};

/**
 * Makes `object` the current version, if the conditions of the request hold on the one before: one step.
 * @returns the headers that tell of the version, and when it will end
 * @throws {ServiceError} PreconditionFailed, NoSuchKey, NoSuchBucket, NotImplemented
 */
export function replaceObject(
  s3: S3Context,
  request: S3Request,
  object: Omit<StoredObject, 'versionId'>,
  event: ObjectChange['event'],
): Record<string, string> {
  const { bucket, key } = request;
  requireBucket(s3, bucket);
  checkWrite(request, s3.store.get(bucket, key));
  const versionId = nextVersionId(s3, bucket);
  const version = { ...object, versionId };
  s3.store.put(bucket, key, version);
  s3.uploads.disturb(bucket, key);
  const { content, etag } = object;
  s3.changed({
    event,
    bucket,
    key,
    size: content.size,
    etag: etag.slice(1, -1),
    versionId: toldVersion(versionId),
  });
  return { ...writtenVersion(versionId), ...expirationHeader(s3, bucket, key, version) };
}

function remove(s3: S3Context, bucket: string, key: string, versionId: string | null): Deletion {
  const wasThere = s3.store.versions(bucket, key).length > 0;
  const deletion =
    versionId === null
      ? deleteCurrent(s3, bucket, key, currentSecond(s3.clock))
      : deleteVersion(s3, bucket, key, versionId);
  const hides = versionId === null && deletion.marker;
  if (wasThere || hides) {
    const event = `ObjectRemoved:${hides ? 'DeleteMarkerCreated' : 'Delete'}` as const;
    s3.changed({ event, bucket, key, versionId: toldVersion(deletion.versionId) });
  }
  return deletion;
}

/** The version of a bucket that keeps versions. */
function toldVersion(versionId: string | undefined): string | undefined {
  return versionId === NULL_VERSION ? undefined : versionId;
}

function deletionHeaders({ versionId, marker }: Deletion): Record<string, string> {
  return {
    ...(marker ? { 'x-amz-delete-marker': 'true' } : {}),
    ...(versionId === undefined ? {} : { 'x-amz-version-id': versionId }),
  };
}

function deleteOne(s3: S3Context, { bucket, refusal }: S3Request, object: ParsedElement): XmlElement {
  const key = object.text('Key');
  if (!key) {
    throw s3Error('MalformedXML');
  }
  const versionId = object.text('VersionId') || null;
  const named = versionId === null ? {} : { VersionId: versionId };
  try {
    const action = versionId === null ? 's3:DeleteObject' : 's3:DeleteObjectVersion';
    const denied = refusal?.(action, `arn:aws:s3:::${bucket}/${key}`);
    if (denied) throw denied;
    // Here an id that was never given out is one that is not there: so it is recorded.
    if (versionId !== null && !hasVersionId(s3, bucket, versionId)) throw noSuchVersion(key, versionId);
    for (const name of ['LastModifiedTime', 'Size']) {
      if (object.text(name) !== undefined) {
        throw s3Error('NotImplemented', { message: `${name} is for directory buckets` });
      }
    }
    checkCurrent(object.text('ETag'), key, s3.store.get(bucket, key));
  } catch (error) {
    if (error instanceof ServiceError) {
      return { Key: key, ...named, Code: error.code, Message: error.message };
    }
    throw error;
  }
  const deletion = remove(s3, bucket, key, versionId);
  return {
    Key: key,
    ...(deletion.versionId === undefined ? {} : named),
    ...(deletion.marker ? { DeleteMarker: true, DeleteMarkerVersionId: deletion.versionId } : {}),
  };
}
