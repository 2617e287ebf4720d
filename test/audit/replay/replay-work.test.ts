// How replays are carried out, apart from what each does: here each fails at once, which its result says.

import { expect, it } from 'vitest';
import type { AuditContext } from '../../../audit/context.ts';
import type { ReplayPreview } from '../../../audit/replay/replay.ts';
import { carryOut, type ReplayProgress } from '../../../audit/replay/replay-work.ts';

const states = 'arn:aws:states:eu-central-1:111122223333';
const store = { stateMachines: { create: `${states}:stateMachine:Create` } };
const context = { store } as unknown as AuditContext;
const previews = ['a', 'b', 'c'].map((name) => {
  return { run: { executionArn: `${states}:execution:Create:${name}` } } as ReplayPreview;
});
const pace = { everyMs: 0, wait: false, signal: new AbortController().signal };

it('each has its result, also one that ends while another is being taken', async () => {
  const ends: (() => void)[] = [];
  const send = () => new Promise((_, reject) => ends.push(() => reject(new Error('no'))));
  const slow = { store, sfn: { send } } as unknown as AuditContext;
  const progress: ReplayProgress[] = [];
  const onChange = (each: ReplayProgress) => void progress.push(each);
  const work = carryOut(slow, previews.slice(0, 2), { ...pace, onChange });

  const first = work.next();
  await expect.poll(() => ends.length).toBe(2);
  ends[0]?.();
  expect((await first).value).toMatchObject({ preview: previews[0], error: new Error('no') });
  ends[1]?.();
  await expect.poll(() => progress.at(-1)).toEqual({ started: 2, ended: 2 });

  expect((await work.next()).value).toMatchObject({ preview: previews[1], error: new Error('no') });
  expect(await work.next()).toEqual({ done: true, value: undefined });
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
