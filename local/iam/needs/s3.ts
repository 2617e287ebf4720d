// S3's operations as actions. What depends on what is stored, S3 asks about while it performs the call: s3:ListBucket
// where an object is missing, s3:DeleteObject for each key of DeleteObjects, the tags of a copied object.
// Source: Service Authorization Reference, "Amazon S3"; "Required permissions for Amazon S3 API operations".

import { parseCopySource } from '../../s3/copy-source.ts';
import type { Called, Mapping, Need } from './need.ts';

/** In a header, or in a presigned URL. */
const COPY_SOURCE = 'x-amz-copy-source';

/** Headers of a write that need rights beyond it. */
const WRITE_HEADERS: readonly (readonly [header: RegExp, action: string])[] = [
  [/^x-amz-(?:acl|grant-.+)$/, 's3:PutObjectAcl'],
  [/^x-amz-tagging$/, 's3:PutObjectTagging'],
  [/^x-amz-object-lock-(?:mode|retain-until-date)$/, 's3:PutObjectRetention'],
  [/^x-amz-object-lock-legal-hold$/, 's3:PutObjectLegalHold'],
];

/** On a bucket's configuration, where the action is called otherwise than the operation. */
const CONFIGURATION_ACTIONS: Readonly<Record<string, string>> = {
  DeleteBucketCors: 'PutBucketCORS',
  DeleteBucketLifecycle: 'PutLifecycleConfiguration',
  DeleteBucketTagging: 'PutBucketTagging',
  GetBucketAccelerateConfiguration: 'GetAccelerateConfiguration',
  GetBucketCors: 'GetBucketCORS',
  GetBucketEncryption: 'GetEncryptionConfiguration',
  GetBucketLifecycleConfiguration: 'GetLifecycleConfiguration',
  GetBucketNotificationConfiguration: 'GetBucketNotification',
  GetBucketReplication: 'GetReplicationConfiguration',
  GetObjectLockConfiguration: 'GetBucketObjectLockConfiguration',
  GetPublicAccessBlock: 'GetBucketPublicAccessBlock',
  PutBucketCors: 'PutBucketCORS',
  PutBucketLifecycleConfiguration: 'PutLifecycleConfiguration',
};

/** Those whose action has the operation's name. */
const PLAIN_BUCKET_OPERATIONS = [
  'CreateBucket',
  'DeleteBucket',
  'GetBucketAcl',
  'GetBucketLocation',
  'GetBucketLogging',
  'GetBucketOwnershipControls',
  'GetBucketPolicy',
  'GetBucketPolicyStatus',
  'GetBucketRequestPayment',
  'GetBucketTagging',
  'GetBucketVersioning',
  'GetBucketWebsite',
  'PutBucketAcl',
  'PutBucketTagging',
  'PutBucketVersioning',
];

export const s3Needs: Mapping = {
  ...Object.fromEntries(PLAIN_BUCKET_OPERATIONS.map((operation) => [operation, onSubject(operation)])),
  ...Object.fromEntries(
    Object.entries(CONFIGURATION_ACTIONS).map(([operation, action]) => [operation, onSubject(action)]),
  ),
  // AWS's own examples allow it on `arn:aws:s3:::*`.
  ListBuckets: () => [{ action: 's3:ListAllMyBuckets', resource: 'arn:aws:s3:::*', shown: '' }],
  // What browsers ask before a call, without credentials.
  PreflightRequest: () => [],
  HeadBucket: onSubject('ListBucket'),
  ListObjects: onSubject('ListBucket'),
  ListObjectsV2: onSubject('ListBucket'),
  ListObjectVersions: onSubject('ListBucketVersions'),
  ListMultipartUploads: onSubject('ListBucketMultipartUploads'),

  GetObject: versioned('GetObject'),
  HeadObject: versioned('GetObject'),
  GetObjectAttributes: (called) => [
    ...versioned('GetObject')(called),
    ...versioned('GetObjectAttributes')(called),
  ],
  PutObject: write,
  DeleteObject: versioned('DeleteObject'),
  // Per key, in what it answers.
  DeleteObjects: () => [],
  CopyObject: copy,
  GetObjectTagging: versioned('GetObjectTagging'),
  PutObjectTagging: versioned('PutObjectTagging'),
  DeleteObjectTagging: versioned('DeleteObjectTagging'),
  GetObjectAcl: versioned('GetObjectAcl'),
  PutObjectAcl: versioned('PutObjectAcl'),

  CreateMultipartUpload: write,
  UploadPart: onSubject('PutObject'),
  UploadPartCopy: copy,
  CompleteMultipartUpload: onSubject('PutObject'),
  AbortMultipartUpload: onSubject('AbortMultipartUpload'),
  ListParts: onSubject('ListMultipartUploadParts'),
};

/** The call's subject is `bucket` or `bucket/key`, and so is the resource. */
function onSubject(action: string): (called: Called) => Need[] {
  return ({ call }) => [{ action: `s3:${action}`, resource: `arn:aws:s3:::${call.subject}` }];
}

function versioned(action: string): (called: Called) => Need[] {
  return (called) => onSubject(called.request.query.has('versionId') ? ofVersion(action) : action)(called);
}

/** `GetObject` is `GetObjectVersion`, `GetObjectTagging` is `GetObjectVersionTagging`. */
function ofVersion(action: string): string {
  return action.replace('Object', 'ObjectVersion');
}

function write(called: Called): Need[] {
  const { headers, query } = called.request;
  const names = [...Object.keys(headers), ...[...query.keys()].map((name) => name.toLowerCase())];
  const further = WRITE_HEADERS.filter(([header]) => names.some((name) => header.test(name)));
  return [
    ...onSubject('PutObject')(called),
    ...further.map(([, action]) => ({ action, resource: `arn:aws:s3:::${called.call.subject}` })),
  ];
}

function copy(called: Called): Need[] {
  const { headers, query } = called.request;
  const inQuery = [...query].find(([name]) => name.toLowerCase() === COPY_SOURCE)?.[1];
  const source = sourceOf(headers[COPY_SOURCE] ?? inQuery ?? '');
  return [...(source ? [source] : []), ...write(called)];
}

/** None when the header is not well-formed, which S3 says itself. */
function sourceOf(copySource: string): Need | undefined {
  try {
    const { bucket, key, versionId } = parseCopySource(copySource);
    const action = versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion';
    return { action, resource: `arn:aws:s3:::${bucket}/${key}` };
  } catch {
    return undefined;
  }
}
