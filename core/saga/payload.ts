// Whether what a run carries from state to state fits into Step Functions' limit, told before anything is put.

import { invalidInput } from '../errors/errors.ts';
import { MAX_PAYLOAD_BYTES } from '../errors/limits.ts';
import { jsonLength } from '../values/encoding.ts';
import type { Plan } from './plan.ts';

/** Bytes for what else a task's payload holds: function name, run, times, counts. */
const OTHER_BYTES = 2 * 1024;

/**
 * @param input - the execution's input
 * @throws {SagaError} InvalidInput when the payload of the write, or of planning again, would be too large
 */
export function checkPayloads(input: Readonly<Record<string, unknown>>, plan: Plan): void {
  const { largeAttributes: _, ...withoutContent } = input;
  const needed = Math.max(
    jsonLength(withoutContent) + jsonLength(plan),
    jsonLength(input) + jsonLength(plan.placed),
  );
  if (needed + OTHER_BYTES > MAX_PAYLOAD_BYTES) {
    throw invalidInput(
      'input',
      undefined,
      `with the pointers of its large attributes it takes ${needed} bytes, over the ${MAX_PAYLOAD_BYTES - OTHER_BYTES} that a state can hold; stage content, and make large values large attributes`,
    );
  }
}
