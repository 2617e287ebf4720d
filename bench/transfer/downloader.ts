// The process that bench/download.ts measures: reads a large attribute in one of several ways, or its object by the SDK alone.
// Run: node downloader.mjs WAY BYTES, with the local cloud in the environment and BENCH_FOLDER to write files to.
// Prints what it measured, as JSON.

import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { LargeItemClient, type LargeObject } from '../../client/index.ts';
import { KEY, type WayDown } from './down.ts';
import { measuring } from './measuring.ts';

const FILE = join(process.env.BENCH_FOLDER ?? '', 'film');

/** Each gives how many bytes it has read. */
const WAYS: Readonly<Record<WayDown, (film: LargeObject) => Promise<number>>> = {
  SDK: async ({ uri }) => countOf(await objectOf(uri)),
  'SDK to a file': async ({ uri }) => {
    await pipeline(await objectOf(uri), createWriteStream(FILE));
    return (await stat(FILE)).size;
  },
  '.stream()': (film) => countOf(film.stream()),
  '.toFile()': async (film) => {
    await film.toFile(FILE);
    return (await stat(FILE)).size;
  },
};

async function objectOf(uri: string): Promise<Readable> {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.*)$/.exec(uri) ?? [];
  const { Body } = await new S3Client({}).send(new GetObjectCommand({ Bucket, Key }));
  if (!(Body instanceof Readable)) throw new Error(`no content of ${uri}`);
  return Body;
}

async function countOf(chunks: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>): Promise<number> {
  let bytes = 0;
  for await (const chunk of chunks) bytes += chunk.length;
  return bytes;
}

const [way, size] = process.argv.slice(2) as [WayDown, string];
const client = await LargeItemClient.fromStack();
const item = await client.get({ id: KEY });
const measure = measuring();
const bytes = await WAYS[way](item?.large.film as LargeObject);
const measured = await measure();
if (bytes !== Number(size)) throw new Error(`${way}: ${bytes} of ${size} bytes were read`);
console.log(JSON.stringify(measured));
