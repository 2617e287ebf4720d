// The part of the sweep that the thorough tests run: each call in some of the ways, and each way at some of the calls.

import type { Cell } from './cell.ts';
import { isSilent, KINDS } from './kinds.ts';

/** Of so many calls in a row a kind of failure is tried at one once, and at another for good. */
const EVERY = 8;
/** The same of silence, which is waited for in real time, and so is tried once alone. */
const EVERY_SILENT = 24;

/**
 * The calls of an operation in a lane are tried in the first scenario that makes them, and numbered through. The call n and the kind k, as
 * {@link KINDS} counts them, are tried once where n + k is a multiple of 8, and for good half-way between two of those: at
 * each call one kind at least, and each kind in turn. Silence is tried once, where n + k is a multiple of 24.
 * @param cells - all, in order
 */
export function sampleOf(cells: readonly Cell[]): readonly Cell[] {
  const firsts = new Map<string, { readonly number: number; readonly scenario: Cell['scenario'] }>();
  return cells.filter((cell) => {
    const name = nameOf(cell);
    const first = firsts.get(name) ?? { number: firsts.size, scenario: cell.scenario };
    firsts.set(name, first);
    if (first.scenario !== cell.scenario) return false;
    const at = first.number + KINDS.indexOf(cell.kind);
    if (isSilent(cell.kind)) return cell.often === 'once' && at % EVERY_SILENT === 0;
    return at % EVERY === (cell.often === 'once' ? 0 : EVERY / 2);
  });
}

/** Lane, operation and call. */
export function nameOf({ scenario: { lane, operation }, call }: Cell): string {
  return `${lane ?? 'standard'} ${operation}, ${call.label}`;
}
