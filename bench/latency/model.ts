// How long calls and transitions take in the simulation. Assumed: nothing of it was measured on AWS. What others have
// published gives the order of magnitude:
// - Lambda to S3 in its Region, 60 KB: 60 to 130 ms with a connection made for it (kkc.github.io/2020/03/16/s3-latency); here
//   connections are kept. S3's own guide says 100 to 200 ms for small objects ("Optimizing Amazon S3 performance").
// - TransactWriteItems takes about twice a PutItem (alexdebrie.com/posts/dynamodb-transactions-performance); DynamoDB's own
//   promise is single-digit milliseconds for a PutItem.
// - Of a transition of a Standard workflow AWS states nothing. 25 ms is our assumption.
// - Nor of one of an Express workflow. AWS says what it spares: its state "doesn't persist between state transitions" (Step
//   Functions Developer Guide, "Execution guarantees"). 5 ms is our assumption; the suite says what others come to.
// - A call of StartSyncExecution takes, beside its run, what StartExecution is assumed to.

/** A log-normal distribution, milliseconds. */
export interface Latency {
  readonly median: number;
  /** One of a hundred takes longer. */
  readonly p99: number;
}

export const LATENCIES = {
  startExecution: { median: 25, p99: 90 },
  /** Beside the run that it answers with. */
  startSyncExecution: { median: 25, p99: 90 },
  describeExecution: { median: 18, p99: 70 },
  listExecutions: { median: 40, p99: 150 },
  /** From one state to the next, of a Standard workflow. */
  transition: { median: 25, p99: 70 },
  /** The same of an Express workflow. */
  expressTransition: { median: 5, p99: 20 },
  /** What Step Functions and Lambda take for a warm function beside its own work. */
  invocation: { median: 10, p99: 50 },
  getItem: { median: 4, p99: 15 },
  transactWriteItems: { median: 12, p99: 45 },
  putObject: { median: 28, p99: 120 },
  headObject: { median: 12, p99: 50 },
  deleteObjects: { median: 28, p99: 120 },
  updateItem: { median: 6, p99: 22 },
} as const satisfies Record<string, Latency>;

export type LatencyName = keyof typeof LATENCIES;

/** Something that takes time: one thing, or several rows of things at once. */
export type Step = LatencyName | { readonly atOnce: readonly (readonly LatencyName[])[] };

/** A create of one attribute, whose content is in the input, once it is started: its states, and its tasks with what they call. */
export const CREATE = createOf('transition');
/** The same by the Express lane. */
export const EXPRESS_CREATE = createOf('expressTransition');

/** What the plain algorithm calls, one after the other, for the same create (docs/hazards.md, part A). */
export const PLAIN_CREATE: readonly LatencyName[] = ['headObject', 'putObject', 'updateItem'];

const Z99 = 2.326;

/** Takes a time from a distribution. */
export type Draw = (name: LatencyName) => number;

/** Draws from the distributions. @param latencies - in place of some of them */
export function drawer(
  random: () => number,
  latencies: Readonly<Partial<Record<LatencyName, Latency>>> = {},
): Draw {
  const all: Readonly<Record<LatencyName, Latency>> = { ...LATENCIES, ...latencies };
  return (name) => {
    const { median, p99 } = all[name];
    // Box and Muller: a normal deviate of two even ones.
    const deviate = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return median * Math.exp((deviate * Math.log(p99 / median)) / Z99);
  };
}

/** How long the steps take, one after the other. */
export function timeOf(steps: readonly Step[], draw: Draw): number {
  return steps.reduce((sum, step) => {
    if (typeof step === 'string') return sum + draw(step);
    return sum + Math.max(0, ...step.atOnce.map((row) => timeOf(row, draw)));
  }, 0);
}

function createOf(transition: 'transition' | 'expressTransition'): readonly Step[] {
  const states = [transition, transition, transition, transition] as const;
  return [...states, 'invocation', 'getItem', 'invocation', 'putObject', 'invocation', 'transactWriteItems'];
}
