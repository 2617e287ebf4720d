// The operations on buckets themselves.

import { refuseBucketAcl } from './acl-headers.ts';
import { receiveText } from './body.ts';
import { s3Error } from './errors.ts';
import {
  isoTime,
  type Operation,
  parseCount,
  requireBucket,
  type S3Context,
  type S3Request,
  xmlResponse,
} from './request.ts';
import type { Tag } from './stored-version.ts';
import { readTags } from './tags.ts';
import { type ParsedElement, parseDocument } from './xml.ts';

const NAME =
  /^(?!xn--|sthree-|amzn-s3-demo-)(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const RESERVED_SUFFIX = /(?:-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/;
const DEFAULT_REGION = 'us-east-1';
const MAX_BUCKETS = 10_000;

export const createBucket: Operation = async (s3, request) => {
  const { bucket, headers } = request;
  const document = await configurationOf(s3, request);
  requireLocation(s3, document?.text('LocationConstraint'));
  const elements = document?.children('Tags').flatMap((tags) => tags.children('Tag')) ?? [];
  const tags = readTags(elements, 'new bucket');
  if (headers['x-amz-bucket-object-lock-enabled']?.toLowerCase() === 'true') {
    throw s3Error('NotImplemented', { message: 'Object lock is not implemented by the local S3' });
  }
  refuseBucketAcl(headers);
  addBucket(s3, bucket, tags);
  return { status: 200, headers: { location: `/${bucket}`, 'x-amz-bucket-arn': arnOf(bucket) } };
};

export const headBucket: Operation = async (s3, { bucket }) => {
  requireBucket(s3, bucket);
  return { status: 200, headers: { 'x-amz-bucket-region': s3.identity.region } };
};

export const deleteBucket: Operation = async (s3, { bucket }) => {
  requireBucket(s3, bucket);
  for (const _ of s3.store.versionedKeysFrom(bucket, '')) {
    const versioned = s3.store.bucket(bucket)?.versioning !== undefined;
    throw s3Error('BucketNotEmpty', {
      ...(versioned && {
        message: 'The bucket you tried to delete is not empty. You must delete all versions in the bucket.',
      }),
      members: { BucketName: bucket },
    });
  }
  s3.store.removeBucket(bucket);
  s3.uploads.forgetBucket(bucket);
  s3.corsRules.delete(bucket);
  s3.lifecycles.delete(bucket);
  return { status: 204 };
};

export const listBuckets: Operation = async (s3, { query }) => {
  const prefix = query.get('prefix') ?? '';
  const after = query.get('continuation-token') ?? '';
  const limit = parseCount('max-buckets', query.get('max-buckets'), MAX_BUCKETS);
  const found = s3.store.buckets().filter(({ name }) => name.startsWith(prefix) && name > after);
  const page = found.slice(0, limit);
  return xmlResponse('ListAllMyBucketsResult', {
    Owner: { ID: s3.identity.accountId },
    Buckets: {
      Bucket: page.map(({ name, created }) => ({
        Name: name,
        CreationDate: isoTime(created),
        BucketRegion: s3.identity.region,
        BucketArn: arnOf(name),
      })),
    },
    ContinuationToken: found.length > page.length ? page.at(-1)?.name : undefined,
    Prefix: query.get('prefix') ?? undefined,
  });
};

/** us-east-1 is the Region without a name. */
export const getBucketLocation: Operation = async (s3, { bucket }) => {
  requireBucket(s3, bucket);
  const { region } = s3.identity;
  return xmlResponse('LocationConstraint', region === DEFAULT_REGION ? '' : region);
};

/**
 * Adds a bucket. In us-east-1 an existing one is created again without an error, elsewhere not: so AWS documents
 * it. With tags it is not either: so it is recorded.
 * @throws {ServiceError} InvalidBucketName, BucketAlreadyOwnedByYou
 */
export function addBucket(s3: S3Context, name: string, tags: readonly Tag[] = []): void {
  if (!NAME.test(name) || RESERVED_SUFFIX.test(name)) {
    throw s3Error('InvalidBucketName', { members: { BucketName: name } });
  }
  if (!s3.store.bucket(name)) {
    s3.store.addBucket({ name, created: s3.clock.now(), tags });
  } else if (s3.identity.region !== DEFAULT_REGION || tags.length > 0) {
    throw s3Error('BucketAlreadyOwnedByYou', { members: { BucketName: name } });
  }
}

function arnOf(bucket: string): string {
  return `arn:aws:s3:::${bucket}`;
}

async function configurationOf(s3: S3Context, request: S3Request): Promise<ParsedElement | undefined> {
  if ((request.headers['content-length'] ?? '0') === '0') {
    return undefined;
  }
  const text = await receiveText(s3.store, request);
  return text === '' ? undefined : parseDocument(text, 'CreateBucketConfiguration');
}

function requireLocation(s3: S3Context, location: string | undefined): void {
  if ((location || DEFAULT_REGION) !== s3.identity.region) {
    throw s3Error('IllegalLocationConstraintException', {
      message: `The ${location ?? 'unspecified'} location constraint is incompatible for the region specific endpoint this request was sent to.`,
    });
  }
}
