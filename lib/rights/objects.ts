// Rights on objects, by the names of actions: CDK's own grants allow whole families of them (`s3:GetObject*`, `s3:List*`).
// For a bucket of another account they are in its policy too, as with those.

import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';

/** Actions on all objects below a prefix. */
export function allowObjects(
  bucket: IBucket,
  grantee: IGrantable,
  prefix: string,
  actions: readonly string[],
): Grant {
  return allow(bucket, grantee, actions, bucket.arnForObjects(objectsBelow(prefix)));
}

export function allowBucket(bucket: IBucket, grantee: IGrantable, action: string): Grant {
  return allow(bucket, grantee, [action], bucket.bucketArn);
}

/** Lists of what is below a prefix. Without it, of everything. */
export function allowListing(bucket: IBucket, grantee: IGrantable, prefix: string): Grant {
  const conditions = { StringLike: { 's3:prefix': objectsBelow(prefix) } };
  return allow(bucket, grantee, ['s3:ListBucket'], bucket.bucketArn, prefix === '' ? undefined : conditions);
}

/** @param more - actions on the objects beside reading them */
export function allowReading(
  bucket: IBucket,
  grantee: IGrantable,
  prefix: string,
  more: readonly string[] = [],
): Grant {
  return combined([
    allowObjects(bucket, grantee, prefix, ['s3:GetObject', ...more]),
    // Without it S3 answers 403 for an object that is gone, which nobody could tell from a refusal (GetObject).
    allowBucket(bucket, grantee, 's3:ListBucket'),
    ...allowBucketKey(bucket, grantee, 'kms:Decrypt'),
  ]);
}

/** @param more - actions on the objects beside putting them, whole and in parts */
export function allowPutting(
  bucket: IBucket,
  grantee: IGrantable,
  prefix: string,
  more: readonly string[] = [],
): Grant {
  return combined([
    allowObjects(bucket, grantee, prefix, ['s3:PutObject', 's3:AbortMultipartUpload', ...more]),
    // A part that is uploaded is decrypted when the upload is completed (S3 User Guide, "Multipart upload with SSE-KMS").
    ...allowBucketKey(bucket, grantee, 'kms:GenerateDataKey', 'kms:Decrypt'),
  ]);
}

/** Actions on the key that encrypts a bucket's objects, if it is one of the account's. */
export function allowBucketKey(bucket: IBucket, grantee: IGrantable, ...actions: string[]): Grant[] {
  return bucket.encryptionKey === undefined ? [] : [bucket.encryptionKey.grant(grantee, ...actions)];
}

/** Several grants to one grantee as one, which is applied when each of them is. */
export function combined([first, ...others]: readonly Grant[]): Grant {
  if (first === undefined) throw new Error('no grants');
  return others.reduce((all, grant) => all.combine(grant), first);
}

/** Every object below a prefix, as a pattern of a policy. */
function objectsBelow(prefix: string): string {
  return prefix === '' ? '*' : `${prefix}/*`;
}

function allow(
  bucket: IBucket,
  grantee: IGrantable,
  actions: readonly string[],
  arn: string,
  conditions?: Record<string, Record<string, unknown>>,
): Grant {
  return Grant.addToPrincipalOrResource({
    grantee,
    actions: [...actions],
    resourceArns: [arn],
    resource: bucket,
    ...(conditions && { conditions }),
  });
}
