// The local cloud's time: one clock for every service, so that waits can be shortened and time can be
// moved forward without a test having to sit through either.

/** Time as the services of one local cloud see it. */
export interface Clock {
  /** Milliseconds since the epoch; real time plus whatever {@link Clock.advance} added. */
  now(): number;
  /**
   * Waits for `ms` of the cloud's time; `ms / timeScale` pass in reality, less what is advanced meanwhile.
   * Only waits are scaled (Wait states, retry intervals, late faults): code under test runs in real time, so
   * time-outs of tasks and functions use real timers.
   * @param name for {@link Clock.sleeping}
   * @throws the signal's reason, once `signal` is aborted
   */
  sleep(ms: number, signal?: AbortSignal, name?: string): Promise<void>;
  /**
   * Waits until `ms` have passed for whoever sleeps under a name: what they wait is scaled, what they do takes real time.
   * @throws the signal's reason, once `signal` is aborted
   */
  limit(ms: number, signal: AbortSignal | undefined, name: string): Promise<void>;
  /**
   * How many sleep under a name. Executions sleep under their ARN, in Wait states and before retries: whoever moves time
   * forward sees so whether one still waits for that. An Express execution's ARN may lack its id, which its answer alone tells.
   */
  sleeping(name: string): number;
  /** Moves the cloud's time forward by `ms`; sleepers whose time has come wake up. */
  advance(ms: number): void;
  /**
   * Moves the cloud's time forward to when the next sleeper wakes, but by `atMostMs` at most.
   * @returns how far, in milliseconds; 0 if nobody sleeps
   */
  advanceToNext(atMostMs?: number): number;
}

interface Sleeper {
  readonly name: string | undefined;
  /** Of a limit: whose waits alone are scaled. */
  readonly limits: string | undefined;
  remainingMs: number;
  since: number;
  /** Milliseconds of the cloud's time in one of real time, since then. */
  rate: number;
  timer: NodeJS.Timeout | undefined;
  wake(): void;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A {@link Clock} on which a wait of `timeScale` seconds takes one second. */
export function createClock(timeScale = 1): Clock {
  if (!(Number.isFinite(timeScale) && timeScale > 0)) {
    throw new RangeError(`timeScale: expected a number above 0, got ${timeScale}`);
  }
  let offsetMs = 0;
  const sleepers = new Set<Sleeper>();
  const sleeping = (name: string): number =>
    [...sleepers].filter(
      (sleeper) =>
        sleeper.limits === undefined && (sleeper.name === name || sleeper.name?.startsWith(`${name}:`)),
    ).length;

  const elapsed = ({ since, rate }: Sleeper): number => (performance.now() - since) * rate;
  const settle = (sleeper: Sleeper, elapsedMs: number): void => {
    sleeper.remainingMs -= elapsedMs;
    sleeper.since = performance.now();
    clearTimeout(sleeper.timer);
    if (sleeper.remainingMs <= 0) {
      sleeper.wake();
      return;
    }
    const { limits } = sleeper;
    const rate = limits === undefined || sleeping(limits) > 0 ? timeScale : 1;
    sleeper.rate = rate;
    const realMs = Math.min(Math.ceil(sleeper.remainingMs / rate), LONGEST_TIMER_MS);
    sleeper.timer = setTimeout(
      () => settle(sleeper, Math.max(performance.now() - sleeper.since, realMs) * rate),
      realMs,
    );
  };
  /** Whose waits a limit scales has begun or ended one. */
  const repace = (name: string | undefined): void => {
    for (const sleeper of [...sleepers]) {
      if (name !== undefined && sleeper.limits === name) settle(sleeper, elapsed(sleeper));
    }
  };

  const advance = (ms: number): void => {
    if (!(Number.isFinite(ms) && ms >= 0)) {
      throw new RangeError(`advance: expected milliseconds of 0 or more, got ${ms}`);
    }
    offsetMs += ms;
    for (const sleeper of [...sleepers]) {
      if (sleepers.has(sleeper)) settle(sleeper, elapsed(sleeper) + ms);
    }
  };

  const sleep = (ms: number, { signal, name, limits }: Sleep): Promise<void> =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const end = (): void => {
        sleepers.delete(sleeper);
        clearTimeout(sleeper.timer);
        signal?.removeEventListener('abort', abort);
        if (limits === undefined) repace(name);
      };
      const abort = (): void => {
        end();
        reject(signal?.reason);
      };
      const sleeper: Sleeper = {
        ...{ name, limits, remainingMs: ms, since: performance.now(), rate: timeScale, timer: undefined },
        wake: () => {
          end();
          resolve();
        },
      };
      signal?.addEventListener('abort', abort, { once: true });
      sleepers.add(sleeper);
      settle(sleeper, 0);
      if (limits === undefined && sleepers.has(sleeper)) repace(name);
    });

  return {
    now: () => Date.now() + offsetMs,
    sleep: (ms, signal, name) => sleep(ms, { signal, name }),
    limit: (ms, signal, limits) => sleep(ms, { signal, limits }),
    sleeping,
    advance,

    advanceToNext: (atMostMs = Number.POSITIVE_INFINITY) => {
      const waits = [...sleepers].map((sleeper) => sleeper.remainingMs - elapsed(sleeper));
      if (waits.length === 0) return 0;
      const ms = Math.max(0, Math.min(Math.ceil(Math.min(...waits)), atMostMs));
      advance(ms);
      return ms;
    },
  };
}

interface Sleep {
  readonly signal?: AbortSignal | undefined;
  readonly name?: string | undefined;
  readonly limits?: string | undefined;
}
