// The process that bench/upload.ts measures: uploads a generated stream, by the client or by the SDK alone.
// Run: node uploader.mjs client|sdk BYTES, with the local cloud in the environment. Prints what it measured, as JSON.

import { Readable } from 'node:stream';
import { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { LargeItemClient } from '../client/index.ts';
import { peakRss } from './peak-rss.ts';

export type Uploader = 'client' | 'sdk';

export interface Measured {
  /** Until all of it was uploaded. */
  readonly seconds: number;
  /** Bytes of the process's memory at most. */
  readonly peakRss: number;
}

const CHUNK_BYTES = 64 * 1024;

/** Content without a period that would help anybody, at next to no cost. */
function* chunks(bytes: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes; at += CHUNK_BYTES) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, bytes - at)).fill(at % 251);
    if (chunk.length >= 8) chunk.writeBigUInt64LE(BigInt(at));
    yield chunk;
  }
}

/** Seconds until the upload has ended; what the run does with it afterwards is waited for, but does not count. */
async function byClient(client: LargeItemClient, content: Readable, since: number): Promise<number> {
  let uploaded = 0;
  const key = { id: `bench-${since}` };
  await client.create(
    { key, largeAttributes: { film: content } },
    {
      onProgress: ({ phase }) => {
        if (phase === 'waiting') uploaded = performance.now();
      },
    },
  );
  return (uploaded - since) / 1000;
}

async function bySdk({ store }: LargeItemClient, content: Readable, since: number): Promise<number> {
  const params = {
    Bucket: store.bucket,
    Key: `staging/bench-${since}`,
    Body: content,
    // As the client asks for, so that S3 has the same work with both.
    ChecksumAlgorithm: 'CRC64NVME',
    ChecksumType: 'FULL_OBJECT',
  } as const;
  await new Upload({ client: new S3Client({}), params, partSize: 8 * 1024 ** 2, queueSize: 4 }).done();
  return (performance.now() - since) / 1000;
}

const [uploader, bytes] = process.argv.slice(2);
const client = await LargeItemClient.fromStack();
const content = Readable.from(chunks(Number(bytes)), { objectMode: false });
const since = performance.now();
const seconds = await (uploader === 'client' ? byClient : bySdk)(client, content, since);
const measured: Measured = { seconds, peakRss: await peakRss() };
console.log(JSON.stringify(measured));
