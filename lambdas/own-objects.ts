// Whether a run's objects are still there: asked where a write was found not written long after it was made.

import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { failureOf } from './failures.ts';
import { s3 } from './s3.ts';

/** Of each key in turn. */
export function areThere(bucket: string, keys: readonly string[]): Promise<boolean[]> {
  return Promise.all(keys.map((key) => isThere(bucket, key)));
}

async function isThere(bucket: string, key: string): Promise<boolean> {
  try {
    await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    return true;
  } catch (error) {
    if (failureOf(error).status === 404) return false;
    throw error;
  }
}
