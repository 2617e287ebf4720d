// Every command in docs/runbook.md is one that there is, with options that it has.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { OUTCOMES } from '../../audit/runs/summary.ts';
import { twinwrite } from '../cli/terminal.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'runbook.md'), 'utf8');
const commands = [...new Set(page.match(/^twinwrite .+$/gm))];

it('has commands', () => {
  expect(commands.length).toBeGreaterThan(10);
});

it.each(commands)('%s', async (line) => {
  const [, command = '', ...words] = line.split(' ');
  const { code, out } = await twinwrite(command, '--help');
  expect(code).toBe(0);
  expect(out).toMatch(new RegExp(`^Usage: twinwrite ${command} `));
  for (const option of words.filter((word) => word.startsWith('--'))) expect(out).toContain(`  ${option} `);
  const chosen = words.includes('--outcome') ? words[words.indexOf('--outcome') + 1]?.split(',') : [];
  expect(OUTCOMES).toEqual(expect.arrayContaining(chosen ?? []));
});
