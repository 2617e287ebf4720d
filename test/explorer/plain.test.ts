// The plain algorithm in the explorer's world loses what part A of docs/hazards.md says; Twinwrite loses nothing there.

import { describe, expect, it } from 'vitest';
import { CONTESTS } from '../../explorer/plain/contests.ts';
import { contestRow } from '../../explorer/plain/plain.ts';

/** What each hazard ends in, by docs/hazards.md. */
const LOSSES: Readonly<Record<string, RegExp>> = {
  A1: /^dangling/,
  A2: /^dangling/,
  A3: /^dangling/,
  'A4, A9': /^dangling/,
  A5: /^dangling/,
  A6: /^residue/,
  A7: /^residue/,
  A8: /^residue/,
  A10: /^dangling/,
  A11: /^(dangling|residue)/,
  A12: /^(dangling|residue)/,
  A13: /^dangling/,
  A14: /^residue/,
  A15: /^reader: NoSuchKey/,
};

describe.each(CONTESTS)('$hazards: $runs', (contest) => {
  it('breaks a promise where the plain algorithm writes, and none where Twinwrite does', async () => {
    const { plain, twinwrite } = await contestRow(contest);
    expect(plain.violation?.promise).toMatch(LOSSES[contest.hazards] as RegExp);
    expect(plain.broken).toBeGreaterThan(0n);
    expect(plain.broken).toBeLessThanOrEqual(plain.schedules);
    expect([twinwrite.violation, twinwrite.broken]).toEqual([undefined, 0n]);
    expect(twinwrite.schedules).toBeGreaterThan(0n);
  });
});
