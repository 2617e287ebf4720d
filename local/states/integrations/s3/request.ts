// A call of aws-sdk:s3 as the REST request that the SDK makes of it.

import { createHash } from 'node:crypto';
import { own } from '../../../records.ts';
import type { LocalRequest } from '../../../service.ts';
import { isObject, type Json, type JsonObject } from '../../json.ts';
import { TaskError } from '../integration.ts';
import { request } from '../response.ts';
import type { S3Action } from './actions.ts';
import { HEADERS, METADATA_PREFIX, QUERY_PARAMETERS } from './places.ts';
import { checksumOf, renderDocument } from './wire.ts';

/** Parameters that are times; the SDK takes them in ISO 8601. */
const TIMES = new Set([
  'CopySourceIfModifiedSince',
  'CopySourceIfUnmodifiedSince',
  'IfModifiedSince',
  'IfUnmodifiedSince',
]);

/** @throws {TaskError} where an argument cannot be what it stands for */
export function requestOf(action: S3Action, parameters: JsonObject): LocalRequest {
  const body = bodyOf(action, parameters);
  const headers: Record<string, string> = { ...body.headers, ...metadataHeaders(parameters.Metadata) };
  for (const [name, value] of Object.entries(parameters)) {
    const header = own(HEADERS, name);
    if (header === undefined || name === action.body?.parameter) continue;
    headers[header] = TIMES.has(name) ? httpDate(name, value) : text(value);
  }
  if (parameters.ChecksumAlgorithm !== undefined && body.bytes === '') {
    headers['x-amz-checksum-algorithm'] = text(parameters.ChecksumAlgorithm);
  }
  if (headers['x-amz-copy-source'] !== undefined) {
    headers['x-amz-copy-source'] = encodePath(headers['x-amz-copy-source']);
  }
  return request(action.method, pathOf(action, parameters), headers, body.bytes);
}

function pathOf({ target, subresource }: S3Action, parameters: JsonObject): string {
  const query = new URLSearchParams(subresource);
  for (const [name, value] of Object.entries(parameters)) {
    const parameter = own(QUERY_PARAMETERS, name);
    if (parameter !== undefined) query.set(parameter, text(value));
  }
  const bucket = target === 'service' ? '' : encodeURIComponent(text(parameters.Bucket ?? ''));
  const key = target === 'object' ? `/${encodePath(text(parameters.Key ?? ''))}` : '';
  return `/${bucket}${key}${query.size === 0 ? '' : `?${query}`}`;
}

interface Body {
  readonly bytes: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Content is the argument's JSON: a string is stored with its quotation marks, as recorded on AWS. Like the SDK, it sends
 * a CRC32 unless another algorithm is asked for, or a checksum or digest is given.
 */
function bodyOf({ body }: S3Action, parameters: JsonObject): Body {
  if (body === undefined) return { bytes: '', headers: {} };
  const value = parameters[body.parameter];
  if (body.root !== undefined) {
    const bytes = renderDocument(body.root, isObject(value) ? value : {});
    const md5 = createHash('md5').update(bytes).digest('base64');
    return { bytes, headers: { 'content-type': 'application/xml', 'content-md5': md5 } };
  }
  const bytes = value === undefined ? '' : JSON.stringify(value);
  const given = Object.keys(parameters).some((name) => /^(Checksum(CRC|SHA)|ContentMD5)/.test(name));
  const checksum = given ? {} : checksumOf(text(parameters.ChecksumAlgorithm ?? 'CRC32'), bytes);
  return { bytes, headers: { 'content-type': 'text/plain; charset=UTF-8', ...checksum } };
}

function metadataHeaders(metadata: Json | undefined): Record<string, string> {
  if (!isObject(metadata)) return {};
  return Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => [METADATA_PREFIX + name.toLowerCase(), text(value)]),
  );
}

function text(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function httpDate(name: string, value: Json): string {
  const time = new Date(typeof value === 'number' ? value * 1000 : text(value));
  if (!Number.isNaN(time.getTime())) return time.toUTCString();
  throw new TaskError('States.Runtime', `The value of '${name}' is no timestamp: ${text(value)}`);
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
