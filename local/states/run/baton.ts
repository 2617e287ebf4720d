// An execution decides one step at a time: whoever holds the baton writes events, the others wait in line. That makes
// the order of events independent of how long an expression takes, and it is the order that AWS shows.

/** The run or the branch was stopped; what waits on it goes no further. */
export class Aborted extends Error {
  override readonly name = 'Aborted';
}

interface Waiting {
  readonly signal: AbortSignal;
  take(): void;
}

export class Baton {
  private held = false;
  private readonly line: Waiting[] = [];

  /** @throws {Aborted} once `signal` is aborted */
  async acquire(signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw new Aborted();
    if (!this.held) {
      this.held = true;
      return;
    }
    await untilAborted(new Promise<void>((take) => this.line.push({ signal, take })), signal);
  }

  release(): void {
    for (let next = this.line.shift(); next !== undefined; next = this.line.shift()) {
      if (next.signal.aborted) continue;
      next.take();
      return;
    }
    this.held = false;
  }
}

/** Settles as `work` does, unless the signal is aborted before. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new Aborted());
      work.catch(() => undefined);
      return;
    }
    const abort = (): void => reject(new Aborted());
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
