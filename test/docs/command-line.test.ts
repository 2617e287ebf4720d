// docs/command-line.md names every command there is, and none that there is not.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { twinwrite } from '../cli/terminal.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'command-line.md'), 'utf8');

async function commands(): Promise<string[]> {
  const { out } = await twinwrite('--help');
  return [...out.matchAll(/^ {2}([a-z]+) (?:\[|<)/gm)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'help');
}

it('shows each command, and has a row for it', async () => {
  const names = (await commands()).sort();
  const shown = [...page.matchAll(/^npx twinwrite ([a-z]+)/gm)].map(([, name = '']) => name);
  const rows = page.match(/^\| `.*?\|/gm) ?? [];
  const listed = rows.flatMap((row) => [...row.matchAll(/`([a-z]+)`/g)].map(([, name = '']) => name));

  expect(names.length).toBeGreaterThan(10);
  expect([...new Set(shown)].sort()).toEqual(names);
  expect(listed.sort()).toEqual(names);
});
