// The same as `fuzz.test.ts`, many times over.

import { test } from 'vitest';
import { fuzzInputs, fuzzKeys, fuzzNumbers } from './fuzz.ts';

const AMOUNT = { numRuns: 100_000, seed: 4711 };

test('any input is a request, or refused by field', () => fuzzInputs(AMOUNT));
test('any number is read so that it can be written back', () => fuzzNumbers(AMOUNT));
test("any item's keys are its own", () => fuzzKeys(AMOUNT));
