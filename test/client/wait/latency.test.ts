// How many looks at runs writes take in the simulation of bench/latency.ts: the same each time, of the client as it is.

import { expect, test } from 'vitest';
import { CREATE, EXPRESS_CREATE } from '../../../bench/latency/model.ts';
import { batchWrites, loneWrites } from '../../../bench/latency/simulate.ts';

test('a lone write takes 1.2 looks at most, and its caller knows soon after its end', async () => {
  const { looks, writes, knows, runMedian } = await loneWrites({ run: CREATE, writes: 300 });
  expect(writes).toBe(300);
  expect(looks / writes).toBeLessThanOrEqual(1.2);
  expect(knows.median - runMedian).toBeLessThan(150);
});

test('a run that takes far longer than most is looked at often, then rarely', async () => {
  const slow = [...CREATE, ...Array.from({ length: 56 }, () => 'transition' as const)];
  const { looks, writes, knows, runMedian } = await loneWrites({ run: slow, writes: 30 });
  expect(looks / writes).toBeLessThan(25);
  expect(knows.median - runMedian).toBeLessThan(500);
});

test('a batch of creates has ten writes a look at least', async () => {
  const { looks, writes } = await batchWrites({ run: CREATE, writes: 300 });
  expect(writes / looks).toBeGreaterThanOrEqual(10);
});

test('a write by the Express lane takes no look: its caller knows by the answer', async () => {
  const writing = { run: EXPRESS_CREATE, lane: 'express', writes: 300 } as const;
  for (const { looks, reads, writes, knows, runMedian } of [
    await loneWrites(writing),
    await batchWrites(writing),
  ]) {
    expect({ looks, reads, writes }).toEqual({ looks: 0, reads: 0, writes: 300 });
    expect(knows.median - runMedian).toBeLessThan(60);
  }
});

test('what a state is assumed to take is what the caller waits', async () => {
  const writing = { run: EXPRESS_CREATE, lane: 'express', writes: 300 } as const;
  const fast = await loneWrites(writing);
  const latencies = { expressTransition: { median: 25, p99: 70 } };
  const slow = await loneWrites({ ...writing, latencies });
  expect(slow.knows.median - fast.knows.median).toBeGreaterThan(60);
});
