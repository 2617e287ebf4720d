import { describe, expect, it } from 'vitest';
import { isShortOf, replayedName, replayName } from '../../../audit/runs/replay-name.ts';

const LONG = `import-${'x'.repeat(73)}`;

describe('the name of a replay', () => {
  it.each([
    ['create-42', 'create-42-replay-1'],
    ['create-42-replay-1', 'create-42-replay-2'],
    ['create-42-replay-99', 'create-42-replay-100'],
    ['x'.repeat(69), `${'x'.repeat(69)}-replay-1`],
  ])('of %s is %s, which names what it replays', (name, replay) => {
    expect(replayName(name)).toBe(replay);
    expect(replayedName(replay)).toBe(name);
  });

  it('has at most 80 characters, and is another for another long name', () => {
    const replay = replayName(LONG) as string;

    expect(replay).toMatch(/^[0-9A-Za-z_-]{1,80}$/);
    expect(replayName(`${LONG.slice(0, -1)}y`)).not.toBe(replay);
    expect(replayedName(replay)).toBe(`${LONG.slice(0, 56)}…`);
    expect(isShortOf(replay, LONG)).toBe(true);
    expect(isShortOf(replay, `${LONG.slice(0, -1)}y`)).toBe(false);
    expect(replayName(replay)).toBe(replay.replace(/1$/, '2'));
    expect((replayName(replay.replace(/1$/, '998')) as string).length).toBe(80);
  });

  it('passes over names that are taken, and ends', () => {
    expect(replayName('a', 2)).toBe('a-replay-3');
    expect(replayName('a-replay-999')).toBeUndefined();
  });

  it.each(['create-42', 'a-replay-', 'a-replay-0', 'a-replay-1000', '-replay-1'])('%s is none', (name) => {
    expect(replayedName(name)).toBeUndefined();
  });
});
