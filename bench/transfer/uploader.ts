// The process that bench/upload.ts measures: uploads a generated stream, by the client or by the SDK alone.
// Run: node uploader.mjs client|SDK BYTES, with the local cloud in the environment. Prints what it measured, as JSON.

import { Readable } from 'node:stream';
import { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { LargeItemClient } from '../../client/index.ts';
import { type Measured, measuring } from './measuring.ts';

const CHUNK_BYTES = 64 * 1024;
const KEY = { id: 'bench' };

/** Content without a period that would help anybody, at next to no cost. */
function* chunks(bytes: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes; at += CHUNK_BYTES) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, bytes - at)).fill(at % 251);
    if (chunk.length >= 8) chunk.writeBigUInt64LE(BigInt(at));
    yield chunk;
  }
}

/** Until the upload has ended; what the run does with it afterwards is waited for, but does not count. */
async function byClient(client: LargeItemClient, content: Readable): Promise<Measured> {
  const measure = measuring();
  let measured: Promise<Measured> | undefined;
  await client.put(
    { key: KEY, largeAttributes: { film: content } },
    {
      onProgress: ({ phase }) => {
        if (phase === 'waiting') measured ??= measure();
      },
    },
  );
  if (measured === undefined) throw new Error('nothing was told of the upload');
  return measured;
}

async function bySdk({ store }: LargeItemClient, content: Readable): Promise<Measured> {
  const measure = measuring();
  const params = {
    Bucket: store.bucket,
    Key: `${store.stagingPrefix}/bench`,
    Body: content,
    // As the client asks for, so that S3 has the same work with both.
    ChecksumAlgorithm: 'CRC64NVME',
    ChecksumType: 'FULL_OBJECT',
  } as const;
  await new Upload({ client: new S3Client({}), params, partSize: 8 * 1024 ** 2, queueSize: 4 }).done();
  return measure();
}

const [uploader, bytes] = process.argv.slice(2);
const client = await LargeItemClient.fromStack();
const content = Readable.from(chunks(Number(bytes)), { objectMode: false });
console.log(JSON.stringify(await (uploader === 'client' ? byClient : bySdk)(client, content)));
