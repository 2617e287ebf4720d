// Lets pages of other origins upload to the bucket, by presigned URLs.

import { Bucket, HttpMethods, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Annotations } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { isOrigin } from './origin.ts';

/** Adds the CORS rule, to a given bucket too. @throws {Error} for what is no origin */
export function allowUploads(scope: Construct, bucket: IBucket, origins: readonly string[]): void {
  for (const origin of origins) checkOrigin(origin);
  if (origins.length === 0) return;
  if (bucket instanceof Bucket) {
    bucket.addCorsRule({
      id: 'PresignedUploads',
      allowedMethods: [HttpMethods.PUT],
      allowedOrigins: [...origins],
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
