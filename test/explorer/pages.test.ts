// Pages beside sagas: content that is fetched later is of the page's version, or it is told that the item has changed; and each
// rule that this rests on, left out, shows.

import { describe, expect, it } from 'vitest';
import { PAGES as CONFIGURATIONS } from '../../explorer/configurations/pages.ts';
import { PAGES as MUTATIONS } from '../../explorer/mutations/pages.ts';
import { tryMutation } from '../../explorer/mutations/table.ts';
import { brokenBy, explored } from './explored.ts';

describe('every state keeps the promises', () => {
  it.each(Object.keys(CONFIGURATIONS))('%s', async (name) => {
    const exploration = await explored(name, { faults: 0, redrives: 0 });
    expect(brokenBy(exploration)).toEqual([]);
    expect(exploration.complete).toBe(true);
    expect(exploration.ends).toBeGreaterThan(0);
  });
});

describe('without', () => {
  it.each(MUTATIONS.map((mutation) => [mutation.without, mutation] as const))('%s', async (_, mutation) => {
    const { violation } = await tryMutation(mutation);
    expect(violation?.promise).toMatch(/^(?:torn|stale) read/);
  });
});
