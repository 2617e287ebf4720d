import { describe, expect, it } from 'vitest';
import { runApiVector, runExecutionVector } from './run.ts';
import { readVectors, type Vector } from './vector.ts';

/** Vectors that the local cloud does not follow, each with the reason. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'api-validate-mixed-query-languages-ok': 'JSONPath states are refused when the state machine is loaded',
};

/**
 * What AWS recorded until August 2024 and does no more: MapStateExited followed MapRunSucceeded. In every recording since
 * November 2024, those made in JSONata among them, it follows MapRunStarted.
 */
const SUPERSEDED: readonly string[] = [
  ...['config-distributed-item-selector', 'config-distributed-parameters', 'config-distributed-reentrant'],
  ...['config-inline-item-selector', 'label', 'legacy-config-distributed'],
  ...['legacy-config-distributed-item-selector', 'legacy-config-distributed-parameters'],
  ...['tolerated-failure-count-path-0', 'tolerated-failure-count-path-1'],
  ...['tolerated-failure-percentage-path-0', 'tolerated-failure-percentage-path-1'],
  ...['tolerated-failure-percentage-path-1-1', 'tolerated-failure-percentage-path-100'],
  ...['tolerated-failure-values-count-literal', 'tolerated-failure-values-percentage-literal'],
].map((name) => `basescenarios-test-map-state-${name}`);

const run = (vector: Vector): Promise<void> =>
  vector.kind === 'execution' ? runExecutionVector(vector) : runApiVector(vector);

const vectors = readVectors();

const named = (name: string): Vector => {
  const vector = vectors.find((candidate) => candidate.name === name);
  if (vector === undefined) throw new Error(`no vector ${name}`);
  return vector;
};

describe('recorded behaviour of AWS Step Functions', () => {
  for (const vector of vectors.filter(({ name }) => !(name in EXCEPTIONS) && !SUPERSEDED.includes(name))) {
    it.concurrent(`is followed: ${vector.name}`, () => run(vector));
  }

  for (const name of SUPERSEDED) {
    it.concurrent(`is followed but for what MapStateExited follows: ${name}`, async () => {
      const vector = named(name);
      await expect(run(vector)).rejects.toThrow('previousEventId');
      await run(asOfNovember2024(vector));
    });
  }

  for (const [name, reason] of Object.entries(EXCEPTIONS)) {
    it.concurrent(`is not followed, since ${reason}: ${name}`, async () => {
      await expect(run(named(name))).rejects.toThrow();
    });
  }
});

function asOfNovember2024(vector: Vector): Vector {
  if (vector.kind !== 'execution') return vector;
  let mapRunStarted: number | undefined;
  const events = vector.expect.events.map((event) => {
    if (event.type === 'MapRunStarted') mapRunStarted = event.id;
    return event.type === 'MapStateExited' ? { ...event, previousEventId: mapRunStarted } : event;
  });
  return { ...vector, expect: { ...vector.expect, events } };
}
