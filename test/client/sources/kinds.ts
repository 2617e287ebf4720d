// Every kind of source that content can be given as, each made of chunks of printable ASCII.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { createContext, runInContext } from 'node:vm';
import type { ByteStream, Content } from '../../../client/index.ts';

export type Chunks = readonly Uint8Array[];

/** How often a source can be read, and whether the platform tells that somebody else has read from it. */
export type Reads = 'again' | 'once' | 'once, unseen';

export interface Kind {
  readonly reads: Reads;
  readonly make: (chunks: Chunks) => Content;
}

const whole = (chunks: Chunks) => Uint8Array.from(Buffer.concat(chunks));
const context = createContext({});
const foreign = (code: string) => runInContext(`(${code})`, context) as (bytes: readonly number[]) => Content;
const foreignBytes = foreign('(bytes) => Uint8Array.from(bytes)');
const foreignBuffer = foreign('(bytes) => Uint8Array.from(bytes).buffer');
const foreignView = foreign('(bytes) => new DataView(Uint8Array.from(bytes).buffer)');
const foreignGenerator = foreign('async function* (bytes) { yield Uint8Array.from(bytes) }');
const folder = mkdtempSync(join(tmpdir(), 'twinwrite-sources-'));
let files = 0;

export function removeFiles(): void {
  rmSync(folder, { recursive: true });
}

/** The chunks one after the other in one buffer, which each overwrites. */
function* overwriting(chunks: Chunks): Generator<Uint8Array, undefined> {
  const buffer = Buffer.alloc(Math.max(0, ...chunks.map(({ length }) => length)));
  for (const chunk of chunks) {
    buffer.set(chunk);
    yield buffer.subarray(0, chunk.length);
  }
}

async function* generated(chunks: Iterable<Uint8Array>) {
  yield* chunks;
}

/** Without empty chunks: Node.js asks no further after three in a row, whoever reads. */
function pushing(chunks: Iterable<Uint8Array>, options: object = {}): Readable {
  const rest = filled(chunks);
  return new Readable({
    ...options,
    read() {
      const { done, value } = rest.next();
      this.push(done ? null : value);
    },
  });
}

function* filled(chunks: Iterable<Uint8Array>): Generator<Uint8Array, undefined> {
  for (const chunk of chunks) if (chunk.length > 0) yield chunk;
}

function pulled(chunks: Iterable<Uint8Array>, highWaterMark: number): ReadableStream<Uint8Array> {
  const rest = chunks[Symbol.iterator]();
  return new ReadableStream(
    {
      pull: (controller) => {
        const { done, value } = rest.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
    },
    { highWaterMark },
  );
}

function sized(stream: ByteStream, chunks: Chunks): Content {
  return { stream, size: whole(chunks).length };
}

export const KINDS: Readonly<Record<string, Kind>> = {
  string: { reads: 'again', make: (chunks) => Buffer.concat(chunks).toString('latin1') },
  Buffer: { reads: 'again', make: (chunks) => Buffer.concat(chunks) },
  'part of an array': {
    reads: 'again',
    make: (chunks) => Uint8Array.from([1, 2, 3, ...whole(chunks), 4]).subarray(3, -1),
  },
  DataView: { reads: 'again', make: (chunks) => new DataView(whole(chunks).buffer) },
  ArrayBuffer: { reads: 'again', make: (chunks) => whole(chunks).buffer },
  Blob: { reads: 'again', make: (chunks) => new Blob(chunks.map((chunk) => Uint8Array.from(chunk))) },
  file: {
    reads: 'again',
    make: (chunks) => {
      files += 1;
      const file = join(folder, String(files));
      writeFileSync(file, whole(chunks));
      return { file };
    },
  },
  'iterable that starts anew': {
    reads: 'again',
    make: (chunks) => ({ [Symbol.asyncIterator]: () => generated(overwriting(chunks)) }),
  },
  'iterable of one iterator': {
    reads: 'once, unseen',
    make: (chunks) => {
      const iterator = generated(overwriting(chunks));
      return { [Symbol.asyncIterator]: () => iterator };
    },
  },
  'iterable with destroy': {
    reads: 'once, unseen',
    make: (chunks) => Object.assign(generated(overwriting(chunks)), { destroy: () => undefined }),
  },
  generator: { reads: 'once, unseen', make: (chunks) => generated(overwriting(chunks)) },
  'Readable of objects': { reads: 'once', make: (chunks) => Readable.from(chunks) },
  'Readable of one buffer': { reads: 'once', make: (chunks) => pushing(overwriting(chunks)) },
  'Readable of one buffer, of objects': {
    reads: 'once',
    make: (chunks) => pushing(overwriting(chunks), { objectMode: true }),
  },
  'Readable with its size': { reads: 'once', make: (chunks) => sized(pushing(overwriting(chunks)), chunks) },
  Transform: {
    reads: 'once',
    make: (chunks) =>
      pushing(chunks).pipe(
        new Transform({ transform: (chunk: Buffer, _, done) => done(null, Buffer.from(chunk)) }),
      ),
  },
  'web stream': { reads: 'once', make: (chunks) => pulled(chunks, 1) },
  'web stream of one buffer': { reads: 'once', make: (chunks) => pulled(overwriting(chunks), 0) },
  'web stream with its size': {
    reads: 'once',
    make: (chunks) => sized(pulled(overwriting(chunks), 0), chunks),
  },
  'byte stream': {
    reads: 'once',
    make: (chunks) => new Blob(chunks.map((chunk) => Uint8Array.from(chunk))).stream(),
  },
  'body of a Response': {
    reads: 'once',
    make: (chunks) => new Response(whole(chunks)).body as ReadableStream<Uint8Array>,
  },
  "another realm's array": { reads: 'again', make: (chunks) => foreignBytes([...whole(chunks)]) },
  "another realm's ArrayBuffer": { reads: 'again', make: (chunks) => foreignBuffer([...whole(chunks)]) },
  "another realm's DataView": { reads: 'again', make: (chunks) => foreignView([...whole(chunks)]) },
  "another realm's generator": {
    reads: 'once, unseen',
    make: (chunks) => foreignGenerator([...whole(chunks)]),
  },
};

/** The stream in content that is one, alone or with its size. */
export function streamIn(content: Content): ByteStream {
  return typeof content === 'object' &&
    'size' in content &&
    'stream' in content &&
    typeof content.stream !== 'function'
    ? content.stream
    : (content as ByteStream);
}
