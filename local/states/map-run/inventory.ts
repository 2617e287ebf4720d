// The items of an S3 Inventory: the rows of all files that its manifest names, under the names that its schema gives them.
// Source: "ItemReader (Map)" in the Developer Guide; "Locating your inventory list" in the S3 User Guide.

import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { STATES, StateFailure } from '../failure.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { csvItems } from './csv.ts';

interface Manifest {
  readonly bucket: string;
  readonly headers: readonly string[];
  readonly files: readonly string[];
}

/** The content of the object that Bucket and Key name. */
type ReadObject = (object: JsonObject) => AsyncIterable<Uint8Array>;

/**
 * One object a row, all values text as they stand in the file: keys URL-encoded.
 * @param manifest - Bucket and Key of manifest.json
 * @throws {StateFailure} States.ItemReaderFailed, also for reports in other formats than CSV, as on AWS
 */
export async function* inventoryItems(manifest: JsonObject, read: ReadObject): AsyncGenerator<Json> {
  const { bucket, headers, files } = parseManifest(await textOf(read(manifest)));
  for (const Key of files) {
    const content = Readable.from(read({ Bucket: bucket, Key }));
    const chunks = Key.endsWith('.gz') ? unzipped(content, Key) : content;
    yield* csvItems(decoded(chunks), { type: 'CSV', headers, delimiter: ',' });
  }
}

function parseManifest(text: string): Manifest {
  const { destinationBucket, fileFormat, fileSchema, files } = parsed(text);
  if (typeof fileFormat !== 'string' || typeof fileSchema !== 'string' || !Array.isArray(files)) {
    throw readerFailed('The manifest is not one of an S3 Inventory');
  }
  if (fileFormat !== 'CSV') {
    throw readerFailed(`The output format of an S3 Inventory must be CSV, but it is ${fileFormat}`);
  }
  return {
    bucket: String(destinationBucket).replace(/^arn:[^/]*:::/, ''),
    headers: fileSchema.split(',').map((header) => header.trim()),
    files: files.map((file) => String(isObject(file) ? file.key : file)),
  };
}

async function* unzipped(content: Readable, key: string): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  content.on('error', (error) => gunzip.destroy(error));
  try {
    yield* content.pipe(gunzip) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw error instanceof StateFailure ? error : readerFailed(`${key}: ${(error as Error).message}`);
  }
}

async function* decoded(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true });
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const piece of decoded(chunks)) text += piece;
  return text;
}

function parsed(text: string): JsonObject {
  try {
    const value: Json = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch (error) {
    throw readerFailed((error as Error).message);
  }
}

function readerFailed(cause: string): StateFailure {
  return new StateFailure(STATES.itemReaderFailed, cause);
}
