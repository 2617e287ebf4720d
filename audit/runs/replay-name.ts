// The names of replays. AWS keeps no note beside an execution but its name, and the input must stay what it was: so the
// name says what is replayed, and makes sure that a run is replayed once, since a name stands for one execution.

import { createHash } from 'node:crypto';
import { MAX_EXECUTION_NAME_LENGTH, REPLAY_SUFFIX_LENGTH } from '../../core/errors/limits.ts';
import { MAX_REPLAYS, parseReplayName } from '../../core/keys/reserved-names.ts';

/** Longer names, which only callers choose, are cut, and their hash stands for the rest. */
const MAX_STEM_LENGTH = MAX_EXECUTION_NAME_LENGTH - REPLAY_SUFFIX_LENGTH;
const HASH_LENGTH = 12;

/**
 * The name of the first replay of a run: `{name}-replay-1`, of a replay the next number. `skipped` counts names that are
 * taken by replays of an older run of the same name (names are free again after 90 days).
 * @returns undefined when there is no number left
 */
export function replayName(name: string, skipped = 0): string | undefined {
  const { stem, number } = parseReplayName(name) ?? { stem: shortened(name), number: 0 };
  const next = number + 1 + skipped;
  return next > MAX_REPLAYS ? undefined : `${stem}-replay-${next}`;
}

/**
 * The name of the run that a replay repeats, undefined for any other run. Of a name that had to be cut, its beginning
 * with `…`: {@link isShortOf} tells whether a name is meant.
 */
export function replayedName(name: string): string | undefined {
  const replay = parseReplayName(name);
  if (replay === undefined) return undefined;
  const { stem, number } = replay;
  if (number > 1) return `${stem}-replay-${number - 1}`;
  return isShortened(stem) ? `${stem.slice(0, -HASH_LENGTH - 1)}…` : stem;
}

/** Whether a replay's name stands for this run, whose name was too long to be part of it. */
export function isShortOf(replay: string, name: string): boolean {
  return name.length > MAX_STEM_LENGTH && replayName(name) === replay;
}

function shortened(name: string): string {
  if (name.length <= MAX_STEM_LENGTH) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_LENGTH);
  return `${name.slice(0, MAX_STEM_LENGTH - HASH_LENGTH - 1)}_${hash}`;
}

function isShortened(stem: string): boolean {
  return stem.length === MAX_STEM_LENGTH && new RegExp(`_[0-9a-f]{${HASH_LENGTH}}$`).test(stem);
}
