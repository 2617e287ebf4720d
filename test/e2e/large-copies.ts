// The product with small numbers in its copies, so that a staged object of kilobytes is copied as one of terabytes is.

import { createHash } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { TestStore } from './harness.ts';
import type { Mutation } from './mutants.ts';

/** What more than {@link PART_BYTES} has goes in parts of as much. */
export const PART_BYTES = 1000;

export const COPIES_IN_SMALL_PARTS: readonly Mutation[] = [
  {
    task: 'put-object',
    file: 'core/errors/limits.ts',
    from: 'MAX_SINGLE_COPY_BYTES = 5 * 1024 ** 3;',
    to: `MAX_SINGLE_COPY_BYTES = ${PART_BYTES};`,
  },
  {
    task: 'put-object',
    file: 'lambdas/missing-parts.ts',
    from: 'LEAST_PART_BYTES = 512 * 1024 ** 2;',
    to: `LEAST_PART_BYTES = ${PART_BYTES};`,
  },
  {
    task: 'put-object',
    file: 'lambdas/missing-parts.ts',
    from: 'PARALLEL_PARTS = 100;',
    to: 'PARALLEL_PARTS = 1;',
  },
];

/** Uploads content to the staging prefix, as the client does what is large; the input that names it. */
export async function stageLarge(
  store: Pick<TestStore, 's3' | 'descriptor'>,
  key: string,
  parts: number,
  checksum: 'CRC64NVME' | 'SHA256' = 'CRC64NVME',
) {
  const content = Array.from({ length: parts }, (_, at) => String(at).padEnd(PART_BYTES, '.')).join('');
  await store.s3.send(
    new PutObjectCommand({
      Bucket: store.descriptor.bucket,
      Key: key,
      Body: content,
      ChecksumAlgorithm: checksum,
    }),
  );
  const staged = { key, sha256: createHash('sha256').update(content).digest('hex'), size: content.length };
  return { content, largeAttributes: { film: { staged } } };
}
