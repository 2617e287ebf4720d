// Names by which an execution is taken for what it is. Those of callers' own writes must be others: such a write would stand in the way
// of the run that has the name, be told its outcome, or be shown as it.

import { continuedId } from './run.ts';

/** Largest number of a replay. */
export const MAX_REPLAYS = 999;
const REPLAY = /^(.+)-replay-([1-9]\d{0,2})$/;

/** The name of a replay, `{stem}-replay-{number}` (docs/operating.md, "Putting it right"). */
export interface ReplayName {
  /** The name of the run that is replayed, shortened where it is long. */
  readonly stem: string;
  /** From 1 to {@link MAX_REPLAYS}. */
  readonly number: number;
}

/** Undefined for all other names. */
export function parseReplayName(executionName: string): ReplayName | undefined {
  const [, stem, number] = REPLAY.exec(executionName) ?? [];
  return stem === undefined ? undefined : { stem, number: Number(number) };
}

/** What an execution of this name is; undefined where callers may choose the name. */
export function reservedFor(executionName: string): string | undefined {
  if (continuedId(executionName) !== undefined) return 'what goes on with an Express run, or settles it';
  const replay = parseReplayName(executionName);
  return replay && `a replay of ${replay.stem}`;
}
