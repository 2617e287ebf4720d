// The local cloud's S3: general purpose buckets, in memory or in a folder, over S3's REST protocol.

import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import {
  type Call,
  type CloudIdentity,
  LOCAL_CREDENTIALS,
  type LocalRequest,
  type LocalResponse,
  type Service,
  type ServiceError,
} from '../service.ts';
import { checkAccess } from './access.ts';
import { setCorsRules } from './bucket-cors.ts';
import { setLifecycle } from './bucket-lifecycle.ts';
import { addBucket } from './buckets.ts';
import { type ObjectChange, ObjectChanges } from './changes.ts';
import { crossOriginHeaders, letsPage } from './cors.ts';
import type { CorsRule } from './cors-rules.ts';
import { openDirectoryStore } from './directory-store.ts';
import { notImplemented, S3Error } from './errors.ts';
import { createExpiry } from './expiry.ts';
import type { LifecycleRule } from './lifecycle-rules.ts';
import { UploadRegistry } from './multipart-uploads.ts';
import { OPERATIONS } from './operations.ts';
import { checkPresigned, type SecretOf } from './presigned.ts';
import { readRequest, type S3Context, type S3Request } from './request.ts';
import { operationOf } from './routes.ts';
import { createMemoryStore } from './store.ts';
import type { Bucket } from './stored-version.ts';
import { renderError, type XmlElement } from './xml.ts';

export type { ObjectChange } from './changes.ts';

export interface S3Options {
  /** Sets LastModified and the creation of buckets. */
  readonly clock: Clock;
  /** The owner of every bucket, and its Region. */
  readonly identity: CloudIdentity;
  /** The largest source of one CopyObject or UploadPartCopy, in bytes; 5 GiB as on AWS. */
  readonly maxCopyBytes?: number;
  /** The smallest part of an upload but for its last, in bytes; 5 MiB as on AWS. */
  readonly minPartBytes?: number | undefined;
  /** Whose signatures presigned URLs may have. Default: those of the local credentials. */
  readonly secretOf?: SecretOf | undefined;
  /** An existing folder in which buckets and objects are kept; without it, they are in memory. Used by one process. */
  readonly folder?: string | undefined;
}

/** How a bucket is set up. */
export interface BucketSettings {
  /** Which pages of other origins may do what. Default: none may do anything. */
  readonly corsRules?: readonly CorsRule[] | undefined;
  /** What ends by itself. Default: nothing. */
  readonly lifecycle?: readonly LifecycleRule[] | undefined;
  /** Whether versions are kept. Default: as it is; a new bucket keeps none. */
  readonly versioning?: Bucket['versioning'] | undefined;
}

/** S3 as a service of the local cloud. A call's subject is `bucket/key`, decoded. */
export interface S3 extends Service {
  readonly name: 's3';
  /**
   * Creates an empty bucket. One that was in the folder when it was opened stays as it is, the first time.
   * @throws {ServiceError} InvalidBucketName, BucketAlreadyOwnedByYou, InvalidRequest, InvalidArgument, MalformedXML
   */
  createBucket(name: string, settings?: BucketSettings): void;
  /** Whether a bucket's CORS rules let pages of another origin make this request of one of its objects. */
  letsPage(request: LocalRequest, origin: string): boolean;
  /** Calls `listener` for every version that is written, deleted or hidden from now on. */
  onChange(listener: (change: ObjectChange) => void): void;
  /** Names, in order. */
  buckets(): readonly string[];
  /** Lets go of everything that is stored in memory; what is in the folder stays. */
  close(): Promise<void>;
}

const MAX_COPY_BYTES = 5 * 1024 ** 3;
const MIN_PART_BYTES = 5 * 1024 ** 2;

/** @throws {DataError} when what is in the folder is damaged */
export function createS3({
  clock,
  identity,
  maxCopyBytes = MAX_COPY_BYTES,
  minPartBytes = MIN_PART_BYTES,
  secretOf = localSecret,
  folder,
}: S3Options): S3 {
  const store = folder === undefined ? createMemoryStore() : openDirectoryStore(folder);
  const changes = new ObjectChanges(clock);
  const kept = new Set(store.buckets().map(({ name }) => name));
  const s3: S3Context = {
    store,
    uploads: new UploadRegistry(store),
    corsRules: new Map(),
    lifecycles: new Map(),
    clock,
    identity,
    changed: changes.tell,
    maxCopyBytes,
    minPartBytes,
  };
  const expire = createExpiry(s3);
  return {
    name: 's3',
    accept: async (request) => acceptCall(s3, secretOf, expire, request),
    errorResponse,
    crossOriginHeaders: (request) => crossOriginHeaders(s3, request),
    letsPage: (request, origin) => letsPage(s3, request, origin),
    createBucket: (name, { corsRules = [], lifecycle = [], versioning } = {}) => {
      if (!kept.delete(name)) {
        addBucket(s3, name);
      }
      setCorsRules(s3, name, corsRules);
      setLifecycle(s3, name, lifecycle);
      if (versioning !== undefined && versioning !== store.bucket(name)?.versioning) {
        store.changeBucket(name, { versioning });
      }
    },
    onChange: (listener) => changes.listen(listener),
    buckets: () => store.buckets().map(({ name }) => name),
    close: async () => {
      for (const { name } of store.buckets()) {
        s3.uploads.forgetBucket(name);
      }
      store.close();
    },
  };
}

function acceptCall(s3: S3Context, secretOf: SecretOf, expire: () => void, incoming: LocalRequest): Call {
  const request = readRequest(incoming, (name) => s3.store.bucket(name) !== undefined);
  const operation = operationOf(request);
  return {
    operation,
    subject: request.key === '' ? request.bucket : `${request.bucket}/${request.key}`,
    // The body is read from the incoming request, which may have been given a buffered one since.
    perform: async (refusal) => {
      // A browser's preflight has the URL of the call to come, but neither its method nor its headers.
      if (operation !== 'PreflightRequest') {
        checkAccess(request, s3.identity);
        checkPresigned(incoming, secretOf, request.bucketInHost);
      }
      expire();
      return perform(s3, operation, { ...request, body: incoming.body, refusal });
    },
  };
}

async function perform(s3: S3Context, operation: string, request: S3Request): Promise<LocalResponse> {
  const handler = Object.hasOwn(OPERATIONS, operation) ? OPERATIONS[operation] : undefined;
  if (!handler) {
    throw notImplemented(operation);
  }
  const response = await s3.store.during(() => handler(s3, request));
  return { ...response, headers: { ...response.headers, ...requestIds() } };
}

function localSecret(accessKeyId: string): string | undefined {
  return accessKeyId === LOCAL_CREDENTIALS.accessKeyId ? LOCAL_CREDENTIALS.secretAccessKey : undefined;
}

function errorResponse(error: ServiceError): LocalResponse {
  const ids = requestIds();
  const size = error.members.ActualObjectSize;
  return {
    status: error.status,
    headers: {
      'content-type': 'application/xml',
      ...(size === undefined ? {} : { 'content-range': `bytes */${size}` }),
      ...(error instanceof S3Error ? error.headers : {}),
      ...ids,
    },
    body: renderError({
      Code: error.code,
      Message: error.message,
      ...(error.members as XmlElement),
      RequestId: ids['x-amz-request-id'],
      HostId: ids['x-amz-id-2'],
    }),
  };
}

function requestIds(): Record<'x-amz-request-id' | 'x-amz-id-2', string> {
  return {
    'x-amz-request-id': randomBytes(8).toString('hex').toUpperCase(),
    'x-amz-id-2': randomBytes(32).toString('base64'),
  };
}
