// Where the items of a Distributed Map come from: objects' names, or what is in an object; read as they are needed.
// Source: "ItemReader (Map)" in the Developer Guide.

import { Readable } from 'node:stream';
import type { ItemFormat } from '../definition/types.ts';
import { STATES, StateFailure } from '../failure.ts';
import { type Dispatch, parameterProblem } from '../integrations/integration.ts';
import { call } from '../integrations/response.ts';
import { S3_ACTIONS, type S3Action } from '../integrations/s3/actions.ts';
import { requestOf } from '../integrations/s3/request.ts';
import { parseDocument } from '../integrations/s3/wire.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { csvItems } from './csv.ts';
import { inventoryItems } from './inventory.ts';

export interface ItemSource {
  readonly format: ItemFormat;
  /** Bucket and Key, or Bucket and Prefix, evaluated. */
  readonly arguments: Json;
  /** 0: all. */
  readonly maxItems: number;
}

/** @throws {StateFailure} States.ItemReaderFailed */
export async function* readItems(source: ItemSource, dispatch: Dispatch): AsyncGenerator<Json> {
  if (source.maxItems < 0) throw readerFailed('field MaxItems must be positive');
  let left = source.maxItems === 0 ? Number.POSITIVE_INFINITY : source.maxItems;
  for await (const item of itemsIn(source, dispatch)) {
    yield item;
    left -= 1;
    if (left === 0) return;
  }
}

function itemsIn({ format, arguments: args }: ItemSource, dispatch: Dispatch): AsyncIterable<Json> {
  const action = format.type === 'objects' ? S3_ACTIONS.listObjectsV2 : S3_ACTIONS.getObject;
  const problem = parameterProblem(action?.parameters, args);
  if (action === undefined || problem !== undefined) throw readerFailed(String(problem));
  const parameters = args as JsonObject;
  switch (format.type) {
    case 'objects':
      return listedObjects(action, parameters, dispatch);
    case 'JSON':
      return jsonItems(textOf(action, parameters, dispatch), format.pointer);
    case 'JSONL':
      return lineItems(textOf(action, parameters, dispatch));
    case 'CSV':
      return csvItems(textOf(action, parameters, dispatch), format);
    case 'MANIFEST':
      return inventoryItems(parameters, (object) => bytesOf(action, object, dispatch));
  }
}

/** A page of the list at a time. */
async function* listedObjects(
  action: S3Action,
  parameters: JsonObject,
  dispatch: Dispatch,
): AsyncGenerator<Json> {
  let page: JsonObject | undefined;
  do {
    const token = page?.NextContinuationToken;
    const next: JsonObject = token === undefined ? {} : { ContinuationToken: token };
    page = parseDocument(await send(action, { ...parameters, ...next }, dispatch));
    for (const object of Array.isArray(page.Contents) ? page.Contents : []) {
      if (isObject(object)) yield described(object);
    }
  } while (page.NextContinuationToken !== undefined);
}

/** An object as an item; LastModified in seconds since the epoch. */
function described({ ETag, Key, LastModified, Size, StorageClass }: JsonObject): Json {
  return {
    Etag: ETag ?? null,
    Key: Key ?? null,
    LastModified: Math.floor(Date.parse(String(LastModified)) / 1000),
    Size: Size ?? null,
    StorageClass: StorageClass ?? null,
  };
}

async function* jsonItems(chunks: AsyncIterable<string>, pointer: string | undefined): AsyncGenerator<Json> {
  let text = '';
  for await (const chunk of chunks) text += chunk;
  const node = pointer === undefined ? parsed(text) : pointedAt(parsed(text), pointer);
  if (!Array.isArray(node)) throw readerFailed('Attempting to map over non-iterable node.');
  yield* node;
}

async function* lineItems(chunks: AsyncIterable<string>): AsyncGenerator<Json> {
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield parsed(line);
  }
  if (rest.trim() !== '') yield parsed(rest);
}

/** A JSON Pointer (RFC 6901). */
function pointedAt(node: Json, pointer: string): Json | undefined {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<Json | undefined>((inner, token) => {
      if (Array.isArray(inner)) return inner[Number(token)];
      return isObject(inner) ? inner[token] : undefined;
    }, node);
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw readerFailed((error as Error).message);
  }
}

async function send(action: S3Action, parameters: JsonObject, dispatch: Dispatch): Promise<string> {
  const answer = await call(dispatch, 's3', requestOf(action, parameters));
  if (answer === undefined) throw readerFailed('Unable to execute HTTP request: the connection was closed');
  if (answer.status < 300) return answer.body;
  throw readerFailed(refusalOf(answer.status, answer.body, answer.headers));
}

async function* textOf(action: S3Action, parameters: JsonObject, dispatch: Dispatch): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const chunk of bytesOf(action, parameters, dispatch))
    yield decoder.decode(chunk, { stream: true });
}

/** An object's content, piece by piece. */
async function* bytesOf(
  action: S3Action,
  parameters: JsonObject,
  dispatch: Dispatch,
): AsyncGenerator<Uint8Array> {
  const { status, headers = {}, body = '' } = await dispatch('s3', requestOf(action, parameters));
  const chunks = body instanceof Readable ? body : [Buffer.from(body)];
  let refusal = '';
  for await (const chunk of chunks) {
    if (status < 300) yield chunk as Uint8Array;
    else refusal += String(chunk);
  }
  if (status >= 300) throw readerFailed(refusalOf(status, refusal, headers));
}

function refusalOf(status: number, body: string, headers: Readonly<Record<string, string>>): string {
  const { Code = '', Message = '' } = parseDocument(body);
  const ids = `Request ID: ${headers['x-amz-request-id']}; S3 Extended Request ID: ${headers['x-amz-id-2']}`;
  return `${Message} (Service: Amazon S3; Status Code: ${status}; Error Code: ${Code}; ${ids}; Proxy: null)`;
}

function readerFailed(cause: string): StateFailure {
  return new StateFailure(STATES.itemReaderFailed, cause);
}
