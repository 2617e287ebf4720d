// What the construct can be told.

import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { BucketProps, IBucket } from 'aws-cdk-lib/aws-s3';
import type { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import type { KeyAttribute } from '../core/keys/item-key.ts';
import type { StoreOutputs } from './access/discovery.ts';
import type { SweepProps } from './clean-up/sweep.ts';
import type { AlarmsProps } from './monitoring/alarms.ts';
import type { ExpressOptions } from './sagas/express-lane.ts';
import type { LegacyObjects } from './sagas/legacy-objects.ts';
import type { AccessLogs } from './storage/made-bucket.ts';
import type { StoreTableProps } from './storage/made-table.ts';
import type { FunctionOptions } from './store-options.ts';

/** What a store may be told; each has a default, so that none need be given. */
export interface LargeItemStoreProps {
  /** The table's partition key. Default: `id`, a string. */
  readonly partitionKey?: KeyAttribute;
  /** The table's sort key. Default: none. */
  readonly sortKey?: KeyAttribute;
  /** A table of your own, in the same account and Region, whose key `partitionKey` and `sortKey` describe. Default: a new on-demand table. */
  readonly table?: ITable;
  /** A bucket of your own, in the same account and Region. Default: a new private bucket. */
  readonly bucket?: IBucket;
  /**
   * Settings of the table that is made here, in place of its defaults and of what other props say. Not beside `table`. Default: on
   * demand, point-in-time recovery of 35 days.
   */
  readonly tableProps?: StoreTableProps;
  /**
   * Settings of the bucket that is made here, in place of its defaults and of what other props say; lifecycle and CORS rules of the store
   * come on top. Not beside `bucket`. Default: private, TLS only, encrypted by S3's own keys, versioned.
   */
  readonly bucketProps?: BucketProps;
  /**
   * A symmetric key of the account's KMS that encrypts what is made here: table, bucket, log groups, and what Step Functions keeps of runs.
   * Functions, state machines and grants get the rights to it that they need. Default: keys that AWS owns.
   */
  readonly encryptionKey?: IKey;
  /** Whether nobody may delete the table that is made here. Default: true if it is retained when the stack goes, else false. */
  readonly deletionProtection?: boolean;
  /**
   * Whether the bucket that is made here keeps what is deleted for a while, so that a table that is restored to an earlier point does not
   * point at nothing. Default: true.
   */
  readonly versioned?: boolean;
  /**
   * How long a versioned bucket that is made here keeps what is deleted; at least as long as the table that is made here can be restored
   * to. Default: a week longer than that, 42 days; the same beside a given table.
   */
  readonly noncurrentVersionExpiration?: Duration;
  /** Where S3 logs accesses to the bucket that is made here. Default: nowhere; `{}` makes a bucket for them. */
  readonly accessLogs?: AccessLogs;
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
  /**
   * Whether there is an Express lane beside the state machines: for clients that write by it (`lane: 'express'`), at a fraction of the
   * price. Default: false; with `true`, what fails is logged.
   */
  readonly express?: boolean | ExpressOptions;
  /** What happens to a new table and bucket when the stack goes. Default: they are retained. */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * Whether the bucket that is made here, and one for its access logs, is emptied when the stack goes, by a function of the CDK. Only with
   * `removalPolicy: RemovalPolicy.DESTROY`. Default: false, so that a bucket with objects stays.
   */
  readonly autoDeleteObjects?: boolean;
  /**
   * The number attribute of the table's time to live, in seconds since 1970: the objects of items that DynamoDB expires are
   * deleted, too. A table of your own must have time to live on this attribute, and a stream of new and old images. Default: none.
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
  /** Names of the stack's outputs, or that there are none. Default: outputs named by the CDK, none exported. */
  readonly outputs?: StoreOutputs;
  /** Memory, processors, network and more of the Lambda functions. Default: 512 MB on Arm, in no network of yours. */
  readonly functions?: FunctionOptions;
  /** Whether X-Ray traces runs, as far as its sampling goes; `functions.tracing` adds what functions do. Default: true. */
  readonly tracing?: boolean;
  /** How long the logs of state machines and functions are kept; docs/security.md says what is in them. Default: one month. */
  readonly logRetention?: RetentionDays;
  /** Alarms on what needs a person, and whom they tell; docs/runbook.md has a section for each. Default: none. */
  readonly alarms?: AlarmsProps;
  /** Whether there is a CloudWatch dashboard of the store. Default: false. */
  readonly dashboard?: boolean;
}
