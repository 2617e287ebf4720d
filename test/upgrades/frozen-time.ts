// Time for recordings: it stands still but for what a scenario moves, so that runs begin at the same moments each time.

import type { LocalCloud } from '../../local/index.ts';

/**
 * In the future of whoever plays a recording: the clocks of functions, which are real, are then behind the cloud's, which no task
 * takes for a reason to believe that a write's token is forgotten.
 */
const START = Date.UTC(2040, 0, 1, 12);
/** Longer than any scenario. */
const BETWEEN_MS = 10 * 24 * 60 * 60 * 1000;

/** When a scenario begins. */
export function startOf(index: number): string {
  return new Date(START + index * BETWEEN_MS).toISOString();
}

/** Lets a cloud's time stand at the first scenario's beginning, and go on by what it is advanced alone. */
export function freeze(clock: LocalCloud['clock']): void {
  const { advance } = clock;
  let time = START;
  clock.now = () => time;
  clock.advance = (ms) => {
    time += ms;
    advance(ms);
  };
}
