import { describe, expect, it } from 'vitest';
import { runApiVector, runExecutionVector } from './run.ts';
import { readVectors, type Vector } from './vector.ts';

/** Vectors that the local cloud does not follow, each with the reason. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'api-validate-mixed-query-languages-ok': 'JSONPath states are refused when the state machine is loaded',
};

const run = (vector: Vector): Promise<void> =>
  vector.kind === 'execution' ? runExecutionVector(vector) : runApiVector(vector);

const vectors = readVectors();

describe('recorded behaviour of AWS Step Functions', () => {
  for (const vector of vectors.filter(({ name }) => !(name in EXCEPTIONS))) {
    it.concurrent(`is followed: ${vector.name}`, () => run(vector));
  }

  for (const [name, reason] of Object.entries(EXCEPTIONS)) {
    it.concurrent(`is not followed, since ${reason}: ${name}`, async () => {
      const vector = vectors.find((candidate) => candidate.name === name);
      if (vector === undefined) throw new Error(`no vector ${name}`);
      await expect(run(vector)).rejects.toThrow();
    });
  }
});
