// How long calls and transitions take in the simulation. Assumed: nothing of it was measured on AWS. What others have
// published gives the order of magnitude:
// - Lambda to S3 in its Region, 60 KB: 60 to 130 ms with a connection made for it (kkc.github.io/2020/03/16/s3-latency); here
//   connections are kept. S3's own guide says 100 to 200 ms for small objects ("Optimizing Amazon S3 performance").
// - TransactWriteItems takes about twice a PutItem (alexdebrie.com/posts/dynamodb-transactions-performance); DynamoDB's own
//   promise is single-digit milliseconds for a PutItem.
// - Of a transition of a Standard workflow AWS states nothing. 25 ms is our assumption.

/** A log-normal distribution, milliseconds. */
export interface Latency {
  readonly median: number;
  /** One of a hundred takes longer. */
  readonly p99: number;
}

export const LATENCIES = {
  startExecution: { median: 25, p99: 90 },
  describeExecution: { median: 18, p99: 70 },
  listExecutions: { median: 40, p99: 150 },
  /** From one state to the next, of a Standard workflow. */
  transition: { median: 25, p99: 70 },
  /** What Step Functions and Lambda take for a warm function beside its own work. */
  invocation: { median: 10, p99: 50 },
  getItem: { median: 4, p99: 15 },
  transactWriteItems: { median: 12, p99: 45 },
  putObject: { median: 28, p99: 120 },
  headObject: { median: 12, p99: 50 },
  updateItem: { median: 6, p99: 22 },
} as const satisfies Record<string, Latency>;

export type LatencyName = keyof typeof LATENCIES;

/** What a run is made of: transitions, and what its tasks call. */
export interface RunShape {
  /** Entered states, without the start. */
  readonly transitions: number;
  readonly tasks: readonly LatencyName[];
}

/** A create of one attribute, whose content is in the input. */
export const CREATE: RunShape = { transitions: 4, tasks: ['getItem', 'putObject', 'transactWriteItems'] };

/** What the plain algorithm calls, one after the other, for the same create (docs/hazards.md, part A). */
export const PLAIN_CREATE: readonly LatencyName[] = ['headObject', 'putObject', 'updateItem'];

const Z99 = 2.326;

/** Draws from the distributions. */
export function drawer(random: () => number): (name: LatencyName) => number {
  return (name) => {
    const { median, p99 } = LATENCIES[name];
    // Box and Muller: a normal deviate of two even ones.
    const deviate = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return median * Math.exp((deviate * Math.log(p99 / median)) / Z99);
  };
}

/** How long a run takes from its start. */
export function runTime({ transitions, tasks }: RunShape, draw: (name: LatencyName) => number): number {
  let sum = 0;
  for (let n = 0; n < transitions; n++) sum += draw('transition');
  for (const task of tasks) sum += draw('invocation') + draw(task);
  return sum;
}
