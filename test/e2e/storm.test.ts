// Many runs on few items at once, with faults of every kind: whatever interleaves, nothing may be lost.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { startStore, type TestStore } from './harness.ts';
import { AT_ONCE, ITEMS, RUNS, storm } from './storm.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store[Symbol.asyncDispose]());

it(`${RUNS} runs, ${AT_ONCE} at once, on ${ITEMS.length} items under faults lose nothing`, async () => {
  const { ends, losses } = await storm(store);

  expect(
    ends.filter(
      ({ status, error }) => status !== 'SUCCEEDED' && !/^(Rejected|RolledBack)\./.test(error ?? ''),
    ),
  ).toEqual([]);
  expect(ends.filter(({ status }) => status === 'SUCCEEDED').length).toBeGreaterThan(RUNS / 4);
  expect(losses).toEqual(ITEMS.map((id) => ({ id, dangling: [], orphans: [], wrong: [] })));
});
