// A URL to which whoever has it, without any rights in AWS, can upload one content to the staging prefix, once.

import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { ulid } from 'ulid';
import type { StoreDescriptor } from '../../core/contract/store-types.ts';
import { invalidInput } from '../../core/errors/errors.ts';
import { MAX_SINGLE_PUT_BYTES } from '../../core/errors/limits.ts';
import { encodeSegment } from '../../core/keys/segments.ts';
import { fromHex, toBase64 } from '../../core/values/encoding.ts';
import { BYTES_TYPE } from '../content/content.ts';
import { checkExpiresIn, checkHeader, DEFAULT_SECONDS, serviceTime } from '../read/presign.ts';
import type { StagedContent } from '../types.ts';

/** What a presigned upload must be like. */
export interface PresignUploadOptions {
  /** The large attribute that it is for: part of the object's key, for whoever looks at the bucket. */
  readonly attribute?: string | undefined;
  /** What the upload must say that it is. Default: `application/octet-stream`. */
  readonly contentType?: string | undefined;
  /** Bytes that the upload must have. */
  readonly size?: number | undefined;
  /** SHA-256 that the content must have, as lower-case hexadecimal digits. */
  readonly sha256?: string | undefined;
  /** Seconds until the upload must have begun, at most 7 days; less where the signer's credentials end sooner. Default: 15 minutes. */
  readonly expiresIn?: number | undefined;
}

/** A request to make as it is, with the content as its body. JSON can carry it to whoever makes it. */
export interface PresignedUpload<Staged = Partial<StagedContent> & Pick<StagedContent, 'key'>> {
  readonly url: string;
  readonly method: 'PUT';
  /** All of them are signed: the request must have these, with these values. */
  readonly headers: Readonly<Record<string, string>>;
  /** What names the content in a create or update, with what was given of `sha256` and `size`. */
  readonly staged: Staged;
  readonly expiresAt: Date;
}

/** @throws {SagaError} InvalidInput */
export async function presignUpload(
  s3: S3Client,
  { bucket, stagingPrefix }: StoreDescriptor,
  options: PresignUploadOptions,
): Promise<PresignedUpload> {
  const { attribute = 'content', contentType = BYTES_TYPE, size, sha256 } = options;
  const { expiresIn = DEFAULT_SECONDS } = options;
  checkOptions(attribute, contentType, size, sha256);
  checkExpiresIn(expiresIn);
  const key = `${stagingPrefix}/presigned/${ulid()}/${encodeSegment(attribute)}`;
  const checksum = sha256 === undefined ? undefined : toBase64(fromHex(sha256));
  const command = new PutObjectCommand({
    Bucket: bucket,
    Key: key,
    ContentType: contentType,
    ContentLength: size,
    ChecksumSHA256: checksum,
    // Once only: what a run may be copying by then is never written over.
    IfNoneMatch: '*',
  });
  const signingDate = serviceTime(s3);
  const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner');
  const url = await getSignedUrl(s3, checksum === undefined ? withoutChecksum(command) : command, {
    expiresIn,
    signingDate,
    signableHeaders: new Set(['host', 'content-type', 'content-length', 'if-none-match']),
    // As a header S3 holds it against the content; in the URL it would say nothing to whoever uploads.
    unhoistableHeaders: new Set(['x-amz-checksum-sha256']),
  });
  return {
    url,
    method: 'PUT',
    headers: {
      'content-type': contentType,
      'if-none-match': '*',
      ...(checksum !== undefined && { 'x-amz-checksum-sha256': checksum }),
    },
    staged: { key, ...(sha256 !== undefined && { sha256 }), ...(size !== undefined && { size }) },
    expiresAt: new Date(signingDate.getTime() + expiresIn * 1000),
  };
}

/** By itself the SDK would sign the checksum of an empty body, which no content then has. */
function withoutChecksum(command: PutObjectCommand): PutObjectCommand {
  command.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      for (const name of Object.keys(headers)) {
        if (/^x-amz-(?:checksum-|sdk-checksum-)/.test(name)) delete headers[name];
      }
      return next(args);
    },
    // Behind the one that adds it, before the one that signs.
    { step: 'build', priority: 'low' },
  );
  return command;
}

function checkOptions(
  attribute: string,
  contentType: string,
  size: number | undefined,
  sha256: string | undefined,
): void {
  if (attribute === '' || /\p{Surrogate}/u.test(attribute)) {
    throw invalidInput('attribute', attribute, 'expected a name that UTF-8 has bytes for');
  }
  checkHeader('contentType', contentType);
  if (size !== undefined && (!Number.isSafeInteger(size) || size < 0 || size > MAX_SINGLE_PUT_BYTES)) {
    throw invalidInput(
      'size',
      size,
      `expected bytes, at most ${MAX_SINGLE_PUT_BYTES}, S3's limit for one PUT`,
    );
  }
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256)) {
    throw invalidInput('sha256', sha256, 'expected 64 lower-case hexadecimal digits');
  }
}
