// One write from start to end: check, open the content, stage what does not fit, start the execution once, wait.

import { DeleteObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { SFNClient } from '@aws-sdk/client-sfn';
import { SagaError } from '../core/errors.ts';
import { MAX_EXECUTION_INPUT_BYTES } from '../core/limits.ts';
import type { Operation } from '../core/run.ts';
import type { StoreDescriptor } from '../core/store.ts';
import { abortable } from './bytes.ts';
import { openContent, readerOf } from './content.ts';
import { type LargeDraft, makeDraft } from './draft.ts';
import { IdempotencyConflict, Rejected, UploadFailed } from './errors.ts';
import { executionArn, executionName, inputOf, startOnce } from './execution.ts';
import { inputText, type Layout, layOut, type OpenLarge, type StagedLarge, stagedKey } from './layout.ts';
import { resultOf } from './outcome.ts';
import { sameInput } from './same-input.ts';
import { type Digest, hashing } from './sha256.ts';
import type { WriteOptions, WriteResult } from './types.ts';
import { upload } from './upload.ts';
import { waitForEnd } from './wait.ts';

export interface WriteContext {
  readonly store: StoreDescriptor;
  readonly s3: S3Client;
  readonly sfn: SFNClient;
  readonly pollIntervalMs: number;
}

/** The execution that a write has become. */
interface Started {
  readonly executionArn: string;
  readonly staged: readonly StagedLarge[];
}

/** @throws {TwinwriteError} see `errors.ts`; the signal's reason, when it is aborted before the start */
export async function write(
  context: WriteContext,
  operation: Operation,
  input: object,
  options: WriteOptions,
): Promise<WriteResult> {
  const { executionArn: arn, staged } = await start(context, operation, input, options).catch(asRejected);
  options.onProgress?.({ phase: 'waiting', executionArn: arn });
  const { pollIntervalMs } = context;
  const execution = await waitForEnd(context.sfn, arn, { pollIntervalMs, signal: options.signal });
  const result = await resultOf(context.sfn, execution);
  await deleteStaged(context, staged);
  return result;
}

async function start(
  context: WriteContext,
  operation: Operation,
  input: object,
  options: WriteOptions,
): Promise<Started> {
  const { store, sfn } = context;
  options.signal?.throwIfAborted();
  const draft = makeDraft(operation, input, store);
  const name = executionName(operation, draft.request.key, options.idempotencyKey);
  const stateMachineArn = store.stateMachines[operation];
  const arn = executionArn(stateMachineArn, name);
  const large = await openAll(draft.large, options);
  try {
    const layout = layOut(draft, large, (attribute) =>
      stagedKey(store.stagingPrefix, operation, name, attribute),
    );
    // What an earlier call staged may be in use by its run: look before writing over it.
    const mayBeStarted = options.idempotencyKey !== undefined && layout.staged.length > 0;
    const earlier = mayBeStarted ? await inputOf(sfn, arn) : undefined;
    if (earlier === undefined) {
      const digests = await uploadAll(context, layout, options);
      options.signal?.throwIfAborted();
      await startOnce(sfn, { stateMachineArn, name, input: inputText(draft, layout, digests) });
    } else {
      const digests = await digestsOf(layout.staged, options.signal, (entry) =>
        digestOf(entry, options.signal),
      );
      if (!sameInput(earlier, inputText(draft, layout, digests))) throw new IdempotencyConflict(arn);
    }
    return { executionArn: arn, staged: layout.staged };
  } finally {
    closeAll(large);
  }
}

/** All contents, or none: what was opened is closed when another cannot be. */
async function openAll(large: readonly LargeDraft[], { signal }: WriteOptions): Promise<OpenLarge[]> {
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

function closeAll(large: readonly OpenLarge[]): void {
  for (const { source } of large) {
    if (source.kind === 'stream') source.reader.close();
  }
}

async function uploadAll(
  context: WriteContext,
  { staged }: Layout,
  options: WriteOptions,
): Promise<Digest[]> {
  try {
    return await digestsOf(staged, options.signal, (entry) => uploadOne(context, entry, options));
  } catch (error) {
    // With an idempotency key they are left: another call with it may be about to use them.
    if (options.idempotencyKey === undefined) await deleteStaged(context, staged);
    throw error;
  }
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
  { s3, store }: WriteContext,
  { name, source, stagedKey: key, options: { contentType = source.defaultType } }: StagedLarge,
  { signal, onProgress }: WriteOptions,
): Promise<Digest> {
  const size = source.kind === 'bytes' ? source.bytes.length : source.size;
  return upload({ s3, bucket: store.bucket, key, contentType }, readerOf(source), {
    size,
    signal,
    onBytes: (bytes) => onProgress?.({ phase: 'uploading', attribute: name, bytes, total: size }),
  });
}

/** What uploading would give, for content that an earlier call has uploaded. */
async function digestOf({ source }: StagedLarge, signal: AbortSignal | undefined): Promise<Digest> {
  const reader = hashing(readerOf(source));
  while ((await abortable(reader.read(), signal)) !== undefined);
  return reader.digest();
}

async function deleteStaged({ s3, store }: WriteContext, staged: readonly StagedLarge[]): Promise<void> {
  const deletions = staged.map(({ stagedKey: key }) =>
    s3.send(new DeleteObjectCommand({ Bucket: store.bucket, Key: key })),
  );
  // Best effort: the bucket's lifecycle deletes what stays behind.
  await Promise.allSettled(deletions);
}

function contentError(attribute: string, error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason;
  return error instanceof SagaError ? error : new UploadFailed(attribute, error);
}

function asRejected(error: unknown): never {
  if (!(error instanceof SagaError)) throw error;
  const { message, ...details } = error.reason;
  throw new Rejected({ reason: error.name, message, details }, { cause: error });
}
