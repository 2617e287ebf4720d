// Objects of another library that a store takes over.

import type { IBucket } from 'aws-cdk-lib/aws-s3';

/** Where objects are that another library put. */
export interface LegacyObjects {
  /** Default: the store's. */
  readonly bucket?: IBucket;
  /** What their keys begin with. */
  readonly prefix: string;
}
