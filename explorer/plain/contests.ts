// Part A of docs/hazards.md: what both algorithms are given, the plain one and Twinwrite.

import { creates, deletes, updates, X } from '../configurations/writes.ts';
import type { Configuration } from '../state/configuration.ts';

/** What both algorithms are given. */
export interface Contest {
  readonly runs: string;
  /** Of docs/hazards.md, part A. */
  readonly hazards: string;
  readonly configuration: Configuration;
}

const fresh = { onlyIfAbsent: true } as const;

export const CONTESTS: readonly Contest[] = [
  {
    runs: 'two updates to the same content',
    hazards: 'A1',
    configuration: { initial: X, writes: [updates({ A: 'Y' }), updates({ A: 'Y' })], faults: 0 },
  },
  {
    runs: 'an update, and one back',
    hazards: 'A2',
    configuration: { initial: X, writes: [updates({ A: 'Y' }), updates({ A: 'X' })], faults: 0 },
  },
  {
    runs: 'an update with unchanged content, a delete',
    hazards: 'A3',
    configuration: { initial: X, writes: [updates({ A: 'X' }), deletes()], faults: 0 },
  },
  {
    runs: 'a delete, a create with the same content',
    hazards: 'A4, A9',
    configuration: { initial: X, writes: [deletes(), creates({ A: 'X' })], faults: 0 },
  },
  {
    runs: 'a create, an update to the same content',
    hazards: 'A5',
    configuration: { writes: [creates({ A: 'X' }), updates({ A: 'X' })], faults: 0 },
  },
  {
    runs: 'a create over an existing item',
    hazards: 'A6',
    configuration: { initial: X, writes: [creates({ A: 'Y' })], faults: 0 },
  },
  {
    runs: 'two updates to different content',
    hazards: 'A7',
    configuration: { initial: X, writes: [updates({ A: 'Y' }), updates({ A: 'Z' })], faults: 0 },
  },
  {
    runs: 'an update, a delete',
    hazards: 'A8',
    configuration: { initial: X, writes: [updates({ A: 'Y' }), deletes()], faults: 0 },
  },
  {
    runs: 'two creates, one refused',
    hazards: 'A10',
    configuration: { writes: [creates({ A: 'X' }, fresh), creates({ A: 'X' }, fresh)], faults: 0 },
  },
  {
    runs: 'a create, applied but reported failed',
    hazards: 'A11',
    configuration: { writes: [creates({ A: 'X' })], faults: 1, kinds: ['after'] },
  },
  {
    runs: 'a create whose write lands late',
    hazards: 'A12',
    configuration: { writes: [creates({ A: 'X' })], faults: 1, kinds: ['late'] },
  },
  {
    runs: 'an update whose clean-up fails',
    hazards: 'A13',
    configuration: { initial: X, writes: [updates({ A: 'Y' })], faults: 1, kinds: ['before'] },
  },
  {
    runs: 'an update whose process dies',
    hazards: 'A14',
    configuration: { initial: X, writes: [updates({ A: 'Y' })], faults: 1, kinds: ['stop'], redrives: 1 },
  },
  {
    runs: 'an update, a reader',
    hazards: 'A15',
    configuration: { initial: X, writes: [updates({ A: 'Y' })], readers: 1, faults: 0 },
  },
];
