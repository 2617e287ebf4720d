// Access control lists: of a bucket whose owner is enforced, as every new one is, they can be read and not be set.
// Source: "Disabling ACLs" under "Controlling ownership of objects" in the User Guide.

import type { LocalResponse } from '../service.ts';
import { s3Error } from './errors.ts';
import { findObject } from './object-read.ts';
import { type Operation, requireBucket, type S3Context, xmlResponse } from './request.ts';

const SCHEMA_INSTANCE = 'http://www.w3.org/2001/XMLSchema-instance';

export const getBucketAcl: Operation = async (s3, { bucket }) => {
  requireBucket(s3, bucket);
  return ownersList(s3);
};

export const getObjectAcl: Operation = async (s3, request) => {
  findObject(s3, request);
  return ownersList(s3);
};

export const putBucketAcl: Operation = async (s3, { bucket }) => {
  requireBucket(s3, bucket);
  throw s3Error('AccessControlListNotSupported');
};

export const putObjectAcl: Operation = async (s3, request) => {
  findObject(s3, request);
  throw s3Error('AccessControlListNotSupported');
};

/** The owner's full control. */
function ownersList({ identity }: S3Context): LocalResponse {
  const owner = { ID: identity.accountId };
  return xmlResponse('AccessControlPolicy', {
    Owner: owner,
    AccessControlList: {
      Grant: {
        Grantee: { '@xmlns:xsi': SCHEMA_INSTANCE, '@xsi:type': 'CanonicalUser', ...owner },
        Permission: 'FULL_CONTROL',
      },
    },
  });
}
