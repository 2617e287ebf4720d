// What the saga tells apart by digests: its writes, and what an item points at.

import { createHash } from 'node:crypto';

/**
 * The ClientRequestToken of a plan's write (rule 2): fixed per run and plan number, so that writing again is
 * the same request. DynamoDB takes at most 36 characters.
 */
export function writeToken(run: string, planNumber: number): string {
  return createHash('sha256').update(`${run}#${planNumber}`).digest('hex').slice(0, 36);
}

const DIGEST_CHARACTERS = 22;

/** A short SHA-256 of an item's pointers: items that point at the same have the same. */
export function digestOfPointers(pointers: ReadonlyMap<string, string>): string {
  const sorted = [...pointers].sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('base64url').slice(0, DIGEST_CHARACTERS);
}
