// `twinwrite local --data` under load, killed a few times: `npm run crash` does it fifty times.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { crash } from './crash.ts';

const KILLS = 6;
/** Each start synthesises the stack: a minute in all on two idle cores. */
const TIMEOUT_MS = 15 * 60_000;
/** From the sources, as they are. */
const COMMAND = ['--import', 'tsx', join(import.meta.dirname, '../../cli/main.ts')];

test(
  `killed ${KILLS} times, it loses nothing that it acknowledged, and every run ends`,
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'twinwrite-crash-'));
    try {
      const data = join(folder, 'data');
      const report = await crash({ command: COMMAND, data, kills: KILLS, seed: 20261128, writers: 6 });
      expect(report.violations).toEqual([]);
      expect(report.kills).toBe(KILLS);
      expect(report.outcomes.committed).toBeGreaterThan(0);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
  TIMEOUT_MS,
);
