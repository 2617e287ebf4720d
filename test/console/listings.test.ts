import { describe, expect, it, vi } from 'vitest';
import { ListingGone, Listings } from '../../console/server/listings.ts';

/** Numbers from 0, as they are asked for. */
function numbers(count: number) {
  const given: number[] = [];
  const signals: AbortSignal[] = [];
  async function* source(signal: AbortSignal): AsyncGenerator<number> {
    signals.push(signal);
    for (let each = 0; each < count; each += 1) {
      given.push(each);
      yield each;
    }
  }
  return { given, signals, source };
}

describe('a listing', () => {
  it('reads on only as far as it is asked', async () => {
    const { given, source } = numbers(100);
    const listings = new Listings<number>();
    const first = await listings.open(source, 10);
    expect(given).toHaveLength(10);
    await listings.next(first.cursor ?? '', 10);
    expect(given).toHaveLength(20);
  });

  it('ends, also when its last page is full', async () => {
    const listings = new Listings<number>();
    const first = await listings.open(numbers(20).source, 10);
    const second = await listings.next(first.cursor ?? '', 10);
    const rest = second.cursor === undefined ? { entries: [] } : await listings.next(second.cursor, 10);
    expect([...first.entries, ...second.entries, ...rest.entries]).toEqual(
      Array.from({ length: 20 }, (_, at) => at),
    );
    expect(rest).not.toHaveProperty('cursor');
  });

  it('answers with what it has when a scan takes long, and goes on from there', async () => {
    vi.useFakeTimers();
    try {
      let release = (): void => undefined;
      async function* slow(): AsyncGenerator<string> {
        yield 'first';
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        yield 'second';
      }
      const listings = new Listings<string>();
      const opened = listings.open(slow, 10);
      await vi.advanceTimersByTimeAsync(1500);
      const { entries, cursor = '' } = await opened;
      expect(entries).toEqual(['first']);
      release();
      expect(await listings.next(cursor, 10)).toEqual({ entries: ['second'] });
    } finally {
      vi.useRealTimers();
    }
  });

  it('gives way when many others were opened since, and stops what it was reading', async () => {
    const { signals, source } = numbers(100);
    const listings = new Listings<number>();
    const { cursor = '' } = await listings.open(source, 10);
    for (let each = 0; each < 16; each += 1) await listings.open(numbers(5).source, 1);
    await expect(listings.next(cursor, 10)).rejects.toThrow(ListingGone);
    expect(signals[0]?.aborted).toBe(true);
  });

  it('is gone once it has failed', async () => {
    async function* broken(): AsyncGenerator<number> {
      yield 1;
      throw new Error('throttled');
    }
    const listings = new Listings<number>();
    const { cursor = '' } = await listings.open(broken, 1);
    await expect(listings.next(cursor, 1)).rejects.toThrow('throttled');
    await expect(listings.next(cursor, 1)).rejects.toThrow(ListingGone);
  });
});
