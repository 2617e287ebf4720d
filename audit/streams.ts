// Streams of things: merged in order, and worked on several at a time without losing their order.

/** All elements of streams that are each in order, in order over all: ascending by rank. Reads no further than needed. */
export async function* merged<T>(
  streams: readonly AsyncIterable<T>[],
  rank: (element: T) => number,
): AsyncGenerator<T, void, undefined> {
  const iterators = streams.map((stream) => stream[Symbol.asyncIterator]());
  const next = async (iterator: AsyncIterator<T>): Promise<Head<T>[]> => {
    const { done, value } = await iterator.next();
    return done ? [] : [{ iterator, value }];
  };
  try {
    let heads = (await Promise.all(iterators.map(next))).flat();
    while (heads.length > 0) {
      const first = heads.reduce((one, other) => (rank(other.value) < rank(one.value) ? other : one));
      yield first.value;
      const followers = await next(first.iterator);
      heads = heads.flatMap((head) => (head === first ? followers : [head]));
    }
  } finally {
    await Promise.all(iterators.map((iterator) => iterator.return?.()));
  }
}

interface Head<T> {
  readonly iterator: AsyncIterator<T>;
  readonly value: T;
}

/** The work's results in the order of the elements; at most `concurrency` elements are under way or not yet taken. */
export async function* inOrder<T, R>(
  elements: AsyncIterable<T>,
  concurrency: number,
  work: (element: T) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const underWay: Promise<R>[] = [];
  try {
    for await (const element of elements) {
      const result = work(element);
      result.catch(() => undefined); // it is thrown where its turn comes
      underWay.push(result);
      if (underWay.length >= concurrency) yield await (underWay.shift() as Promise<R>);
    }
    while (underWay.length > 0) yield await (underWay.shift() as Promise<R>);
  } finally {
    await Promise.allSettled(underWay);
  }
}
