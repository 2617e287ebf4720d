// The lock that keeps transactions alone.

import { expect, test } from 'vitest';
import { ReadWriteLock } from '../../../local/dynamodb/lock.ts';

/** A task that tells when it starts, and ends when it is told. */
function task(log: string[], name: string) {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return {
    end,
    run: async () => {
      log.push(name);
      await ended;
    },
  };
}

/** Lets everything happen that can. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('readers share, a writer waits for them and is alone', async () => {
  const [lock, log] = [new ReadWriteLock(), [] as string[]];
  const [first, second, writer, late] = ['first', 'second', 'writer', 'late'].map((name) =>
    task(log, name),
  ) as [ReturnType<typeof task>, ReturnType<typeof task>, ReturnType<typeof task>, ReturnType<typeof task>];
  const all = [lock.read(first.run), lock.read(second.run), lock.write(writer.run), lock.read(late.run)];
  await settle();
  expect(log).toEqual(['first', 'second']);
  first.end();
  await settle();
  expect(log).toEqual(['first', 'second']);
  second.end();
  await settle();
  expect(log).toEqual(['first', 'second', 'writer']);
  writer.end();
  late.end();
  await Promise.all(all);
  expect(log).toEqual(['first', 'second', 'writer', 'late']);
});

test('a task that fails, at once or later, gives the lock back', async () => {
  const lock = new ReadWriteLock();
  const thrown = lock.write(() => {
    throw new Error('at once');
  });
  await expect(thrown).rejects.toThrow('at once');
  await expect(lock.read(() => Promise.reject(new Error('later')))).rejects.toThrow('later');
  await expect(lock.write(async () => 'free')).resolves.toBe('free');
});
