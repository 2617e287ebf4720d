// What must expire in a store's bucket, made here or given.

import { Bucket, type IBucket, type LifecycleRule } from 'aws-cdk-lib/aws-s3';
import { Annotations, Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

/** Longer than the 14 days in which a run, and with it its staged content, can be replayed. */
const STAGED_DAYS = 15;
/** Reports of sweeps name objects, and an operator reads them sooner than that. */
const REPORT_DAYS = 30;

/** Prefixes of what is to expire. */
export interface ExpiringPrefixes {
  readonly stagingPrefix: string;
  readonly reportPrefix: string;
}

/** Staged content, reports and unfinished uploads must end by themselves, in a given bucket too. */
export function addLifecycle(scope: Construct, bucket: IBucket, prefixes: ExpiringPrefixes): void {
  const { stagingPrefix, reportPrefix } = prefixes;
  if (bucket instanceof Bucket) {
    for (const rule of lifecycleRules(prefixes)) addRule(bucket, rule);
    return;
  }
  Annotations.of(scope).addInfo(
    `Give the imported bucket a lifecycle rule that expires ${stagingPrefix}/ after ${STAGED_DAYS} days, one that expires ${reportPrefix}/ after ${REPORT_DAYS}, and one that aborts incomplete multipart uploads.`,
  );
}

const ruleIds = new WeakMap<Bucket, Set<string>>();

/** Adds a rule unless another store has: S3 refuses two of one id. */
export function addRule(bucket: Bucket, rule: LifecycleRule & { readonly id: string }): void {
  const ids = ruleIds.get(bucket) ?? new Set();
  ruleIds.set(bucket, ids);
  if (!ids.has(rule.id)) bucket.addLifecycleRule(rule);
  ids.add(rule.id);
}

function lifecycleRules({
  stagingPrefix,
  reportPrefix,
}: ExpiringPrefixes): (LifecycleRule & { readonly id: string })[] {
  return [
    expiry('staged objects', stagingPrefix, STAGED_DAYS),
    expiry('reports of sweeps', reportPrefix, REPORT_DAYS),
    { id: 'AbortIncompleteUploads', abortIncompleteMultipartUploadAfter: Duration.days(7) },
  ];
}

/** A rule that ends what is below a prefix; its id is another for each prefix of a bucket. */
export function expiry(what: string, prefix: string, days: number): LifecycleRule & { readonly id: string } {
  return {
    id: `Expire ${what} below ${prefix}/`,
    prefix: `${prefix}/`,
    expiration: Duration.days(days),
    // In a versioned bucket expiry only hides an object; this ends it.
    noncurrentVersionExpiration: Duration.days(1),
  };
}
