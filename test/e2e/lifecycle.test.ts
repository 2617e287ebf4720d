// What the store's own lifecycle rules end, and what they never do.

import { expect, test } from 'vitest';
import { startStore } from './harness.ts';

const DAY_S = 24 * 60 * 60;

test('a staged object is gone after 16 days, and a run’s object never is', async () => {
  await using store = await startStore();
  const { stagingPrefix } = store.descriptor;
  const create = { key: { id: '1' }, largeAttributes: { page: { text: 'kept' } } };
  expect(await store.run('create', create)).toMatchObject({ status: 'SUCCEEDED' });
  await store.putObject(`${stagingPrefix}/left`, 'x');
  const [object = ''] = (await store.objects('')).filter((key) => !key.startsWith(stagingPrefix));

  store.pass(14 * DAY_S);
  expect(await store.objects('')).toEqual([object, `${stagingPrefix}/left`]);
  store.pass(2 * DAY_S);
  expect(await store.objects('')).toEqual([object]);
  store.pass(10_000 * DAY_S);
  expect(await store.objects('')).toEqual([object]);
});
