import { expect, test } from 'vitest';
import { createClock } from '../../local/clock.ts';

test('tells how many sleep under a name, until each wakes or is aborted', async () => {
  const clock = createClock(1e-6);
  const stop = new AbortController();
  const short = clock.sleep(1000, undefined, 'one');
  const long = clock.sleep(5000, stop.signal, 'one');
  void clock.sleep(1000, undefined, 'another');
  void clock.sleep(1000);
  expect(clock.sleeping('one')).toBe(2);

  clock.advance(2000);
  await short;
  expect([clock.sleeping('one'), clock.sleeping('another')]).toEqual([1, 0]);

  stop.abort(new Error('over'));
  await expect(long).rejects.toThrow('over');
  expect(clock.sleeping('one')).toBe(0);
});
