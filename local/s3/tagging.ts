// The operations on the tags of an object, and of a bucket.

import { receiveText } from './body.ts';
import { s3Error } from './errors.ts';
import { findObject } from './object-read.ts';
import { type Operation, requireBucket, type S3Context, type S3Request, xmlResponse } from './request.ts';
import type { Tag } from './stored-version.ts';
import { readTags, type Tagged, tagSet } from './tags.ts';
import { readVersion } from './versions.ts';
import { parseDocument } from './xml.ts';

export const getObjectTagging: Operation = async (s3, request) => {
  const { bucket, key } = request;
  requireBucket(s3, bucket);
  // Of a missing object the bucket is told, too: so it is recorded.
  const { tags, versionId } = findObject(s3, request, `${bucket}/${key}`);
  return xmlResponse('Tagging', tagSet(tags), readVersion(s3, bucket, versionId));
};

export const putObjectTagging: Operation = async (s3, request) => {
  findObject(s3, request);
  const tags = await receiveTags(s3, request, 'object');
  return { status: 200, headers: tagObject(s3, request, tags) };
};

export const deleteObjectTagging: Operation = async (s3, request) => {
  return { status: 204, headers: tagObject(s3, request, []) };
};

/** @returns the headers that tell the version */
function tagObject(s3: S3Context, request: S3Request, tags: readonly Tag[]): Record<string, string> {
  const { bucket, key } = request;
  const object = findObject(s3, request);
  s3.store.amend(bucket, key, { ...object, tags });
  return readVersion(s3, bucket, object.versionId);
}

export const getBucketTagging: Operation = async (s3, { bucket }) => {
  requireBucket(s3, bucket);
  const tags = s3.store.bucket(bucket)?.tags ?? [];
  if (tags.length === 0) {
    throw s3Error('NoSuchTagSet', { members: { BucketName: bucket } });
  }
  return xmlResponse('Tagging', tagSet(tags));
};

export const putBucketTagging: Operation = async (s3, request) => {
  requireBucket(s3, request.bucket);
  const tags = await receiveTags(s3, request, 'bucket');
  // The bucket may have been deleted while the document arrived.
  requireBucket(s3, request.bucket);
  s3.store.changeBucket(request.bucket, { tags });
  return { status: 204 };
};

export const deleteBucketTagging: Operation = async (s3, { bucket }) => {
  requireBucket(s3, bucket);
  s3.store.changeBucket(bucket, { tags: [] });
  return { status: 204 };
};

async function receiveTags(s3: S3Context, request: S3Request, tagged: Tagged): Promise<readonly Tag[]> {
  const document = parseDocument(await receiveText(s3.store, request), 'Tagging');
  const elements = document.children('TagSet').flatMap((set) => set.children('Tag'));
  return readTags(elements, tagged);
}
