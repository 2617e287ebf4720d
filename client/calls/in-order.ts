// Work on many things side by side whose results are given in the order of the things, no faster than they are taken.

/**
 * @param ahead - how many are under way, or done and not yet taken, at most
 * @param work - what is not taken any more is not waited for: it must end by itself once the loop is left
 * @throws what the source or the work throws, after the results before it
 */
export async function* inOrder<T, R>(
  source: Iterable<T> | AsyncIterable<T>,
  ahead: number,
  work: (input: T) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const iterator =
    Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  const underWay: Promise<R>[] = [];
  let isOver = false;
  let failure: { readonly error: unknown } | undefined;
  const take = async (): Promise<void> => {
    try {
      const next = await iterator.next();
      if (next.done) isOver = true;
      else underWay.push(begun(work(next.value)));
    } catch (error) {
      isOver = true;
      failure = { error };
    }
  };
  try {
    for (;;) {
      while (!isOver && underWay.length < ahead) await take();
      const first = underWay.shift();
      if (first === undefined) break;
      yield await first;
    }
    if (failure !== undefined) throw failure.error;
  } finally {
    if (!isOver) await iterator.return?.();
  }
}

/** Its failure is told once its turn comes. */
function begun<R>(result: Promise<R>): Promise<R> {
  result.catch(() => undefined);
  return result;
}
