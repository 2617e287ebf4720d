// A fair lock for one process: readers share, a writer is alone, and whoever asks first is served first,
// so that neither side can starve the other.

interface Waiter {
  readonly exclusive: boolean;
  start(): void;
}

/** Many readers or one writer at a time, in the order of their requests. */
export class ReadWriteLock {
  readonly #queue: Waiter[] = [];
  #readers = 0;
  #writing = false;

  /** Runs `task` beside other readers and beside no writer. */
  read<T>(task: () => Promise<T>): Promise<T> {
    return this.#run(false, task);
  }

  /** Runs `task` beside nobody. */
  write<T>(task: () => Promise<T>): Promise<T> {
    return this.#run(true, task);
  }

  async #run<T>(exclusive: boolean, task: () => Promise<T>): Promise<T> {
    await new Promise<void>((start) => {
      this.#queue.push({ exclusive, start });
      this.#admit();
    });
    try {
      return await task();
    } finally {
      if (exclusive) this.#writing = false;
      else this.#readers -= 1;
      this.#admit();
    }
  }

  #admit(): void {
    for (let next = this.#queue[0]; next && !this.#writing; next = this.#queue[0]) {
      if (next.exclusive && this.#readers > 0) return;
      this.#queue.shift();
      if (next.exclusive) this.#writing = true;
      else this.#readers += 1;
      next.start();
    }
  }
}
