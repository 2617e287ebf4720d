// A request as S3 reads it: whose bucket, which key, and the headers, be they sent as such or in a presigned URL.

import type { Readable } from 'node:stream';
import type { Clock } from '../clock.ts';
import type { CloudIdentity, LocalRequest, LocalResponse, Refusal } from '../service.ts';
import type { TellChange } from './changes.ts';
import type { CorsRule } from './cors-rules.ts';
import { invalidArgument, s3Error } from './errors.ts';
import type { LifecycleRule } from './lifecycle-rules.ts';
import type { UploadRegistry } from './multipart-uploads.ts';
import { isPresigned } from './presigned.ts';
import type { ObjectStore } from './store.ts';
import { renderDocument, type XmlElement } from './xml.ts';

/** What an operation works with. */
export interface S3Context {
  readonly store: ObjectStore;
  readonly uploads: UploadRegistry;
  /** By bucket; without rules it is not here. */
  readonly corsRules: Map<string, readonly CorsRule[]>;
  /** By bucket; without rules it is not here. */
  readonly lifecycles: Map<string, readonly LifecycleRule[]>;
  readonly clock: Clock;
  readonly identity: CloudIdentity;
  readonly changed: TellChange;
  /** The largest source that one CopyObject or UploadPartCopy takes, in bytes. */
  readonly maxCopyBytes: number;
  /** The smallest part of a completed upload but for the last, in bytes. */
  readonly minPartBytes: number;
}

export interface S3Request {
  readonly method: string;
  /** Decoded; empty when the request is about the service. */
  readonly bucket: string;
  /** Decoded; empty when the request is about a bucket. */
  readonly key: string;
  readonly query: URLSearchParams;
  /** Lower-case names; of a presigned URL also its `x-amz-*` parameters, which are headers by its signature. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Readable;
  /** The bucket, where the host name has it and not the path. */
  readonly bucketInHost: string | undefined;
  /** Absent: the caller may do everything. */
  readonly refusal?: Refusal | undefined;
}

export type Operation = (s3: S3Context, request: S3Request) => Promise<LocalResponse>;

const MAX_KEY_BYTES = 1024;
const MAX_COUNT = 2_147_483_647;
const LOCAL_HOST = /^(?:localhost|\[.*\]|[\d.]+)$/;
const SERVICE_HOST = /^(?:(?<bucket>.+?)\.)??(?:s3[.-].+|localhost)$/;

/**
 * @param bucketExists decides whether the first labels of a host name are a bucket; else the name's form does
 * @throws {ServiceError} InvalidURI, KeyTooLongError
 */
export function readRequest(request: LocalRequest, bucketExists: (name: string) => boolean): S3Request {
  const hosted = bucketOfHost(request.headers.host ?? '', bucketExists);
  const path = request.path.slice(1);
  const slash = path.indexOf('/');
  const [bucket, key] =
    hosted !== undefined
      ? [hosted, decodePath(path)]
      : slash < 0
        ? [decodePath(path), '']
        : [decodePath(path.slice(0, slash)), decodePath(path.slice(slash + 1))];
  const size = Buffer.byteLength(key);
  if (size > MAX_KEY_BYTES) {
    throw s3Error('KeyTooLongError', { members: { Size: size, MaxSizeAllowed: MAX_KEY_BYTES } });
  }
  const { method, query, body } = request;
  const headers = isPresigned(query) ? { ...headersInQuery(query), ...request.headers } : request.headers;
  return { method, bucket, key, query, headers, body, bucketInHost: hosted };
}

/** @throws {ServiceError} NoSuchBucket */
export function requireBucket(s3: S3Context, name: string): void {
  if (!s3.store.bucket(name)) {
    throw s3Error('NoSuchBucket', { members: { BucketName: name } });
  }
}

/** The cloud's time as S3 keeps it: in milliseconds, but whole seconds. */
export function currentSecond(clock: Clock): number {
  return Math.floor(clock.now() / 1000) * 1000;
}

/**
 * A count among a request's parameters, or `fallback` when it is not given.
 * @throws {ServiceError} InvalidArgument
 */
export function parseCount(name: string, text: string | null | undefined, fallback: number): number {
  if (text === null || text === undefined || text === '') {
    return fallback;
  }
  const count = Number(text);
  if (!/^\d+$/.test(text) || count > MAX_COUNT) {
    throw invalidArgument(name, text, `Argument ${name} must be an integer between 0 and ${MAX_COUNT}`);
  }
  return count;
}

export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

export function xmlResponse(
  root: string,
  content: XmlElement | string,
  headers: Readonly<Record<string, string>> = {},
): LocalResponse {
  return {
    status: 200,
    headers: { 'content-type': 'application/xml', ...headers },
    body: renderDocument(root, content),
  };
}

/** The bucket of a virtual-host style request, or undefined for path style. */
function bucketOfHost(host: string, bucketExists: (name: string) => boolean): string | undefined {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  if (LOCAL_HOST.test(name)) {
    return undefined;
  }
  const labels = name.split('.');
  const existing = labels
    .map((_, index) => labels.slice(0, labels.length - index - 1).join('.'))
    .find((candidate) => candidate !== '' && bucketExists(candidate));
  return existing ?? SERVICE_HOST.exec(name)?.groups?.bucket;
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (cause) {
    throw s3Error('InvalidURI', { message: `Couldn't parse the specified URI: ${path} (${cause})` });
  }
}

function headersInQuery(query: URLSearchParams): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of query) {
    const lowerCase = name.toLowerCase();
    if (lowerCase.startsWith('x-amz-')) {
      headers[lowerCase] = value;
    }
  }
  return headers;
}
