// Lets pages of other origins upload to the bucket, by presigned URLs.

import { Bucket, HttpMethods, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Annotations } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { isOrigin } from './origin.ts';

const RULE_ID = 'PresignedUploads';
/** Origins that stores have let in, by bucket: S3 refuses two rules of one id, and a new CDK app two that say the same. */
const allowed = new WeakMap<Bucket, Set<string>>();

/** Adds a CORS rule, to a given bucket too, for what no other store lets in. @throws {Error} for what is no origin */
export function allowUploads(scope: Construct, bucket: IBucket, origins: readonly string[]): void {
  for (const origin of origins) checkOrigin(origin);
  if (origins.length === 0) return;
  if (bucket instanceof Bucket) {
    const others = allowed.get(bucket);
    const added = new Set(origins.filter((origin) => !others?.has(origin)));
    allowed.set(bucket, new Set([...(others ?? []), ...added]));
    if (added.size === 0) return;
    bucket.addCorsRule({
      id: others === undefined ? RULE_ID : `${RULE_ID}-${scope.node.addr.slice(-8)}`,
      allowedMethods: [HttpMethods.PUT],
      allowedOrigins: [...added],
      // The headers that are signed, and those that a browser adds by itself.
      allowedHeaders: ['*'],
      exposedHeaders: ['ETag'],
      maxAge: 3600,
    });
    return;
  }
  Annotations.of(scope).addInfo(
    `Give the imported bucket a CORS rule that allows PUT from ${origins.join(', ')} with all headers.`,
  );
}

function checkOrigin(origin: string): void {
  if (!isOrigin(origin)) {
    throw new Error(
      `LargeItemStore: uploadOrigins must be origins like "https://app.example.com", with one * at most, got "${origin}"`,
    );
  }
}
