// S3's additional checksums: their names in headers, trailers and XML, and how they are computed and compared.
// Source: "Checking object integrity" in the Amazon S3 User Guide.

import { createHash } from 'node:crypto';
import type { Content } from './content.ts';
import { createCrc32, createCrc32c, createCrc64Nvme, type Digest } from './crc.ts';
import { invalidArgument, notImplemented, s3Error } from './errors.ts';

export const CHECKSUM_ALGORITHMS = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];

/** Over the object's bytes, or over the checksums of its parts. */
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64; a composite one ends in `-{number of parts}`. */
  readonly value: string;
  readonly type: ChecksumType;
}

/** What S3 computes for an object whose sender named no algorithm. */
export const DEFAULT_ALGORITHM: ChecksumAlgorithm = 'CRC64NVME';

const HEADER_PREFIX = 'x-amz-checksum-';
const OTHER_HEADERS = new Set([`${HEADER_PREFIX}algorithm`, `${HEADER_PREFIX}mode`, `${HEADER_PREFIX}type`]);
const DIGEST_BYTES: Readonly<Record<ChecksumAlgorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
};
const COMPOSITE = /^(?<digest>[^-]+)(?:-\d+)?$/;

export function createDigest(algorithm: ChecksumAlgorithm): Digest {
  switch (algorithm) {
    case 'CRC32':
      return createCrc32();
    case 'CRC32C':
      return createCrc32c();
    case 'CRC64NVME':
      return createCrc64Nvme();
    case 'SHA1':
    case 'SHA256':
      return createHash(algorithm.toLowerCase());
  }
}

/** The checksum over all bytes of `content`. */
export async function fullObjectChecksum(algorithm: ChecksumAlgorithm, content: Content): Promise<Checksum> {
  const digest = createDigest(algorithm);
  for await (const chunk of content.chunks()) {
    digest.update(chunk);
  }
  return { algorithm, value: digest.digest().toString('base64'), type: 'FULL_OBJECT' };
}

/** The checksum over the parts' checksums (each base64). */
export function compositeChecksum(algorithm: ChecksumAlgorithm, parts: readonly string[]): Checksum {
  const digest = createDigest(algorithm);
  for (const part of parts) {
    digest.update(Buffer.from(part, 'base64'));
  }
  const value = `${digest.digest().toString('base64')}-${parts.length}`;
  return { algorithm, value, type: 'COMPOSITE' };
}

export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return HEADER_PREFIX + algorithm.toLowerCase();
}

/** The name of the element in S3's XML: `ChecksumCRC32`. */
export function checksumElement(algorithm: ChecksumAlgorithm): string {
  return `Checksum${algorithm}`;
}

/** The response headers that carry a checksum. */
export function checksumHeaders(checksum: Checksum | undefined): Record<string, string> {
  return checksum
    ? { [checksumHeader(checksum.algorithm)]: checksum.value, [`${HEADER_PREFIX}type`]: checksum.type }
    : {};
}

/** The members that carry a checksum in S3's XML. */
export function checksumMembers(checksum: Checksum | undefined): Record<string, string> {
  return checksum
    ? { [checksumElement(checksum.algorithm)]: checksum.value, ChecksumType: checksum.type }
    : {};
}

/** @throws {ServiceError} InvalidRequest */
export function parseAlgorithm(name: string): ChecksumAlgorithm {
  const algorithm = CHECKSUM_ALGORITHMS.find((known) => known === name.toUpperCase());
  if (!algorithm) {
    throw s3Error('InvalidRequest', {
      message: `Checksum algorithm provided is unsupported. Please try again with any of the valid types: [${CHECKSUM_ALGORITHMS.join(', ')}]`,
    });
  }
  return algorithm;
}

/** @throws {ServiceError} InvalidArgument */
export function parseType(name: string): ChecksumType {
  if (name !== 'FULL_OBJECT' && name !== 'COMPOSITE') {
    throw invalidArgument('x-amz-checksum-type', name);
  }
  return name;
}

/**
 * The one checksum among these headers, or the algorithm whose value a trailer will bring.
 * @throws {ServiceError} InvalidRequest for several, for a value that is no such digest, and for an algorithm
 * that is named without a value; NotImplemented for an algorithm that is not known here
 */
export function declaredChecksum(
  headers: Readonly<Record<string, string | undefined>>,
): { algorithm: ChecksumAlgorithm; value: string | undefined } | undefined {
  const trailers = (headers['x-amz-trailer'] ?? '').toLowerCase().split(/\s*,\s*/);
  const names = [...Object.keys(headers), ...trailers].filter(
    (name) => name.startsWith(HEADER_PREFIX) && !OTHER_HEADERS.has(name),
  );
  const [name, another] = names;
  if (name === undefined) {
    if (headers['x-amz-sdk-checksum-algorithm'] !== undefined) {
      throw s3Error('InvalidRequest', {
        message:
          'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
      });
    }
    return undefined;
  }
  if (another !== undefined) {
    throw s3Error('InvalidRequest', {
      message: 'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    });
  }
  const named = name.slice(HEADER_PREFIX.length).toUpperCase();
  const algorithm = CHECKSUM_ALGORITHMS.find((known) => known === named);
  if (!algorithm) {
    throw notImplemented(`Checksum algorithm ${named}`);
  }
  const value = headers[name];
  if (value !== undefined) {
    checkDigestFormat(algorithm, value);
  }
  return { algorithm, value };
}

/** @throws {ServiceError} InvalidRequest when `value` is not a digest of this algorithm */
export function checkDigestFormat(algorithm: ChecksumAlgorithm, value: string): void {
  const digest = COMPOSITE.exec(value)?.groups?.digest ?? '';
  const bytes = Buffer.from(digest, 'base64');
  if (bytes.length !== DIGEST_BYTES[algorithm] || bytes.toString('base64') !== digest) {
    throw s3Error('InvalidRequest', {
      message: `Value for ${checksumHeader(algorithm)} header is invalid.`,
    });
  }
}

/** @throws {ServiceError} BadDigest when the sender's checksum is not the computed one */
export function verifyChecksum(algorithm: ChecksumAlgorithm, expected: string, computed: string): void {
  if (expected !== computed) {
    throw s3Error('BadDigest', {
      message: `The ${algorithm} you specified did not match the calculated checksum.`,
    });
  }
}
