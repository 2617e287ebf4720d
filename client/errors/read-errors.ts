// Why content or an item could not be read. docs/errors.md has a line for each class.

import type { Key } from '../types.ts';
import { type Cause, messageOf, TwinwriteError } from './errors.ts';

/**
 * What is stored is not what was written: an object's bytes do not have the SHA-256 in its key, an item points at an
 * object that is gone, or another program has spoiled `_saga`. What to do: find the other writer; write it anew.
 */
export class IntegrityError extends TwinwriteError {
  override readonly name = 'IntegrityError';
  readonly attribute: string;
  /** The pointer that was followed; missing when the item itself is at fault. */
  readonly uri: string | undefined;

  constructor(attribute: string, uri: string | undefined, problem: string, options?: Cause) {
    super(`${attribute}${uri === undefined ? '' : ` (${uri})`}: ${problem}`, options);
    this.attribute = attribute;
    this.uri = uri;
  }
}

/**
 * The content of an item that was got before is gone: an update has replaced it, or a delete has removed it, since
 * (hazard A15). Nothing of another version was given instead. What to do: get the item again, and start over.
 */
export class ItemChanged extends TwinwriteError {
  override readonly name = 'ItemChanged';
  readonly attribute: string;
  /** The pointer that the item had when it was got. */
  readonly uri: string;

  constructor(attribute: string, uri: string, change: string, options?: Cause) {
    super(`${attribute} (${uri}): ${change}; get the item again`, options);
    this.attribute = attribute;
    this.uri = uri;
  }
}

/**
 * A large attribute could not be read from S3: access is refused, or the connection broke too often. Reading writes
 * nothing, and a file that was to be written is as before. What to do: see `cause`; reading again is safe.
 */
export class ReadFailed extends TwinwriteError {
  override readonly name = 'ReadFailed';
  readonly attribute: string;
  readonly uri: string;

  constructor(attribute: string, uri: string, cause: unknown) {
    super(`${attribute} (${uri}) could not be read: ${messageOf(cause)}`, { cause });
    this.attribute = attribute;
    this.uri = uri;
  }
}

/**
 * The item was rewritten during each of the attempts to read it together with its objects (hazard A15). What to do:
 * read again; name fewer attributes, or smaller ones.
 */
export class ReadContended extends TwinwriteError {
  override readonly name = 'ReadContended';
  readonly attempts: number;

  constructor(attempts: number) {
    super(`the item changed during each of ${attempts} attempts to read it with its objects`);
    this.attempts = attempts;
  }
}

/**
 * DynamoDB has left keys of a `getMany` unread time and again: it throttles. What was given before is right; of the keys in `keys`,
 * and of all that follow, nothing is known. What to do: go on later, from the last page's cursor or with these keys.
 */
export class KeysUnread extends TwinwriteError {
  override readonly name = 'KeysUnread';
  readonly keys: readonly Key[];
  readonly attempts: number;

  constructor(keys: readonly Key[], attempts: number) {
    const counted = keys.length === 1 ? '1 key' : `${keys.length} keys`;
    super(`DynamoDB left ${counted} unread in each of ${attempts} attempts`);
    this.keys = keys;
    this.attempts = attempts;
  }
}
