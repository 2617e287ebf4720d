// How long an Express run is billed, since that is what it costs: by the latencies that bench/latency/model.ts assumes.

import { seeded } from '../latency/clock.ts';
import { drawer, type LatencyName, type Step, timeOf } from '../latency/model.ts';
import type { Counted } from './kinds.ts';

/** A run is billed in such steps (aws.amazon.com/step-functions/pricing). */
const BILLED_MS = 100;
const RUNS = 5000;

/** Calls of tasks that take time of their own; an object is put by a function of its own, all at once. */
const TIMES = {
  'dynamodb.GetItem': 'getItem',
  'dynamodb.TransactWriteItems': 'transactWriteItems',
  's3.DeleteObjects': 'deleteObjects',
} as const satisfies Record<string, LatencyName>;
/** Not on the way of a task: the caller's, and the functions themselves. */
const APART = /^(?:states\.|lambda\.|s3\.(?:PutObject|HeadObject)$)/;

/**
 * What an Express run with these calls does, one after the other.
 * @param transitions - the start, and states that were entered
 * @throws {Error} for a call whose time is not known
 */
export function expressSteps(calls: Counted['calls'], transitions: number): readonly Step[] {
  const { 's3.PutObject': puts = 0, 's3.HeadObject': heads = 0, 'lambda.Invoke': invocations = 0 } = calls;
  const times = (count: number, name: LatencyName) => Array.from({ length: count }, () => name);
  const called = Object.entries(calls).flatMap(([call, count]) => {
    if (APART.test(call)) return [];
    if (!Object.hasOwn(TIMES, call)) throw new Error(`no latency is assumed of ${call}`);
    return times(count, TIMES[call as keyof typeof TIMES]);
  });
  return [
    ...times(transitions - 1 - puts, 'expressTransition'),
    ...times(invocations - puts, 'invocation'),
    ...called,
    { atOnce: Array.from({ length: heads }, () => ['headObject'] as const) },
    { atOnce: Array.from({ length: puts }, () => ['expressTransition', 'invocation', 'putObject'] as const) },
  ];
}

/** Seconds that are billed of such runs, on average. The same each time. */
export function billedSeconds(steps: readonly Step[]): number {
  const draw = drawer(seeded(1));
  let steps100 = 0;
  for (let run = 0; run < RUNS; run++) steps100 += Math.ceil(timeOf(steps, draw) / BILLED_MS);
  return (steps100 / RUNS) * (BILLED_MS / 1000);
}
