// The contents of a write: opened all or none, uploaded to the staging prefix where they do not travel in the input, and deleted there
// once nothing needs them.

import { DeleteObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { StoreDescriptor } from '../../core/contract/store-types.ts';
import { SagaError } from '../../core/errors/errors.ts';
import { MAX_EXECUTION_INPUT_BYTES } from '../../core/errors/limits.ts';
import { notify } from '../calls/notify.ts';
import { abortable } from '../calls/signal.ts';
import { openContent, readerOf } from '../content/content.ts';
import { type Digest, hashing } from '../content/sha256.ts';
import { UploadFailed } from '../errors/write-errors.ts';
import type { WriteOptions } from '../inputs.ts';
import { upload } from '../upload/upload.ts';
import type { LargeDraft } from './draft.ts';
import type { Layout, OpenLarge, StagedLarge } from './layout.ts';

/** Where contents are staged. */
export interface ContentContext {
  readonly store: StoreDescriptor;
  readonly s3: S3Client;
}

/** All contents, or none: what was opened is closed when another cannot be. */
export async function openAll(large: readonly LargeDraft[], { signal }: WriteOptions): Promise<OpenLarge[]> {
  const open: OpenLarge[] = [];
  try {
    for (const entry of large) {
      const source = await openContent(entry.content, entry.field, MAX_EXECUTION_INPUT_BYTES, signal).catch(
        (error: unknown) => {
          throw contentError(entry.name, error, signal);
        },
      );
      open.push({ ...entry, source });
    }
    return open;
  } catch (error) {
    closeAll(open);
    throw error;
  }
}

export function closeAll(large: readonly OpenLarge[]): void {
  for (const { source } of large) {
    if (source.kind === 'stream') source.reader.close();
  }
}

/** @throws {UploadFailed} and then nothing is left staged, but for what another call may use */
export async function uploadAll(
  context: ContentContext,
  { staged }: Layout,
  options: WriteOptions,
): Promise<Digest[]> {
  try {
    const digests = await digestsOf(staged, options.signal, (entry) => uploadOne(context, entry, options));
    options.signal?.throwIfAborted();
    return digests;
  } catch (error) {
    // With an idempotency key they are left: another call with it may be about to use them.
    if (options.idempotencyKey === undefined) {
      await deleteStaged(context, new Set(staged.map(({ stagedKey: key }) => key)));
    }
    throw error;
  }
}

/** What uploading would give, for contents that an earlier call has uploaded. */
export function uploadedBefore({ staged }: Layout, signal: AbortSignal | undefined): Promise<Digest[]> {
  return digestsOf(staged, signal, async ({ source }) => {
    const reader = hashing(readerOf(source));
    while ((await abortable(reader.read(), signal)) !== undefined);
    return reader.digest();
  });
}

/** One after the other, so that memory is bounded whatever their number. */
async function digestsOf(
  staged: readonly StagedLarge[],
  signal: AbortSignal | undefined,
  digestOf: (entry: StagedLarge) => Promise<Digest>,
): Promise<Digest[]> {
  const digests: Digest[] = [];
  for (const entry of staged) {
    try {
      digests.push(await digestOf(entry));
    } catch (error) {
      throw contentError(entry.name, error, signal);
    }
  }
  return digests;
}

async function uploadOne(
  { s3, store }: ContentContext,
  { name, source, stagedKey: key, options: { contentType = source.defaultType } }: StagedLarge,
  { signal, onProgress }: WriteOptions,
): Promise<Digest> {
  const size = source.kind === 'bytes' ? source.bytes.length : source.size;
  return upload({ s3, bucket: store.bucket, key, contentType }, readerOf(source), {
    size,
    signal,
    onBytes: (bytes) =>
      notify(onProgress, { phase: 'uploading', attribute: name, bytes, total: size }, signal),
  });
}

/** As well as it can. */
export async function deleteStaged({ s3, store }: ContentContext, keys: ReadonlySet<string>): Promise<void> {
  const deletions = [...keys].map((Key) => s3.send(new DeleteObjectCommand({ Bucket: store.bucket, Key })));
  // The bucket's lifecycle deletes what stays behind.
  await Promise.allSettled(deletions);
}

function contentError(attribute: string, error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason;
  return error instanceof SagaError ? error : new UploadFailed(attribute, error);
}
