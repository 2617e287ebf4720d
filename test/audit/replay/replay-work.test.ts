// How replays are carried out, apart from what each does: here each fails at once, which its result says.

import { expect, it } from 'vitest';
import type { AuditContext } from '../../../audit/context.ts';
import type { ReplayPreview } from '../../../audit/replay/replay.ts';
import { carryOut, type ReplayProgress, type ReplayResult } from '../../../audit/replay/replay-work.ts';

const context = {} as AuditContext;
const previews = ['a', 'b', 'c'].map((name) => ({ run: { executionArn: name } }) as ReplayPreview);
const pace = { everyMs: 0, wait: false, signal: new AbortController().signal };

it('each has its result, also those that end while another is being taken', async () => {
  const results: ReplayResult[] = [];
  const progress: ReplayProgress[] = [];
  const onChange = (each: ReplayProgress) => void progress.push(each);
  for await (const result of carryOut(context, previews, { ...pace, onChange })) {
    results.push(result);
    // Time enough for everything that is under way to end.
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
  }
  expect(results.map(({ preview }) => preview.run.executionArn).sort()).toEqual(['a', 'b', 'c']);
  expect(results.every(({ error }) => error instanceof Error)).toBe(true);
  expect(progress.at(-1)).toEqual({ started: 3, ended: 3 });
});

it.each<[string, () => void]>([
  [
    'throws',
    () => {
      throw new Error('no more room');
    },
  ],
  [
    'rejects',
    async () => {
      await new Promise(setImmediate);
      throw new Error('no more room');
    },
  ],
])('an onChange that %s ends the work', async (_, onChange) => {
  const all = async () => {
    for await (const _ of carryOut(context, previews, { ...pace, onChange }));
  };
  await expect(all()).rejects.toThrow('no more room');
});
