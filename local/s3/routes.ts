// Which operation of S3 a request is: by method, by what it addresses, and by its subresource.

import { notImplemented, s3Error } from './errors.ts';
import type { S3Request } from './request.ts';

type Resource = 'service' | 'bucket' | 'object';

interface Route {
  readonly method: string;
  readonly resource: Resource;
  readonly operation: string;
  /** Query parameters that must be there, each alone or with this value: `list-type=2`. */
  readonly subresource: readonly string[];
  /** A header that must be there. */
  readonly header?: string;
}

/**
 * AWS's name of the operation.
 * @throws {ServiceError} NotImplemented for a query parameter that nothing here knows; MethodNotAllowed
 */
export function operationOf(request: S3Request): string {
  if (request.method === 'OPTIONS') {
    return 'PreflightRequest';
  }
  const resource: Resource = request.key !== '' ? 'object' : request.bucket !== '' ? 'bucket' : 'service';
  const route = ROUTES.find((candidate) => matches(candidate, request, resource));
  const known = new Set([...(route?.subresource.map((term) => term.split('=')[0]) ?? []), ...PARAMETERS]);
  const stranger = [...request.query.keys()].find(
    (name) => !known.has(name) && !name.toLowerCase().startsWith('x-amz-'),
  );
  if (stranger !== undefined) {
    throw notImplemented(`${request.method} with query parameter ${stranger}`);
  }
  if (!route) {
    throw s3Error('MethodNotAllowed', {
      members: { Method: request.method, ResourceType: resource.toUpperCase() },
    });
  }
  return route.operation;
}

/**
 * Parameters that refine an operation but do not choose it; `x-id` is the SDKs' own name for it. `content-md5` and
 * `content-type` are in URLs presigned by Signature Version 2, which say what the headers must be.
 */
const PARAMETERS = [
  'AWSAccessKeyId',
  'Expires',
  'Signature',
  'bucket-region',
  'content-md5',
  'content-type',
  'continuation-token',
  'delimiter',
  'encoding-type',
  'fetch-owner',
  'key-marker',
  'marker',
  'max-buckets',
  'max-keys',
  'max-parts',
  'max-uploads',
  'part-number-marker',
  'partNumber',
  'prefix',
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  'response-content-language',
  'response-content-type',
  'response-expires',
  'start-after',
  'upload-id-marker',
  'version-id-marker',
  'versionId',
  'x-id',
] as const;

/** Bucket subresources: parameter, then what is read and written by it. */
const CONFIGURATIONS: readonly (readonly [parameter: string, name: string])[] = [
  ['accelerate', 'BucketAccelerateConfiguration'],
  ['acl', 'BucketAcl'],
  ['analytics', 'BucketAnalyticsConfiguration'],
  ['cors', 'BucketCors'],
  ['encryption', 'BucketEncryption'],
  ['intelligent-tiering', 'BucketIntelligentTieringConfiguration'],
  ['inventory', 'BucketInventoryConfiguration'],
  ['lifecycle', 'BucketLifecycleConfiguration'],
  ['logging', 'BucketLogging'],
  ['metrics', 'BucketMetricsConfiguration'],
  ['notification', 'BucketNotificationConfiguration'],
  ['object-lock', 'ObjectLockConfiguration'],
  ['ownershipControls', 'BucketOwnershipControls'],
  ['policy', 'BucketPolicy'],
  ['policyStatus', 'BucketPolicyStatus'],
  ['publicAccessBlock', 'PublicAccessBlock'],
  ['replication', 'BucketReplication'],
  ['requestPayment', 'BucketRequestPayment'],
  ['tagging', 'BucketTagging'],
  ['versioning', 'BucketVersioning'],
  ['website', 'BucketWebsite'],
];

/** Deletions that AWS names otherwise than what they delete. */
const DELETIONS: Readonly<Record<string, string>> = { BucketLifecycleConfiguration: 'DeleteBucketLifecycle' };

/** In order: the first that matches counts, so the ones that ask for more come first. */
const ROUTES: readonly Route[] = [
  route('GET', 'service', 'ListBuckets'),

  ...CONFIGURATIONS.flatMap(([parameter, name]) => [
    route('GET', 'bucket', `Get${name}`, [parameter]),
    route('PUT', 'bucket', `Put${name}`, [parameter]),
    route('DELETE', 'bucket', DELETIONS[name] ?? `Delete${name}`, [parameter]),
  ]),
  route('GET', 'bucket', 'GetBucketLocation', ['location']),
  route('GET', 'bucket', 'CreateSession', ['session']),
  route('GET', 'bucket', 'ListMultipartUploads', ['uploads']),
  route('GET', 'bucket', 'ListObjectVersions', ['versions']),
  route('GET', 'bucket', 'ListObjectsV2', ['list-type=2']),
  route('GET', 'bucket', 'ListObjects'),
  route('HEAD', 'bucket', 'HeadBucket'),
  route('PUT', 'bucket', 'CreateBucket'),
  route('DELETE', 'bucket', 'DeleteBucket'),
  route('POST', 'bucket', 'DeleteObjects', ['delete']),
  route('POST', 'bucket', 'PostObject'),

  route('GET', 'object', 'GetObjectAcl', ['acl']),
  route('PUT', 'object', 'PutObjectAcl', ['acl']),
  route('GET', 'object', 'GetObjectTagging', ['tagging']),
  route('PUT', 'object', 'PutObjectTagging', ['tagging']),
  route('DELETE', 'object', 'DeleteObjectTagging', ['tagging']),
  route('GET', 'object', 'GetObjectRetention', ['retention']),
  route('PUT', 'object', 'PutObjectRetention', ['retention']),
  route('GET', 'object', 'GetObjectLegalHold', ['legal-hold']),
  route('PUT', 'object', 'PutObjectLegalHold', ['legal-hold']),
  route('GET', 'object', 'GetObjectTorrent', ['torrent']),
  route('GET', 'object', 'GetObjectAttributes', ['attributes']),
  route('PUT', 'object', 'RenameObject', ['renameObject']),
  route('POST', 'object', 'RestoreObject', ['restore']),
  route('POST', 'object', 'SelectObjectContent', ['select', 'select-type']),
  route('POST', 'object', 'CreateMultipartUpload', ['uploads']),
  route('POST', 'object', 'CompleteMultipartUpload', ['uploadId']),
  route('GET', 'object', 'ListParts', ['uploadId']),
  route('DELETE', 'object', 'AbortMultipartUpload', ['uploadId']),
  { ...route('PUT', 'object', 'UploadPartCopy', ['uploadId', 'partNumber']), header: 'x-amz-copy-source' },
  route('PUT', 'object', 'UploadPart', ['uploadId', 'partNumber']),
  { ...route('PUT', 'object', 'CopyObject'), header: 'x-amz-copy-source' },
  route('GET', 'object', 'GetObject'),
  route('HEAD', 'object', 'HeadObject'),
  route('PUT', 'object', 'PutObject'),
  route('DELETE', 'object', 'DeleteObject'),
];

function route(
  method: string,
  resource: Resource,
  operation: string,
  subresource: readonly string[] = [],
): Route {
  return { method, resource, operation, subresource };
}

function matches(candidate: Route, request: S3Request, resource: Resource): boolean {
  return (
    candidate.method === request.method &&
    candidate.resource === resource &&
    (candidate.header === undefined || request.headers[candidate.header] !== undefined) &&
    candidate.subresource.every((term) => {
      const [name = '', value] = term.split('=');
      return value === undefined ? request.query.has(name) : request.query.get(name) === value;
    })
  );
}
