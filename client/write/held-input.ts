// The input of a write as it is when the call is made.

import { invalidInput } from '../../core/errors/errors.ts';
import { MAX_EXECUTION_INPUT_BYTES } from '../../core/errors/limits.ts';
import { heldContent, splitOptions } from '../content/content.ts';
import { copyOf } from '../content/copy.ts';

/**
 * A copy, so that what is checked is what is written: its owner may go on with the object, and fill it anew for the next
 * write. Content is not copied, but for bytes that are few enough for an execution's input.
 * @throws {SagaError} InvalidInput for what is no object
 */
export function heldInput<Input extends object>(input: Input): Input {
  if (typeof input !== 'object' || input === null) throw invalidInput('input', input, 'expected an object');
  const fields = Object.entries(input).map(([name, value]) => {
    return [name, name === 'largeAttributes' ? heldContents(value) : copyOf(value)] as const;
  });
  return Object.fromEntries(fields) as Input;
}

function heldContents(large: unknown): unknown {
  if (typeof large !== 'object' || large === null || Array.isArray(large)) return large;
  return Object.fromEntries(Object.entries(large).map(([name, value]) => [name, heldLarge(value)]));
}

function heldLarge(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { content, options } = splitOptions(value);
  return { ...copyOf(options), content: heldContent(content, MAX_EXECUTION_INPUT_BYTES) };
}
