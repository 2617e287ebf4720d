// Every rule left out is found within its budget, and docs/consistency.md has what was found.

import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { CONSISTENCY_PAGE, type Explored, explored, withExplored } from '../../docs/explored.ts';
import { MUTATIONS } from '../../explorer/mutations/all.ts';

let all: Explored;
beforeAll(async () => {
  all = await explored();
});

describe('without', () => {
  it.each(MUTATIONS.map(({ name, without }) => [without, name]))('%s (%s)', (_, name) => {
    const row = all.mutations.find(({ mutation }) => mutation.name === name);
    expect(row?.violation).toBeDefined();
  });
});

it('docs/consistency.md is current (`npm run docs:explored` writes it)', () => {
  const page = readFileSync(CONSISTENCY_PAGE, 'utf8');
  expect(withExplored(page, all)).toBe(page);
});
