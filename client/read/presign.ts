// URLs by which an object can be got without credentials.

import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { invalidInput } from '../../core/errors/errors.ts';
import type { PresignOptions } from './item.ts';
import type { ObjectPlace } from './object.ts';

export const DEFAULT_SECONDS = 15 * 60;
/** S3 API Reference, "Authenticating requests: using query parameters". */
const MAX_SECONDS = 7 * 24 * 60 * 60;

/** @throws {SagaError} InvalidInput */
export async function presignGet(
  { s3, bucket, key }: ObjectPlace,
  { expiresIn = DEFAULT_SECONDS, fileName, contentType }: PresignOptions,
): Promise<string> {
  checkExpiresIn(expiresIn);
  if (contentType !== undefined) checkHeader('contentType', contentType);
  const command = new GetObjectCommand({
    Bucket: bucket,
    Key: key,
    ...(fileName !== undefined && { ResponseContentDisposition: attachment(fileName) }),
    ...(contentType !== undefined && { ResponseContentType: contentType }),
  });
  const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner');
  return getSignedUrl(s3, command, { expiresIn, signingDate: serviceTime(s3) });
}

/**
 * Now by S3's clock as far as the client has learnt it from an answer: by a machine's own, when that is hours slow, a URL would
 * have expired before it is given.
 */
export function serviceTime({ config }: S3Client): Date {
  const { systemClockOffset = 0 } = config as { systemClockOffset?: number };
  return new Date(Date.now() + systemClockOffset);
}

/** @throws {SagaError} InvalidInput for what no header of HTTP holds */
export function checkHeader(field: string, value: string): void {
  if (!/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value)) {
    throw invalidInput(field, value, 'expected printable ASCII, as HTTP headers hold');
  }
}

/** @throws {SagaError} InvalidInput */
export function checkExpiresIn(expiresIn: number): void {
  if (!Number.isInteger(expiresIn) || expiresIn < 1 || expiresIn > MAX_SECONDS) {
    throw invalidInput('expiresIn', expiresIn, `expected whole seconds from 1 to ${MAX_SECONDS} (7 days)`);
  }
}

/** A Content-Disposition for any name, with a plain one beside it for what does not know RFC 6266's `filename*`. */
function attachment(fileName: string): string {
  if (fileName === '' || /\p{Surrogate}/u.test(fileName)) {
    throw invalidInput('fileName', fileName, 'expected a name that UTF-8 has bytes for');
  }
  const plain = fileName.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(fileName).replace(/['()*]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  });
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
