// aws-sdk:s3: which calls there are, and what each takes.

import type { ParameterRules } from '../integration.ts';

/** What a call is about; without a bucket it is about the service. */
type Target = 'service' | 'bucket' | 'object';

export interface S3Action {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly target: Target;
  /** The subresource that the query begins with: `delete`, `list-type=2`. */
  readonly subresource: string | undefined;
  readonly parameters: Required<ParameterRules> & { readonly known: readonly string[] };
  /** The parameter that is the request's body: content, or a document of this root. */
  readonly body: { readonly parameter: string; readonly root: string | undefined } | undefined;
  /** What the SDK calls the document of the answer; empty where its members are the answer's own. */
  readonly result: string;
}

const CONDITIONS = ['IfMatch', 'IfNoneMatch', 'IfModifiedSince', 'IfUnmodifiedSince'];
const OWNER = ['ExpectedBucketOwner', 'RequestPayer'];
const CHECKSUMS = ['ChecksumCRC32', 'ChecksumCRC32C', 'ChecksumCRC64NVME', 'ChecksumSHA1', 'ChecksumSHA256'];
const KEPT = [
  'ACL',
  'CacheControl',
  'ContentDisposition',
  'ContentEncoding',
  'ContentLanguage',
  'ContentType',
  'Expires',
  'Metadata',
  'ServerSideEncryption',
  'StorageClass',
  'Tagging',
  'WebsiteRedirectLocation',
];
const READ = [
  ...CONDITIONS,
  ...OWNER,
  'ChecksumMode',
  'PartNumber',
  'Range',
  'ResponseCacheControl',
  'ResponseContentDisposition',
  'ResponseContentEncoding',
  'ResponseContentLanguage',
  'ResponseContentType',
  'ResponseExpires',
  'VersionId',
];
const LIST = ['Delimiter', 'EncodingType', 'Prefix', ...OWNER];
const COPY_SOURCE = [
  'CopySourceIfMatch',
  'CopySourceIfModifiedSince',
  'CopySourceIfNoneMatch',
  'CopySourceIfUnmodifiedSince',
  'ExpectedSourceBucketOwner',
];
const BUCKET = ['Bucket'];
const OBJECT = ['Bucket', 'Key'];
const UPLOAD = [...OBJECT, 'UploadId'];

/** By the name in a Resource: the operations of S3 that the local one has, and that answer with more than bytes. */
export const S3_ACTIONS: Readonly<Record<string, S3Action>> = {
  abortMultipartUpload: action('DELETE', 'object', UPLOAD, OWNER),
  completeMultipartUpload: action(
    'POST',
    'object',
    UPLOAD,
    [...CHECKSUMS, ...OWNER, 'IfMatch', 'IfNoneMatch', 'ChecksumType', 'MultipartUpload', 'MpuObjectSize'],
    {
      body: { parameter: 'MultipartUpload', root: 'CompleteMultipartUpload' },
    },
  ),
  copyObject: action(
    'PUT',
    'object',
    [...OBJECT, 'CopySource'],
    [
      ...KEPT,
      ...COPY_SOURCE,
      ...OWNER,
      'ChecksumAlgorithm',
      'IfMatch',
      'IfNoneMatch',
      'MetadataDirective',
      'TaggingDirective',
    ],
    {
      result: 'CopyObjectResult',
    },
  ),
  createBucket: action('PUT', 'bucket', BUCKET, ['ACL', 'ObjectOwnership']),
  createMultipartUpload: action(
    'POST',
    'object',
    OBJECT,
    [...KEPT, ...OWNER, 'ChecksumAlgorithm', 'ChecksumType'],
    {
      subresource: 'uploads',
    },
  ),
  deleteBucket: action('DELETE', 'bucket', BUCKET, OWNER),
  deleteObject: action('DELETE', 'object', OBJECT, [...OWNER, 'IfMatch', 'VersionId']),
  deleteObjectTagging: action('DELETE', 'object', OBJECT, [...OWNER, 'VersionId'], {
    subresource: 'tagging',
  }),
  deleteObjects: action('POST', 'bucket', [...BUCKET, 'Delete'], [...OWNER, 'ChecksumAlgorithm'], {
    subresource: 'delete',
    body: { parameter: 'Delete', root: 'Delete' },
  }),
  getBucketLocation: action('GET', 'bucket', BUCKET, OWNER, { subresource: 'location' }),
  getObject: action('GET', 'object', OBJECT, READ),
  getObjectTagging: action('GET', 'object', OBJECT, [...OWNER, 'VersionId'], { subresource: 'tagging' }),
  headBucket: action('HEAD', 'bucket', BUCKET, OWNER),
  headObject: action('HEAD', 'object', OBJECT, READ),
  listBuckets: action('GET', 'service', [], ['BucketRegion', 'ContinuationToken', 'MaxBuckets', 'Prefix']),
  listMultipartUploads: action(
    'GET',
    'bucket',
    BUCKET,
    [...LIST, 'KeyMarker', 'MaxUploads', 'UploadIdMarker'],
    {
      subresource: 'uploads',
    },
  ),
  listObjects: action('GET', 'bucket', BUCKET, [...LIST, 'Marker', 'MaxKeys']),
  listObjectsV2: action(
    'GET',
    'bucket',
    BUCKET,
    [...LIST, 'ContinuationToken', 'FetchOwner', 'MaxKeys', 'StartAfter'],
    {
      subresource: 'list-type=2',
    },
  ),
  listParts: action('GET', 'object', UPLOAD, [...OWNER, 'MaxParts', 'PartNumberMarker']),
  putObject: action(
    'PUT',
    'object',
    OBJECT,
    [...KEPT, ...CHECKSUMS, ...OWNER, 'Body', 'ChecksumAlgorithm', 'ContentMD5', 'IfMatch', 'IfNoneMatch'],
    {
      body: { parameter: 'Body', root: undefined },
    },
  ),
  putObjectTagging: action(
    'PUT',
    'object',
    [...OBJECT, 'Tagging'],
    [...OWNER, 'ChecksumAlgorithm', 'VersionId'],
    {
      subresource: 'tagging',
      body: { parameter: 'Tagging', root: 'Tagging' },
    },
  ),
  uploadPart: action(
    'PUT',
    'object',
    [...UPLOAD, 'PartNumber'],
    [...CHECKSUMS, ...OWNER, 'Body', 'ChecksumAlgorithm', 'ContentMD5'],
    {
      body: { parameter: 'Body', root: undefined },
    },
  ),
  uploadPartCopy: action(
    'PUT',
    'object',
    [...UPLOAD, 'PartNumber', 'CopySource'],
    [...COPY_SOURCE, ...OWNER, 'CopySourceRange'],
    {
      result: 'CopyPartResult',
    },
  ),
};

function action(
  method: S3Action['method'],
  target: Target,
  required: readonly string[],
  optional: readonly string[],
  more: Partial<Pick<S3Action, 'subresource' | 'body' | 'result'>> = {},
): S3Action {
  const parameters = { required, known: [...required, ...optional] };
  return { method, target, parameters, subresource: undefined, body: undefined, result: '', ...more };
}
