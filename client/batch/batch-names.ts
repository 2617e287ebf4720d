// The execution names of a batch's items: the same each time that the batch runs, so that nothing is written twice.

import { invalidInput } from '../../core/errors/errors.ts';
import { MAX_EXECUTION_NAME_LENGTH, REPLAY_SUFFIX_LENGTH } from '../../core/errors/limits.ts';
import { type KeySchema, keyAttributes } from '../../core/keys/item-key.ts';
import { utf8 } from '../../core/values/encoding.ts';
import { sha256Of } from '../content/sha256.ts';
import { encodeKey } from '../values.ts';
import { slug } from '../write/execution.ts';

const MAX_BATCH_NAME_LENGTH = 32;
/** Hexadecimal digits: 96 bits, so that a thousand billion items of one batch do not meet. */
const DIGEST_LENGTH = 24;
/** Runs of one item that failed one after another, each in a run of the batch of its own. */
export const MAX_ATTEMPTS = 999;
const ATTEMPT_LENGTH = '-999'.length;

/** @throws {SagaError} InvalidInput */
export function checkBatchName(name: string): void {
  if (!/^[0-9A-Za-z_-]+$/.test(name) || name.length > MAX_BATCH_NAME_LENGTH) {
    throw invalidInput('batch', name, `expected 1 to ${MAX_BATCH_NAME_LENGTH} characters of 0-9 A-Z a-z - _`);
  }
}

/**
 * `{batch}-{item}-{digest}`, and `-{attempt}` from the second on.
 * @param identity - what tells the item's write from the others of the batch; default: the item's key
 * @throws {SagaError} InvalidInput when the key is not the table's
 */
export function itemName(
  batch: string,
  input: { readonly key?: unknown; readonly attributeFormat?: unknown },
  schema: KeySchema,
  identity: string | undefined,
): (attempt: number) => string {
  const key = encodeKey(input.key, schema, input.attributeFormat);
  const values = keyAttributes(schema).map(({ name }) => key[name]);
  const digest = sha256Of(utf8(JSON.stringify(identity ?? values))).slice(0, DIGEST_LENGTH);
  const room =
    MAX_EXECUTION_NAME_LENGTH - `${batch}--${digest}`.length - ATTEMPT_LENGTH - REPLAY_SUFFIX_LENGTH;
  const parts = [batch, slug(key, room), digest].filter((part) => part !== '');
  return (attempt) => [...parts, ...(attempt > 1 ? [attempt] : [])].join('-');
}
