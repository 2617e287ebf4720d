// Clocks for tests: time passes when the test says so.

import type { Clock } from '../../local/clock.ts';

export interface ManualClock extends Clock {
  /** Milliseconds of each sleep that began, in order. */
  readonly sleeps: readonly number[];
  /** Moves on to the end of the sleep that ends next. Says whether there was one. */
  skipToNext(): boolean;
}

interface Sleeper {
  readonly name: string | undefined;
  readonly until: number;
  wake(): void;
}

export function createManualClock(start = Date.parse('2026-01-01T00:00:00Z')): ManualClock {
  let now = start;
  const sleeps: number[] = [];
  const sleepers = new Set<Sleeper>();
  const moveTo = (moment: number): void => {
    now = Math.max(now, moment);
    for (const sleeper of [...sleepers].filter(({ until }) => until <= now)) {
      sleepers.delete(sleeper);
      sleeper.wake();
    }
  };
  const sleep: Clock['sleep'] = (ms, signal, name) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      sleeps.push(ms);
      const abort = (): void => {
        sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      const wake = (): void => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      const sleeper = { name, until: now + ms, wake };
      sleepers.add(sleeper);
      signal?.addEventListener('abort', abort);
      if (ms <= 0) moveTo(now);
    });
  return {
    sleeps,
    now: () => now,
    sleep,
    limit: (ms, signal) => sleep(ms, signal),
    sleeping: (name) => [...sleepers].filter((sleeper) => sleeper.name === name).length,
    advance: (ms) => moveTo(now + ms),
    advanceToNext: (atMostMs = Number.POSITIVE_INFINITY) => {
      if (sleepers.size === 0) return 0;
      const ms = Math.min(Math.min(...[...sleepers].map(({ until }) => until)) - now, atMostMs);
      moveTo(now + ms);
      return ms;
    },
    skipToNext: () => {
      if (sleepers.size === 0) return false;
      moveTo(Math.min(...[...sleepers].map(({ until }) => until)));
      return true;
    },
  };
}
