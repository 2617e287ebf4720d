import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { columns } from '../../audit/drawing/text.ts';
import { type Check, Screen } from '../../examples/demo/screen.ts';
import { demo } from '../../examples/demo.ts';

let checks: readonly Check[];
const lines: string[] = [];

beforeAll(async () => {
  checks = await demo({ print: (line) => lines.push(line), color: true });
});

const plain = () => lines.map(stripVTControlCharacters);

describe('the demo', () => {
  it('meets every expectation, and counts them in its last line', () => {
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(checks.length).toBeGreaterThan(20);
    expect(plain().at(-1)).toMatch(
      new RegExp(`^✓ ${checks.length} of ${checks.length} checks passed in \\d+\\.\\d s$`),
    );
  });

  it('shows a run for each of its acts, and the compensation of the one that is rolled back', () => {
    const runs = plain().filter((line) => / {2}(?:SUCCEEDED|FAILED) /.test(line));
    expect(runs.map((line) => line.split(/ +/).slice(1, 3))).toEqual([
      ['create-julia', 'SUCCEEDED'],
      ['update-page', 'SUCCEEDED'],
      ['update-of-version-1', 'FAILED'],
      ['create-refused', 'FAILED'],
      ['count-a-view', 'SUCCEEDED'],
      ['delete-julia', 'SUCCEEDED'],
    ]);
    expect(plain().filter((line) => line.includes('COMPENSATION'))).toEqual([
      expect.stringContaining('↩ DeleteCreatedObjects'),
    ]);
  });

  it('fits into 80 columns', () => {
    expect(plain().filter((line) => columns(line) > 80)).toEqual([]);
  });

  it('uses a picture that does not fit into an execution', async () => {
    const picture = await readFile(join(import.meta.dirname, '../../examples/files/picture.png'));
    expect(picture.length).toBeGreaterThan(256 * 1024);
  });
});

/** What a line says, whatever was measured, and whichever of a Map's iterations ended first. */
function timeless(line: string): string {
  return line.replace(/^[│├└─ ]*/, '').replace(/ +(?:in )?\d+(?:\.\d+)? m?s$/, '');
}

/** Acts by their titles, each with its lines, sorted. */
function actsOf(output: readonly string[]): Record<string, string[]> {
  const acts = output
    .join('\n')
    .split(/^── /m)
    .map((act) => act.split('\n').filter((line) => line !== ''));
  return Object.fromEntries(acts.slice(1).map(([title = '', ...rest]) => [title, rest.map(timeless).sort()]));
}

async function shownIn(page: string): Promise<Record<string, string[]>> {
  const text = await readFile(join(import.meta.dirname, '../..', page), 'utf8');
  const [, block = ''] = /<!-- demo -->\n```text\n([\s\S]*?)```\n<!-- \/demo -->/.exec(text) ?? [];
  return actsOf(block.split('\n'));
}

describe('what the documentation shows of it', () => {
  it('is all of its output in docs/demo.md', async () => {
    expect(await shownIn('docs/demo.md')).toEqual(actsOf(plain()));
  });

  it('is a part of an act in README', async () => {
    const acts = actsOf(plain());
    const shown = Object.entries(await shownIn('README.md'));
    expect(shown.length).toBeGreaterThan(0);
    for (const [title, lines] of shown) expect(acts[title]).toEqual(expect.arrayContaining(lines));
  });
});

it('shows and counts an expectation that is not met', () => {
  const shown: string[] = [];
  const screen = new Screen((line) => shown.push(line), false);

  screen.check('one', 1, 1);
  screen.check('two', { version: 3 }, { version: 2 });
  screen.check('three', undefined);
  screen.summary(1.25);

  expect(screen.checks.map(({ ok }) => ok)).toEqual([true, false, false]);
  expect(shown).toEqual([
    '✓ one',
    '✗ two',
    '  expected {"version":2}',
    '  got      {"version":3}',
    '✗ three',
    '  expected true',
    '  got      nothing',
    '',
    '✗ 1 of 3 checks passed in 1.3 s',
  ]);
});
