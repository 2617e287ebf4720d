// An event source mapping from the stream of a table to a function, as a template describes it.
// https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html

/** The settings of a mapping; times in seconds. */
export interface StreamMappingDefinition {
  readonly uuid: string;
  readonly streamArn: string;
  /** A name or an ARN. */
  readonly functionName: string;
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST';
  readonly enabled: boolean;
  /** Records of one invocation at most. */
  readonly batchSize: number;
  /** How long a batch that is not full waits for more. */
  readonly batchingWindowSeconds: number;
  /** Event patterns as JSON; a record has to match one of them, if there are any. */
  readonly filters: readonly string[];
  /** Whether the function says from which record on it failed. */
  readonly reportsItemFailures: boolean;
  readonly bisectsOnError: boolean;
  /** How often a failing batch is tried again; undefined: for as long as its records are kept. */
  readonly maxRetries: number | undefined;
  /** How old a record may become before it is given up; undefined: as old as the stream keeps it. */
  readonly maxAgeSeconds: number | undefined;
  /** Whether records that are given up are counted in CloudWatch. */
  readonly countsEvents?: boolean | undefined;
  /** The bucket that is told of records that were given up. */
  readonly failureBucket: string | undefined;
}
