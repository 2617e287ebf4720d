// The conformance suite: what an S3 must do, whoever implements it.

import { runGroups, type Target } from './harness.ts';
import { deletes, metadata, putAndGet, ranges } from './objects.ts';

/** Runs the suite against a target. Each test has a bucket of its own, so a target may be shared. */
export function s3Conformance(target: Target): void {
  runGroups(target, {
    'put and get': putAndGet,
    ranges,
    metadata,
    deletes,
  });
}
