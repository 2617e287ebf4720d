// Runs a function on each item of a source, several at a time, and gives the outcomes as they come. In the order of
// the source, as p-map's pMapIterable gives them, one run that is stuck for minutes would hold up all that follow.

/** What a stopped source may take for the item that it was asked for last. */
const LAST_ITEM_MS = 1000;

export type Source<T> = Iterable<T> | AsyncIterable<T>;

export interface EachOptions {
  /** Items under way, or done but not yet taken by the consumer, at most. */
  readonly atATime: number;
  /** Asked before each item is taken from the source. */
  readonly wantsMore: () => boolean;
  /** Ends the wait for a source that does not answer. */
  readonly signal: AbortSignal;
}

/**
 * @param run - must not reject
 * @throws what the source throws, after the outcomes of all items that were taken from it
 */
export async function* each<T, R>(
  source: Source<T>,
  run: (item: T, index: number) => Promise<R>,
  { atATime, wantsMore, signal }: EachOptions,
): AsyncGenerator<R, void, undefined> {
  const iterator = iteratorOf(source);
  const done: R[] = [];
  let underWay = 0;
  let taken = 0;
  let isTaking = false;
  let isOver = false;
  let failure: { readonly error: unknown } | undefined;
  let changed = (): void => undefined;

  const begin = (item: T): void => {
    underWay += 1;
    void run(item, taken++).then((outcome) => {
      underWay -= 1;
      done.push(outcome);
      changed();
    });
  };
  const take = async (): Promise<void> => {
    if (isTaking) return;
    isTaking = true;
    while (!isOver && wantsMore() && underWay + done.length < atATime) {
      try {
        const next = await iterator.next();
        if (next.done) isOver = true;
        else begin(next.value);
      } catch (error) {
        isOver = true;
        failure = { error };
      }
    }
    isTaking = false;
    changed();
  };

  const patience = patienceWith(signal, () => changed());
  try {
    for (;;) {
      void take();
      const change = new Promise<void>((resolve) => {
        changed = resolve;
      });
      const outcome = done.shift();
      if (outcome !== undefined) yield outcome;
      else if (underWay > 0 || (isTaking && !patience.isOver)) await change;
      else break;
    }
    if (failure !== undefined) throw failure.error;
  } finally {
    patience.end();
    if (!isOver) {
      isOver = true;
      const closed = Promise.resolve(iterator.return?.());
      if (isTaking)
        closed.catch(() => undefined); // it does not answer, so nobody waits for it
      else await closed;
    }
  }
}

function iteratorOf<T>(source: Source<T>): Iterator<T> | AsyncIterator<T> {
  return Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
}

/** Is over some time after the signal is aborted. */
function patienceWith(signal: AbortSignal, onOver: () => void): { readonly isOver: boolean; end(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  const aborted = (): void => {
    timer = setTimeout(() => {
      isOver = true;
      onOver();
    }, LAST_ITEM_MS);
  };
  if (signal.aborted) aborted();
  else signal.addEventListener('abort', aborted, { once: true });
  return {
    get isOver() {
      return isOver;
    },
    end() {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
    },
  };
}
