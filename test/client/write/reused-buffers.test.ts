// Sources that fill one buffer again and again: what is stored is what each chunk was when it was given.

import { Duplex, PassThrough, Readable } from 'node:stream';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { beforeEach, expect, it } from 'vitest';
import type { ByteStream } from '../../../client/index.ts';
import { clientOf, executionsEnd, resetMocks, s3, sha256, started } from '../mocks.ts';

const client = clientOf();
const key = { id: '42' };
const LETTERS = 'ABCD';

/** Fills its one buffer with the next letter; undefined after the last. */
function filler(chunkBytes: number): () => Buffer | undefined {
  const buffer = Buffer.alloc(chunkBytes);
  const letters = [...LETTERS].values();
  return () => {
    const { done, value } = letters.next();
    return done ? undefined : buffer.fill(value);
  };
}

function readable(chunkBytes: number, options = {}): Readable {
  const next = filler(chunkBytes);
  return new Readable({
    ...options,
    read() {
      this.push(next() ?? null);
    },
  });
}

const SOURCES: readonly (readonly [string, (chunkBytes: number) => ByteStream])[] = [
  [
    'a web stream that reads nothing ahead',
    (chunkBytes) => {
      const next = filler(chunkBytes);
      return new ReadableStream(
        {
          pull: (controller) => {
            const chunk = next();
            if (chunk === undefined) controller.close();
            else controller.enqueue(chunk);
          },
        },
        { highWaterMark: 0 },
      );
    },
  ],
  [
    'a generator',
    async function* (chunkBytes) {
      const next = filler(chunkBytes);
      for (let chunk = next(); chunk !== undefined; chunk = next()) yield chunk;
    },
  ],
  [
    'an iterable that can be destroyed',
    (chunkBytes) => {
      const next = filler(chunkBytes);
      return {
        destroy: () => undefined,
        async *[Symbol.asyncIterator]() {
          for (let chunk = next(); chunk !== undefined; chunk = next()) yield chunk;
        },
      };
    },
  ],
  ['a Readable', (chunkBytes) => readable(chunkBytes)],
  ['a Readable of objects', (chunkBytes) => readable(chunkBytes, { objectMode: true })],
  ['a Readable that holds one chunk', (chunkBytes) => readable(chunkBytes, { highWaterMark: 1 })],
  [
    'a Readable that pushes later',
    (chunkBytes) => {
      const next = filler(chunkBytes);
      return new Readable({
        read() {
          setImmediate(() => this.push(next() ?? null));
        },
      });
    },
  ],
  [
    'a Duplex',
    (chunkBytes) => {
      const next = filler(chunkBytes);
      return new Duplex({
        read() {
          this.push(next() ?? null);
        },
      });
    },
  ],
  [
    'a PassThrough whose writer waits for each write',
    (chunkBytes) => {
      const stream = new PassThrough();
      const next = filler(chunkBytes);
      const write = (): void => {
        const chunk = next();
        if (chunk === undefined) stream.end();
        else stream.write(chunk, () => setImmediate(write));
      };
      setImmediate(write);
      return stream;
    },
  ],
];

/** Parts, as they were sent. */
const parts = new Map<number, Buffer>();

beforeEach(() => {
  resetMocks();
  executionsEnd();
  parts.clear();
  s3.on(CreateMultipartUploadCommand).resolves({ UploadId: 'u' });
  s3.on(CompleteMultipartUploadCommand).resolves({});
  s3.on(DeleteObjectCommand).resolves({});
  s3.on(UploadPartCommand).callsFake(({ PartNumber, Body }: { PartNumber: number; Body: Uint8Array }) => {
    parts.set(PartNumber, Buffer.from(Body));
    return {};
  });
});

it.each(SOURCES)('%s, small enough for the input', async (_, source) => {
  await client.create({ key, largeAttributes: { page: source(2) } });
  expect(started()[0]?.input.largeAttributes).toEqual({
    page: { base64: Buffer.from('AABBCCDD').toString('base64') },
  });
});

it.each(SOURCES)('%s, sent in parts', async (_, source) => {
  const chunkBytes = 5_000_000;
  await client.create({ key, largeAttributes: { film: source(chunkBytes) } });
  const expected = Buffer.concat([...LETTERS].map((letter) => Buffer.alloc(chunkBytes, letter)));
  const sent = Buffer.concat([...parts].sort(([one], [other]) => one - other).map(([, body]) => body));
  expect(sent.equals(expected)).toBe(true);
  expect(started()[0]?.input.largeAttributes?.film?.staged).toMatchObject({
    sha256: sha256(expected),
    size: expected.length,
  });
});
