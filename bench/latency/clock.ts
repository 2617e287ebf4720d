// Virtual time: timers fire in their order, at once, and chance is seeded, so that a simulation gives the same each time.

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** Time since the simulation's start, and what waits for it. */
export interface Clock {
  /** Milliseconds. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** From 0 to 1, the same row for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Does the work in virtual time: its timers, clocks and chance are the simulation's until it is done. */
export async function inVirtualTime<T>(random: () => number, work: (clock: Clock) => Promise<T>): Promise<T> {
  const turn = setImmediate;
  const timers = new Map<number, Timer>();
  let now = 0;
  let lastId = 0;
  const real = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    random: Math.random,
    now: performance.now,
  };
  const setTimer = (run: () => void, ms = 0): number => {
    lastId += 1;
    timers.set(lastId, { at: now + Math.max(0, ms), run });
    return lastId;
  };
  Object.assign(globalThis, { setTimeout: setTimer, clearTimeout: (id: number) => timers.delete(id) });
  Math.random = random;
  performance.now = () => now;
  try {
    let isOver = false;
    const sleep = (ms: number) => new Promise<void>((resolve) => setTimer(resolve, ms));
    const done = work({ now: () => now, sleep }).finally(() => {
      isOver = true;
    });
    done.catch(() => undefined); // it is thrown below
    while (!isOver) {
      await new Promise((resolve) => turn(resolve));
      const next = earliest(timers);
      if (isOver || next === undefined) continue;
      const [id, { at, run }] = next;
      timers.delete(id);
      now = Math.max(now, at);
      run();
    }
    return await done;
  } finally {
    Object.assign(globalThis, { setTimeout: real.setTimeout, clearTimeout: real.clearTimeout });
    Math.random = real.random;
    performance.now = real.now;
  }
}

/** Of those at the same time the one that was set first. */
function earliest(timers: ReadonlyMap<number, Timer>): [number, Timer] | undefined {
  let first: [number, Timer] | undefined;
  for (const entry of timers) if (first === undefined || entry[1].at < first[1].at) first = entry;
  return first;
}
