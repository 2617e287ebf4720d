import { describe, expect, it } from 'vitest';
import { inOrder, merged } from '../../audit/streams.ts';

async function* stream(...numbers: readonly number[]): AsyncGenerator<number, void, undefined> {
  yield* numbers;
}

async function all<T>(elements: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const element of elements) found.push(element);
  return found;
}

describe('merged', () => {
  it('keeps the order over all streams', async () => {
    expect(await all(merged([stream(1, 4, 5), stream(), stream(2, 3, 9)], (each) => each))).toEqual([
      1, 2, 3, 4, 5, 9,
    ]);
  });

  it('reads no further than asked, and closes its streams', async () => {
    let read = 0;
    let closed = false;
    async function* endless(): AsyncGenerator<number, void, undefined> {
      try {
        for (;;) yield ++read;
      } finally {
        closed = true;
      }
    }
    for await (const each of merged([endless(), stream(100)], (number) => number)) if (each === 3) break;

    expect({ read, closed }).toEqual({ read: 3, closed: true });
  });
});

describe('inOrder', () => {
  it('gives results in the order of the elements, with a bounded number under way', async () => {
    let [underWay, most] = [0, 0];
    const work = async (number: number): Promise<number> => {
      most = Math.max(most, ++underWay);
      for (let turn = 0; turn < 10 - number; turn += 1) await Promise.resolve();
      underWay -= 1;
      return number * 10;
    };

    expect(await all(inOrder(stream(1, 2, 3, 4, 5, 6), 3, work))).toEqual([10, 20, 30, 40, 50, 60]);
    expect(most).toBe(3);
  });

  it('fails where the failed element has its turn', async () => {
    const seen: number[] = [];
    const work = async (number: number): Promise<number> => {
      if (number === 2) throw new Error('two');
      return number;
    };
    const read = async (): Promise<void> => {
      for await (const each of inOrder(stream(1, 2, 3), 3, work)) seen.push(each);
    };

    await expect(read()).rejects.toThrow('two');
    expect(seen).toEqual([1]);
  });
});
