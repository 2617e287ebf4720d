// What S3 keeps of one object.

import { HeadObjectCommand, type HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import type { ObjectPlace } from '../../core/keys/pointer.ts';
import { patiently } from '../context.ts';
import type { Check } from './check.ts';

/** With its checksums; undefined when it is not there. */
export async function headOf(
  { s3, signal }: Check,
  { bucket, key }: ObjectPlace,
): Promise<HeadObjectCommandOutput | undefined> {
  const command = new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' });
  try {
    return await patiently(() => s3.send(command, { abortSignal: signal }), { signal });
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 404;
}
