// Deletes objects by the thousand, and tells which of them S3 has kept.

import { DeleteObjectsCommand, type S3Client } from '@aws-sdk/client-s3';
import { SagaError } from '../core/errors/errors.ts';

/** What one DeleteObjects takes (S3 API reference). */
const MAX_KEYS = 1000;

/**
 * @param codeOf - what is told of each key of a call that fails as a whole, though some of them may be gone; it may throw
 * @returns S3's code for each key that it has kept
 */
export async function deleteKeys(
  s3: S3Client,
  bucket: string,
  keys: readonly string[],
  codeOf: (error: unknown) => string,
): Promise<ReadonlyMap<string, string>> {
  const failures = new Map<string, string>();
  for (let at = 0; at < keys.length; at += MAX_KEYS) {
    const batch = keys.slice(at, at + MAX_KEYS);
    const Delete = { Objects: batch.map((Key) => ({ Key })), Quiet: true };
    try {
      const { Errors = [] } = await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete }));
      for (const { Key = '', Code = 'Unknown' } of Errors) failures.set(Key, Code);
    } catch (error) {
      const code = codeOf(error);
      for (const key of batch) failures.set(key, code);
    }
  }
  return failures;
}

/** @throws {SagaError} DeleteFailed when S3 has kept some; whatever a call that fails as a whole throws */
export async function deleteAll(s3: S3Client, bucket: string, keys: readonly string[]): Promise<void> {
  const failures = await deleteKeys(s3, bucket, keys, (error) => {
    throw error;
  });
  if (failures.size === 0) return;
  throw new SagaError('DeleteFailed', `${failures.size} of ${keys.length} objects could not be deleted`, {
    failed: [...failures].slice(0, 10).map(([key, code]) => ({ key, code })),
  });
}
