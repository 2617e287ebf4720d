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

test('tells of an Express execution without its id, and of no other whose name begins so', () => {
  const clock = createClock(1e-6);
  void clock.sleep(1000, undefined, 'arn:express:machine:run:0123');
  void clock.sleep(1000, undefined, 'arn:express:machine:run-2:0123');
  expect(clock.sleeping('arn:express:machine:run')).toBe(1);
});

test('a limit counts what they wait who sleep under a name, and not faster what they do', async () => {
  const clock = createClock(1e9);
  const limit = clock.limit(3_600_000, undefined, 'one');
  expect(clock.sleeping('one')).toBe(0);
  expect(clock.advanceToNext(1000)).toBe(1000);
  void clock.sleep(1000, undefined, 'another');
  const slept = clock.sleep(10_000_000, undefined, 'one');
  await Promise.all([slept, limit]);
  expect(clock.advanceToNext()).toBe(0);
});

test('a limit is moved on with the time, and ends with its signal', async () => {
  const clock = createClock(1);
  const stop = new AbortController();
  const [one, other] = [clock.limit(1000, undefined, 'one'), clock.limit(9000, stop.signal, 'one')];
  clock.advance(2000);
  await one;
  stop.abort(new Error('over'));
  await expect(other).rejects.toThrow('over');
});
