// The command `npm run explore`: what it prints, its exit codes, and its errors.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT, run } from '../../explorer/command/run.ts';

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function explore(args: readonly string[], signal = new AbortController().signal): Promise<Ended> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await run(args, {
    print: (line) => void out.push(line),
    progress: () => undefined,
    fail: (line) => void err.push(line),
    signal,
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

it('explores what is selected, and says how far', async () => {
  const { code, out } = await explore(['--only', '^create..create same$', '--faults', '0']);
  expect(out).toMatch(/^ok {7}create\|\|create same: \d+ states, \d+ transitions, depth \d+, \d+ ends, /);
  expect(out).toMatch(/\ntotal: .* not as expected: 0$/);
  expect(code).toBe(EXIT.kept);
});

it('a whole name selects that one alone', async () => {
  const { out } = await explore(['--only', 'create||create same', '--faults', '0', '--json']);
  expect(out.split('\n').map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({
      configuration: 'create||create same',
      verdict: 'ok',
      complete: true,
      violations: [],
    }),
  ]);
});

it('shows a violation as a schedule that can be replayed, from its text or a file', async () => {
  const args = [
    '--mutate',
    'no-token',
    '--only',
    'one update',
    '--faults',
    '1',
    '--kinds',
    'after',
    '--first',
  ];
  const { code, out } = await explore(args);
  expect(code).toBe(EXIT.broken);
  expect(out).toContain('breaks: e:update took effect 2 times');
  const replayed = await explore(['--replay', out]);
  expect(replayed.code).toBe(EXIT.broken);
  expect(replayed.out).toMatch(/\nbreaks: e:update took effect 2 times$/);

  const folder = mkdtempSync(join(tmpdir(), 'twinwrite-explore-'));
  try {
    writeFileSync(join(folder, 'schedule'), out);
    expect(await explore(['--replay', join(folder, 'schedule')])).toEqual(replayed);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('known violations are no failure', async () => {
  const { code, out } = await explore(['--only', '^needed: programs that copy']);
  expect([code, out]).toEqual([EXIT.kept, expect.stringMatching(/^known {4}needed: programs that copy/)]);
});

it('walks', async () => {
  const { code, out } = await explore(['--only', '^crowd.*SWEEP$', '--walks', '2', '--seed', '5']);
  expect([code, out]).toEqual([EXIT.kept, expect.stringMatching(/: 2 walks, \d+ steps/)]);
});

it('names configurations and mutations', async () => {
  const { code, out } = await explore(['--list']);
  expect(code).toBe(EXIT.kept);
  expect(out).toMatch(/\n {2}update\|\|delete\n/);
  expect(out).toMatch(/\n {2}no-token +rule 2, B4, B11: without a token/);
});

it('an interruption prints what was explored so far', async () => {
  const { code, out } = await explore(['--only', '^one create$'], AbortSignal.abort());
  expect([code, out]).toEqual([EXIT.interrupted, expect.stringContaining('total: 0 states')]);
});

it('what the local cloud cannot do is said by name', async () => {
  const args = ['--local', '--replay', 'configuration: create||SWEEP\n1. sweep: lists {}'];
  const { code, err } = await explore(args);
  expect([code, err]).toEqual([EXIT.broken, expect.stringMatching(/cannot happen here: sweep: lists/)]);
});

describe('a wrong command line', () => {
  it.each([
    [['--only', '('], /--only <regexp>' argument '\(' is invalid. Invalid regular expression/],
    [['--only', 'no such thing'], /--only no such thing: no configuration matches/],
    [['--faults', '-1'], /expected a whole number from 0/],
    [['--walks', '0'], /expected a whole number from 1/],
    [['--kinds', 'late,never'], /"never" is none of before, after, late/],
    [['--mutate', 'none'], /--mutate none: there is no such mutation/],
    [['--replay', '/no/such/file'], /--replay: ENOENT/],
    [['--replay', 'configuration: nothing\n1. a step'], /there is no configuration "nothing"/],
    [
      ['--local', '--replay', 'configuration: one create\nwithout: no-token\n1. a step'],
      /--local: the local cloud runs the product with all/,
    ],
    [['--unknown'], /unknown option '--unknown'/],
    [['something'], /too many arguments/],
  ] as const)('%j', async (args, message) => {
    expect(await explore(args)).toEqual({ code: EXIT.usage, out: '', err: expect.stringMatching(message) });
  });

  it('a schedule that cannot be followed', async () => {
    const { code, err } = await explore(['--replay', 'configuration: one create\n1. e:create flies']);
    expect([code, err]).toEqual([
      EXIT.broken,
      expect.stringContaining('this cannot happen here: e:create flies'),
    ]);
  });
});
