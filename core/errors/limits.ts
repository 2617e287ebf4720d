// The numbers that the saga's rules rest on: AWS's limits, and the protocol's own.

/** Longest S3 object key, in bytes of UTF-8 (S3 User Guide, "Naming Amazon S3 objects"). */
export const MAX_OBJECT_KEY_BYTES = 1024;
/** User metadata of an object, in bytes over all names and values (S3 User Guide, "Working with object metadata"). */
export const MAX_METADATA_BYTES = 2048;
/** Largest DynamoDB item, in bytes over names and values (DynamoDB Developer Guide, "Constraints"). */
export const MAX_ITEM_BYTES = 400 * 1024;
export const MAX_PARTITION_KEY_BYTES = 2048;
export const MAX_SORT_KEY_BYTES = 1024;

/** Input or output of an execution, a state or a task, in bytes of UTF-8 (Step Functions quotas). */
export const MAX_PAYLOAD_BYTES = 256 * 1024;
/**
 * Largest execution input that a saga takes: the plan task's payload is the input and up to this reserve more,
 * and must itself stay within {@link MAX_PAYLOAD_BYTES}.
 */
export const MAX_EXECUTION_INPUT_BYTES = MAX_PAYLOAD_BYTES - 4 * 1024;
export const MAX_EXECUTION_NAME_LENGTH = 80;
/** So long after its end Step Functions forgets a Standard execution: milliseconds (Step Functions quotas). */
export const RUN_MEMORY_MS = 90 * 24 * 60 * 60 * 1000;
/** What generated names leave free, for the `-replay-N` that a replay's name adds to that of the run that it repeats. */
export const REPLAY_SUFFIX_LENGTH = '-replay-999'.length;

/** How long an Express workflow may run (Step Functions quotas). */
export const EXPRESS_SECONDS = 5 * 60;
/** Largest input that the client sends to the Express lane, in bytes: what goes on in the Standard lane carries the plan beside it. */
export const EXPRESS_INPUT_BYTES = 192 * 1024;
/** Largest staged object that is copied in the Express lane, in bytes: far from what a minute copies. */
export const EXPRESS_COPY_BYTES = 64 * 1024 * 1024;
/** Most large attributes of a write in the Express lane: all are put side by side, as many as a Map runs (Step Functions quotas). */
export const EXPRESS_PUTS = 40;

/** How long DynamoDB remembers a ClientRequestToken (API reference, TransactWriteItems). */
export const TOKEN_LIFETIME_SECONDS = 10 * 60;
/** Plans that one execution may make before it gives up on a contended item (rule 4). */
export const MAX_PLANS = 8;
/** Largest object that one CopyObject copies, in bytes; larger ones are copied in parts (API reference, CopyObject). */
export const MAX_SINGLE_COPY_BYTES = 5 * 1024 ** 3;
/** Largest body of one PUT, in bytes (API reference, PutObject). */
export const MAX_SINGLE_PUT_BYTES = 5 * 1024 ** 3;
/** Parts of an object, and bytes of one: 48.8 TiB (53.7 TB) in all (S3 User Guide, "Amazon S3 multipart upload limits"). */
export const MAX_PARTS = 10_000;
export const MAX_PART_BYTES = 5 * 1024 ** 3;

const DAY_SECONDS = 24 * 60 * 60;
/** How long after its end an execution that did not succeed can be redriven (API reference, RedriveExecution). */
export const REDRIVE_PERIOD_SECONDS = 14 * DAY_SECONDS;
/**
 * How far DescribeExecution is taken to lag behind at most: it is "eventually consistent", without a stated bound. So
 * long after the redrive period a redrive of its last moment shows.
 */
export const DESCRIBE_LAG_SECONDS = DAY_SECONDS;
/**
 * Longest that a run can be open, redrives included: an execution that has passed a year is not redriven any more (API
 * reference, RedriveExecution), and its last end can be that late.
 */
export const MAX_RUN_SECONDS = 366 * DAY_SECONDS;
/**
 * Shortest grace of a sweep. Where an object's key names no run, its age alone tells that no writer is about to point an
 * item at it: a writer puts, then writes, within the longest that a Lambda function runs (15 minutes) and a request lives.
 * Where it does name one, the run is asked, and the grace is a second fence. Clocks may differ; hence a whole hour.
 */
export const MIN_GRACE_SECONDS = 60 * 60;
export const DEFAULT_GRACE_SECONDS = DAY_SECONDS;

/** The reserved attribute of every item that a saga wrote. */
export const SAGA_ATTRIBUTE = '_saga';
