// The content coding `aws-chunked`: a body in chunks, each of which may be signed, with trailers after the last.
// Signatures are not verified. Source: "Signature calculations for the Authorization header: transferring payload
// in multiple chunks" in the Amazon S3 API Reference.

import { s3Error } from './errors.ts';

const MAX_LINE_BYTES = 8 * 1024;
const CHUNK_HEADER = /^(?<size>[0-9a-f]{1,12})(?:;.*)?$/i;
const LINE_FEED = 0x0a;

/**
 * Yields the decoded bytes, uncopied where a chunk arrives in one piece, and adds the trailers (lower-case names).
 * @throws {ServiceError} IncompleteBody, MalformedTrailerError
 */
export async function* decodeAwsChunked(
  source: AsyncIterable<Uint8Array>,
  trailers: Map<string, string>,
): AsyncGenerator<Uint8Array> {
  const reader = new ByteReader(source);
  for (;;) {
    const header = CHUNK_HEADER.exec((await reader.line()) ?? '');
    if (!header) {
      throw s3Error('IncompleteBody', {
        message: 'The request body is not a sequence of aws-chunked chunks',
      });
    }
    const size = Number.parseInt(header.groups?.size ?? '', 16);
    if (size === 0) {
      break;
    }
    yield* reader.take(size);
    if ((await reader.line()) !== '') {
      throw s3Error('IncompleteBody');
    }
  }
  for (let line = await reader.line(); line; line = await reader.line()) {
    const colon = line.indexOf(':');
    if (colon < 1) {
      throw s3Error('MalformedTrailerError');
    }
    trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
}

/** Reads lines and runs of bytes from a stream of pieces. */
class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #piece: Uint8Array = new Uint8Array();

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next line without its CRLF, or undefined at the end. */
  async line(): Promise<string | undefined> {
    let line = '';
    while (line.length <= MAX_LINE_BYTES) {
      if (this.#piece.length === 0 && !(await this.#next())) {
        return line === '' ? undefined : line;
      }
      const end = this.#piece.indexOf(LINE_FEED);
      const taken = this.#cut(end < 0 ? this.#piece.length : end + 1);
      line += Buffer.from(taken.buffer, taken.byteOffset, taken.length).toString('latin1');
      if (end >= 0) {
        return line.replace(/\r?\n$/, '');
      }
    }
    throw s3Error('IncompleteBody', { message: 'A line between two aws-chunked chunks is too long' });
  }

  async *take(size: number): AsyncGenerator<Uint8Array> {
    for (let missing = size; missing > 0; ) {
      if (this.#piece.length === 0 && !(await this.#next())) {
        throw s3Error('IncompleteBody');
      }
      const taken = this.#cut(Math.min(missing, this.#piece.length));
      missing -= taken.length;
      yield taken;
    }
  }

  async #next(): Promise<boolean> {
    const { done, value } = await this.#source.next();
    this.#piece = done ? new Uint8Array() : value;
    return !done;
  }

  #cut(size: number): Uint8Array {
    const taken = this.#piece.subarray(0, size);
    this.#piece = this.#piece.subarray(size);
    return taken;
  }
}
