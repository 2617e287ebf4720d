// Multipart uploads that are under way for keys of a run.

import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type MultipartUpload,
} from '@aws-sdk/client-s3';
import { failureOf } from './failures.ts';
import { s3 } from './s3.ts';

/** Those of exactly these keys, the oldest first. */
export async function uploadsOf(bucket: string, keys: readonly string[]): Promise<MultipartUpload[]> {
  if (keys.length === 0) return [];
  const wanted = new Set(keys);
  const found: MultipartUpload[] = [];
  let markers: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } = {};
  for (;;) {
    const page = await s3.send(
      new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: commonPrefix(keys), ...markers }),
    );
    found.push(...(page.Uploads ?? []).filter(({ Key }) => wanted.has(Key as string)));
    if (!page.IsTruncated) return found.toSorted(byAge);
    markers = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
  }
}

/** Ends them; one that has ended meanwhile is no error. */
export async function abortUploads(bucket: string, uploads: readonly MultipartUpload[]): Promise<void> {
  for (const { Key, UploadId } of uploads) {
    try {
      await s3.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }));
    } catch (error) {
      if (failureOf(error).code !== 'NoSuchUpload') throw error;
    }
  }
}

function byAge(one: MultipartUpload, other: MultipartUpload): number {
  const order = (one.Initiated?.getTime() ?? 0) - (other.Initiated?.getTime() ?? 0);
  return order !== 0 ? order : String(one.UploadId) < String(other.UploadId) ? -1 : 1;
}

function commonPrefix(keys: readonly string[]): string {
  const [first = '', ...others] = keys;
  let length = first.length;
  for (const key of others) {
    while (!key.startsWith(first.slice(0, length))) length -= 1;
  }
  return first.slice(0, length);
}
