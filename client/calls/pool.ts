// Work that runs side by side, a few at a time.

export class Pool {
  readonly #limit: number;
  readonly #onError: (error: unknown) => void;
  readonly #underWay = new Set<Promise<void>>();

  /** @param onError - hears of every failure; the pool itself goes on */
  constructor(limit: number, onError: (error: unknown) => void) {
    this.#limit = limit;
    this.#onError = onError;
  }

  /** Starts the work, and waits until there is room for more. */
  async add(work: () => Promise<void>): Promise<void> {
    const running = work()
      .catch(this.#onError)
      .finally(() => this.#underWay.delete(running));
    this.#underWay.add(running);
    if (this.#underWay.size >= this.#limit) await Promise.race(this.#underWay);
  }

  /** Waits until nothing is under way. */
  async settle(): Promise<void> {
    await Promise.all(this.#underWay);
  }
}
