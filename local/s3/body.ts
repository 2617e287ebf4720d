// Takes in a request's body: decodes it, and checks it against everything that the sender said about it.

import { createHash } from 'node:crypto';
import { decodeAwsChunked } from './aws-chunked.ts';
import {
  type Checksum,
  type ChecksumAlgorithm,
  checkDigestFormat,
  checksumHeader,
  createDigest,
  DEFAULT_ALGORITHM,
  declaredChecksum,
  verifyChecksum,
} from './checksums.ts';
import type { Content } from './content.ts';
import { invalidArgument, s3Error } from './errors.ts';
import type { S3Request } from './request.ts';
import type { ObjectStore } from './store.ts';

export interface ReceivedBody {
  readonly content: Content;
  /** Hex. */
  readonly md5: string;
  /** Over all of the body, by the sender's algorithm, else by `fallback`. */
  readonly checksum: Checksum;
  /** Whether the sender sent a checksum. */
  readonly checked: boolean;
}

const MAX_BODY_BYTES = 5 * 1024 ** 3;
/** 10,000 parts with their checksums take 3 MB. */
const MAX_DOCUMENT_BYTES = 4 * 1024 ** 2;
const SHA256_HEX = /^[0-9a-f]{64}$/i;
const UNHASHED = /^(?:UNSIGNED-PAYLOAD|STREAMING-.+)$/;

/**
 * Receives a body wholly; only what passed every check is returned.
 * @param fallback the algorithm to compute when the sender named none
 * @throws {ServiceError} BadDigest, IncompleteBody, InvalidDigest, InvalidRequest, MalformedTrailerError,
 * MissingContentLength, EntityTooLarge, XAmzContentSHA256Mismatch
 */
export async function receiveBody(
  store: ObjectStore,
  request: S3Request,
  fallback: ChecksumAlgorithm = DEFAULT_ALGORITHM,
): Promise<ReceivedBody> {
  const { headers } = request;
  const declared = declaredChecksum(headers);
  const algorithm = declared?.algorithm ?? fallback;
  const announced = announcedSize(request);
  const expectedMd5 = parseContentMd5(headers['content-md5']);
  const expectedSha256 = parseContentSha256(headers['x-amz-content-sha256']);

  const trailers = new Map<string, string>();
  const md5 = createHash('md5');
  const sha256 = expectedSha256 === undefined ? undefined : createHash('sha256');
  const digest = createDigest(algorithm);
  let size = 0;
  const content = await store.receive(
    tap(plainBody(request, trailers), (chunk) => {
      size += chunk.length;
      if (size > announced) throw s3Error('IncompleteBody');
      md5.update(chunk);
      sha256?.update(chunk);
      digest.update(chunk);
    }),
  );

  if (content.size !== announced) {
    throw s3Error('IncompleteBody');
  }
  const md5Hex = md5.digest('hex');
  if (expectedMd5 !== undefined && expectedMd5 !== md5Hex) {
    throw s3Error('BadDigest', {
      members: {
        // Of a part the digest comes back as it was sent: so it is recorded.
        ExpectedDigest: request.query.has('partNumber') ? headers['content-md5'] : expectedMd5,
        CalculatedDigest: Buffer.from(md5Hex, 'hex').toString('base64'),
      },
    });
  }
  checkSha256(expectedSha256, sha256?.digest('hex'));
  const value = digest.digest().toString('base64');
  if (declared) {
    verifyChecksum(algorithm, declared.value ?? trailingChecksum(algorithm, trailers), value);
  }
  return {
    content,
    md5: md5Hex,
    checksum: { algorithm, value, type: 'FULL_OBJECT' },
    checked: declared !== undefined,
  };
}

/**
 * A document as text, checked like any other body.
 * @throws {ServiceError} MaxMessageLengthExceeded, and as receiveBody does
 */
export async function receiveText(store: ObjectStore, request: S3Request): Promise<string> {
  if (announcedSize(request) > MAX_DOCUMENT_BYTES) throw s3Error('MaxMessageLengthExceeded');
  const { content } = await receiveBody(store, request);
  const chunks: Uint8Array[] = [];
  for await (const chunk of content.chunks()) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function* plainBody(request: S3Request, trailers: Map<string, string>): AsyncGenerator<Uint8Array> {
  try {
    yield* isAwsChunked(request) ? decodeAwsChunked(request.body, trailers) : request.body;
  } catch (cause) {
    if (isConnectionError(cause)) {
      throw s3Error('IncompleteBody', { message: `The request body ended early: ${cause.message}` });
    }
    throw cause;
  }
}

async function* tap(
  source: AsyncIterable<Uint8Array>,
  see: (chunk: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    see(chunk);
    yield chunk;
  }
}

function isAwsChunked({ headers }: S3Request): boolean {
  return (
    headers['x-amz-content-sha256']?.startsWith('STREAMING-') === true ||
    /\baws-chunked\b/i.test(headers['content-encoding'] ?? '')
  );
}

function announcedSize({ headers }: S3Request): number {
  const announced = headers['x-amz-decoded-content-length'] ?? headers['content-length'];
  const size = Number(announced);
  if (announced === undefined || !Number.isSafeInteger(size) || size < 0) {
    throw s3Error('MissingContentLength');
  }
  if (size > MAX_BODY_BYTES) {
    throw s3Error('EntityTooLarge', { members: { ProposedSize: size, MaxSizeAllowed: MAX_BODY_BYTES } });
  }
  return size;
}

function parseContentMd5(header: string | undefined): string | undefined {
  if (header === undefined) {
    return undefined;
  }
  const digest = Buffer.from(header, 'base64');
  if (digest.length !== 16 || digest.toString('base64') !== header) {
    throw s3Error('InvalidDigest', { members: { 'Content-MD5': header } });
  }
  return digest.toString('hex');
}

function parseContentSha256(header: string | undefined): string | undefined {
  if (header === undefined || UNHASHED.test(header)) {
    return undefined;
  }
  if (!SHA256_HEX.test(header)) {
    throw invalidArgument(
      'x-amz-content-sha256',
      header,
      'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, a STREAMING- value, or a valid sha256 value.',
    );
  }
  return header.toLowerCase();
}

function checkSha256(expected: string | undefined, computed: string | undefined): void {
  if (expected !== computed) {
    throw s3Error('XAmzContentSHA256Mismatch', {
      members: { ClientComputedContentSHA256: expected, S3ComputedContentSHA256: computed },
    });
  }
}

function trailingChecksum(algorithm: ChecksumAlgorithm, trailers: ReadonlyMap<string, string>): string {
  const value = trailers.get(checksumHeader(algorithm));
  if (value === undefined) {
    throw s3Error('MalformedTrailerError');
  }
  checkDigestFormat(algorithm, value);
  return value;
}

function isConnectionError(error: unknown): error is NodeJS.ErrnoException {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.name !== 'ServiceError'
  );
}
