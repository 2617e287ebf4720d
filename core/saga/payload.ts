// Whether what a run carries from state to state fits into Step Functions' limit, told before anything is put.

import { invalidInput } from '../errors/errors.ts';
import { MAX_PAYLOAD_BYTES } from '../errors/limits.ts';
import { jsonLength } from '../values/encoding.ts';
import type { Plan } from './plan.ts';

/** Bytes for what else a task's payload holds: function name, run, times, counts. */
const OTHER_BYTES = 2 * 1024;
const ROOM_BYTES = MAX_PAYLOAD_BYTES - OTHER_BYTES;

/**
 * The same for what an Express run tells of its puts, by put, and of why it failed, when it hands over. S3's refusals name the object's
 * key, and causes the attribute three times.
 */
const PUT_BYTES = 2560;
const FAILURE_BYTES = 4 * 1024;

/**
 * The plan of an Express run: with all that goes on in the Standard lane, should it be in doubt, it fits into an execution's input.
 * @throws {SagaError} InvalidInput
 */
export function fittedForExpress(input: Readonly<Record<string, unknown>>, plan: Plan): Plan {
  const needed = jsonLength(input) + jsonLength(plan) + plan.puts.length * PUT_BYTES + FAILURE_BYTES;
  if (needed <= ROOM_BYTES) return fitted(input, plan);
  throw invalidInput(
    'input',
    undefined,
    `with its plan it takes ${needed} bytes, over the ${ROOM_BYTES} that the Express lane can hand over; use the Standard lane`,
  );
}

/**
 * The plan, without what it tells of staged objects where there is no room for that: then their copies look for themselves.
 * @param input - the execution's input
 * @throws {SagaError} InvalidInput when the payload of the write, or of planning again, would be too large all the same
 */
export function fitted(input: Readonly<Record<string, unknown>>, plan: Plan): Plan {
  if (neededBytes(input, plan) <= ROOM_BYTES) return plan;
  const lean = { ...plan, puts: plan.puts.map(({ staged: _, ...put }) => put) };
  const needed = neededBytes(input, lean);
  if (needed <= ROOM_BYTES) return lean;
  throw invalidInput(
    'input',
    undefined,
    `with the pointers of its large attributes it takes ${needed} bytes, over the ${ROOM_BYTES} that a state can hold; stage content, and make large values large attributes`,
  );
}

function neededBytes(input: Readonly<Record<string, unknown>>, plan: Plan): number {
  const { largeAttributes: _, ...withoutContent } = input;
  return Math.max(jsonLength(withoutContent) + jsonLength(plan), jsonLength(input) + jsonLength(plan.placed));
}
