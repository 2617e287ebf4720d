// Whether a local cloud has something to do: a run goes on by itself until nothing is under way any more.

import type { ObservedCall } from '../../local/index.ts';

/** Real milliseconds without a call after which nothing goes on by itself. */
const QUIET_MS = 8;

/** Which calls are under way. */
export class Busy {
  #calls = 0;
  #since = performance.now();

  begin({ ended }: ObservedCall): void {
    this.#calls += 1;
    void ended.then(() => {
      this.#calls -= 1;
      this.#since = performance.now();
    });
  }

  /** Resolves once nothing has been under way for a moment. */
  async quiet(): Promise<void> {
    do await new Promise((resolve) => setTimeout(resolve, 2));
    while (this.#calls > 0 || performance.now() - this.#since < QUIET_MS);
  }
}
