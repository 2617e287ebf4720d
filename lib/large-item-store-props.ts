// What the construct can be told.

import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { RemovalPolicy } from 'aws-cdk-lib/core';
import type { KeyAttribute } from '../core/keys/item-key.ts';
import type { LegacyObjects } from './legacy-objects.ts';
import type { AlarmsProps } from './monitoring/alarms.ts';
import type { SweepProps } from './sweep.ts';

/** What a store may be told; each has a default, so that none need be given. */
export interface LargeItemStoreProps {
  /** The table's partition key. Default: `id`, a string. */
  readonly partitionKey?: KeyAttribute;
  /** The table's sort key. Default: none. */
  readonly sortKey?: KeyAttribute;
  /** A table of your own, whose key `partitionKey` and `sortKey` describe. Default: a new on-demand table. */
  readonly table?: ITable;
  /** A bucket of your own, in the same Region. Default: a new private bucket. */
  readonly bucket?: IBucket;
  /** What object keys begin with, without a slash at either end; may be empty. Default: `items`. */
  readonly prefix?: string;
  /** The same for uploads that a run is yet to copy; not below `prefix`, nor above it. Default: `staging`. */
  readonly stagingPrefix?: string;
  /**
   * How object keys are made: `{prefix}/`, then `{pk}`, `{sk}` (if the table has a sort key), `{attr}`, `{sha256}` and
   * `{run}`, once each, told apart by literals. Default: `{prefix}/pk={pk}/sk={sk}/attr={attr}/sha256={sha256}/{run}`.
   */
  readonly objectKeyTemplate?: string;
  /** Templates that this store had before, so that their keys are still understood. The default's always are. */
  readonly formerObjectKeyTemplates?: readonly string[];
  /**
   * Where the objects are that pynamodb_mate put, if not below `prefix` in `bucket`: they are read, replaced and deleted
   * with their items. `prefix` is what the library was given, `bucket` by default the store's. See docs/migration.md.
   */
  readonly legacy?: LegacyObjects;
  /** When dangling objects are looked for, and whether they are deleted. Default: when a sweep is started by hand. */
  readonly sweep?: SweepProps;
  /**
   * Origins of web pages that may upload to URLs of the client's `presignUpload`: `https://app.example.com`, or with one `*`.
   * They become a CORS rule of the bucket, for PUT. Default: none.
   */
  readonly uploadOrigins?: readonly string[];
  /**
   * Whether runs take content in their input, which whoever may describe a run can read for 90 days. `false`: clients stage
   * all content, and a run that brings some in its input is rejected; see docs/security.md. Default: true.
   */
  readonly inlineContent?: boolean;
  /** What happens to a new table and bucket when the stack goes. Default: they are retained. */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * The number attribute of the table's time to live, in seconds since 1970: the objects of items that DynamoDB expires are
   * deleted, too. A table of your own must have time to live on this attribute, and a stream of new and old images.
   */
  readonly ttl?: string;
  /**
   * Also delete the objects of items that other writers than sagas delete or overwrite. A delete by a saga cannot be told
   * from theirs, so then its `cleanUp.whenSucceeded: false` has no effect. Default: false.
   */
  readonly cleanUpForeignDeletes?: boolean;
  /**
   * Name of an SSM parameter to keep the store's description in, for apps that look it up: `/my-app/docs`. Default: none,
   * since apps also find it in the stack's outputs, or get it with their deployment as `descriptor`.
   */
  readonly parameterName?: string;
  /** How long the logs of state machines and functions are kept; docs/security.md says what is in them. Default: one month. */
  readonly logRetention?: RetentionDays;
  /** Alarms on what needs a person, and whom they tell; docs/runbook.md has a section for each. Default: none. */
  readonly alarms?: AlarmsProps;
  /** Whether there is a CloudWatch dashboard of the store. Default: false. */
  readonly dashboard?: boolean;
}
