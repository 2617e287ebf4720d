// The conformance suite: what an S3 must do, whoever implements it.

import { accessLists } from './access-lists.ts';
import { bucketConfiguration, buckets, refusals } from './buckets.ts';
import { checksums, integrity } from './checksums.ts';
import { concurrency, conditionalReads, conditionalWrites } from './conditions.ts';
import { copies } from './copies.ts';
import { runGroups, type Target } from './harness.ts';
import { keys } from './keys.ts';
import { listings } from './listings.ts';
import { multipart, multipartChecksums } from './multipart.ts';
import { deletes, metadata, putAndGet, ranges } from './objects.ts';
import { browsers, protocol } from './protocol.ts';
import { versions } from './versions.ts';

/**
 * Runs the suite against a target. Each test has a bucket of its own, so a target may be shared.
 * @param ours whether to test what an implementation refuses because it does not have it
 */
export function s3Conformance(target: Target, { ours = false } = {}): void {
  runGroups(target, {
    buckets,
    'bucket configuration': bucketConfiguration,
    'access control lists': accessLists,
    'put and get': putAndGet,
    ranges,
    metadata,
    keys,
    deletes,
    listings,
    versions,
    'conditional reads': conditionalReads,
    'conditional writes': conditionalWrites,
    concurrency,
    checksums,
    integrity,
    copies,
    multipart,
    'multipart checksums': multipartChecksums,
    protocol,
    browsers,
    ...(ours ? { refusals } : {}),
  });
}
