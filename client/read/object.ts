// One object of S3: what is stored beside its content, and a connection that gives its bytes.

import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { decodeMetadata, UPDATED_AT } from '../../core/item/metadata.ts';
import { LEGACY_UPDATED_AT } from '../../core/keys/legacy.ts';
import { readBytes, readIterable, readWebStream } from '../content/bytes.ts';
import { isWebStream } from '../content/kinds.ts';
import type { ByteReader } from '../platform/types.ts';

export interface ObjectPlace {
  readonly s3: S3Client;
  readonly bucket: string;
  readonly key: string;
  /** Whether who reads all of it checks it against a SHA-256. */
  readonly isHashed?: boolean;
}

export interface ObjectHead {
  readonly size: number;
  /** Of exactly this state of the object. */
  readonly etag: string | undefined;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  readonly cacheControl: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly updatedAt: string | undefined;
}

export interface Connection {
  readonly head: ObjectHead;
  readonly reader: ByteReader;
}

/** What comes is not what was asked for, or S3's own checksum says that it is wrong: no use to ask again. */
export class WrongBytes extends Error {
  override readonly name = 'WrongBytes';
}

export async function headObject(
  { s3, bucket, key }: ObjectPlace,
  abortSignal?: AbortSignal,
): Promise<ObjectHead> {
  return headOf(await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }), { abortSignal }));
}

/** Connects to all of an object, in whatever state it is. */
export async function connect(
  { s3, bucket, key, isHashed = false }: ObjectPlace,
  abortSignal?: AbortSignal,
): Promise<Connection> {
  const command = new GetObjectCommand({ Bucket: bucket, Key: key });
  if (isHashed) withoutChecksum(command);
  const answer = await s3.send(command, { abortSignal });
  return { head: headOf(answer), reader: readerOf(answer) };
}

/** Connects to bytes from `start` up to, not including, `end` of the object in the state that `head` describes. */
export async function connectTo(
  { s3, bucket, key, isHashed = false }: ObjectPlace,
  head: ObjectHead,
  start: number,
  end: number,
  abortSignal: AbortSignal,
): Promise<ByteReader> {
  const isPart = start > 0 || end < head.size;
  const command = new GetObjectCommand({
    Bucket: bucket,
    Key: key,
    IfMatch: head.etag,
    ...(isPart && { Range: `bytes=${start}-${end - 1}` }),
    // A browser would decode what is said to be encoded; the bytes are wanted as they are stored.
    ...(head.contentEncoding !== undefined && { ResponseContentEncoding: 'identity' }),
  });
  if (isHashed) withoutChecksum(command);
  const answer = await s3.send(command, { abortSignal });
  const reader = readerOf(answer);
  const expected = `bytes ${start}-${end - 1}/${head.size}`;
  // Browsers show the header only where the bucket's CORS rules expose it.
  const got = answer.ContentRange ?? (answer.$metadata?.httpStatusCode === 206 ? expected : 'all of it');
  if (isPart && got !== expected) {
    reader.close();
    throw new WrongBytes(`asked for ${expected}, got ${got}`);
  }
  return reader;
}

/**
 * Keeps the SDK from asking for S3's own checksum, and from checking it: all bytes would be hashed twice, and a CRC-64/NVME takes
 * longer than a SHA-256 does. An SDK that does so in another way goes on with it.
 */
function withoutChecksum({ middlewareStack }: GetObjectCommand): void {
  middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { readonly headers: Record<string, string> };
      delete headers['x-amz-checksum-mode'];
      const { ChecksumMode: _, ...input } = args.input;
      return next({ ...args, input });
    },
    { name: 'withoutChecksum', step: 'build', priority: 'low' },
  );
}

function headOf(answer: HeadObjectCommandOutput | GetObjectCommandOutput): ObjectHead {
  const { [UPDATED_AT]: updatedAt, ...metadata } = decodeMetadata(answer.Metadata ?? {});
  return {
    size: answer.ContentLength ?? 0,
    etag: answer.ETag,
    contentType: answer.ContentType,
    contentEncoding: answer.ContentEncoding,
    cacheControl: answer.CacheControl,
    metadata,
    updatedAt: updatedAt ?? metadata[LEGACY_UPDATED_AT],
  };
}

/** Node.js gives a Readable, browsers a web stream. */
function readerOf({ Body }: GetObjectCommandOutput): ByteReader {
  const body: unknown = Body;
  if (body === undefined) return readBytes(new Uint8Array());
  return isWebStream(body)
    ? readWebStream(body, 'fresh')
    : readIterable(body as AsyncIterable<Uint8Array>, 'fresh');
}

/** The HTTP status that an SDK error stands for. */
export function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;
}
