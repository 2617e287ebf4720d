// What a new bucket answers to tools that read its configuration: AWS's defaults. What can be changed is elsewhere.

import { type S3ErrorCode, s3Error } from './errors.ts';
import { type Operation, requireBucket, type S3Context, xmlResponse } from './request.ts';
import type { XmlElement } from './xml.ts';

type Answer = readonly [root: string, content: XmlElement] | S3ErrorCode;

const ANSWERS = {
  GetBucketAccelerateConfiguration: ['AccelerateConfiguration', {}],
  GetBucketEncryption: [
    'ServerSideEncryptionConfiguration',
    { Rule: { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false } },
  ],
  GetBucketLogging: ['BucketLoggingStatus', {}],
  GetBucketNotificationConfiguration: ['NotificationConfiguration', {}],
  GetBucketOwnershipControls: ['OwnershipControls', { Rule: { ObjectOwnership: 'BucketOwnerEnforced' } }],
  GetBucketPolicy: 'NoSuchBucketPolicy',
  GetBucketPolicyStatus: 'NoSuchBucketPolicy',
  GetBucketReplication: 'ReplicationConfigurationNotFoundError',
  GetBucketRequestPayment: ['RequestPaymentConfiguration', { Payer: 'BucketOwner' }],
  GetBucketWebsite: 'NoSuchWebsiteConfiguration',
  GetObjectLockConfiguration: 'ObjectLockConfigurationNotFoundError',
  GetPublicAccessBlock: [
    'PublicAccessBlockConfiguration',
    {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    },
  ],
} as const satisfies Record<string, Answer>;

/** The reads of a bucket's configuration, by operation. */
export const configurationReads: Readonly<Record<string, Operation>> = Object.fromEntries(
  Object.entries(ANSWERS).map(([operation, answer]: [string, Answer]) => [operation, reader(answer)]),
);

function reader(answer: Answer): Operation {
  return async (s3: S3Context, { bucket }) => {
    requireBucket(s3, bucket);
    if (typeof answer === 'string') {
      throw s3Error(answer, { members: { BucketName: bucket } });
    }
    return xmlResponse(...answer);
  };
}
