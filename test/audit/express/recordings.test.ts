// The recorded logs are what the local cloud gives. To record them anew, after a change of the sagas that is meant:
// npx vitest run --project thorough test/audit/express/recordings.test.ts -u

import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { startStore } from '../../e2e/harness.ts';
import { type LogLine, logPath, RECORDED_RUNS, record, recordedLog, withWholeLogs } from './recordings.ts';

it('are recorded as they are', async () => {
  await withWholeLogs(async (assembly) => {
    await using store = await startStore({ clock: 'manual', assembly });
    for (const name of RECORDED_RUNS) {
      const text = await record(store, name);
      // Which of two puts is first is chance.
      if (name === 'two-puts' && existsSync(logPath(name))) {
        expect(typesOf(JSON.parse(text))).toEqual(typesOf(recordedLog(name)));
      } else await expect(text).toMatchFileSnapshot(logPath(name));
    }
  });
});

function typesOf(lines: readonly LogLine[]): string[] {
  return lines.map(({ type }) => type).sort();
}
