// Which executions there may be: one of each write; of a write in the Express lane a second one, where it is started twice, and the
// Standard one that goes on with it, or settles it.

import { continuedName, expressRunName } from '../../core/keys/run.ts';
import type { Configuration } from './configuration.ts';
import { RUN_NAMES } from './setting.ts';

export interface Slot {
  /** Index of the write. */
  readonly write: number;
  readonly lane: 'standard' | 'express' | 'continued';
  /** Index of what counts its effects; of what goes on with another, that other's counts. */
  readonly effect: number;
  /** The execution's name. */
  readonly name: string;
  /** How people call it. */
  readonly shown: string;
  /** What the execution draws. */
  readonly uuid?: string;
}

export function slotsOf({ writes, twice }: Configuration): readonly Slot[] {
  const slots = writes.map(({ lane = 'standard' }, write): Slot => {
    const letter = RUN_NAMES[write] as string;
    return lane === 'standard'
      ? { write, lane, effect: write, name: letter, shown: letter }
      : expressSlot(write, write, 0);
  });
  return [
    ...slots,
    ...(twice ? [expressSlot(0, writes.length, 1)] : []),
    ...slots.flatMap(({ lane, write, effect }): Slot[] =>
      lane === 'express'
        ? [
            {
              write,
              lane: 'continued',
              effect,
              name: continuedName(idOf(write)),
              shown: `${RUN_NAMES[write]}+`,
            },
          ]
        : [],
    ),
  ];
}

/** The id of the Express runs of a write: a ULID with the run's letter. */
export function idOf(write: number): string {
  return `${'0'.repeat(25)}${'EFGHJK'[write]}`;
}

/** How an Express run is named in keys and marks. */
export function expressName(write: number, uuid: string): string {
  return expressRunName({ id: idOf(write), nonce: uuid.replaceAll('-', '').slice(0, 12) });
}

function expressSlot(write: number, effect: number, twin: number): Slot {
  const shown = `x${RUN_NAMES[write]}${twin === 0 ? '' : twin + 1}`;
  const uuid = `0000000${twin}-0000-4000-8000-000000000000`;
  return { write, lane: 'express', effect, name: idOf(write), shown, uuid };
}
