// A bounded look for inputs, numbers and keys of which a promise does not hold; `fuzz-long.test.ts` looks longer.

import { test } from 'vitest';
import { fuzzInputs, fuzzKeys, fuzzNumbers } from './fuzz.ts';

const AMOUNT = { numRuns: 2_000, seed: 20261128 };

test('any input is a request, or refused by field', () => fuzzInputs(AMOUNT));
test('any number is read so that it can be written back', () => fuzzNumbers(AMOUNT));
test("any item's keys are its own", () => fuzzKeys(AMOUNT));
