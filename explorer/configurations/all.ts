// Every configuration by its name.

import type { Configuration } from '../state/configuration.ts';
import { ASSUMPTIONS, LIMITS, NEEDED } from './assumptions.ts';
import { KNOWN } from './known.ts';
import { LANES } from './lanes.ts';
import { PAGES } from './pages.ts';
import { PUTS, UPSERTS } from './puts.ts';
import { ALONE, PAIRS, READERS, TRIPLES } from './sagas.ts';
import { CLIENTS, COPIES, STORES_TOGETHER } from './several.ts';
import { FOREIGN, STAGED, STREAMS, SWEEPS } from './upkeep.ts';
import { CROWDS } from './walks.ts';

export interface NamedConfiguration {
  readonly name: string;
  readonly configuration: Configuration;
  /** Whether violations are known and not yet mended. */
  readonly expected: 'clean' | 'violated';
  readonly about?: string;
  /** Whether it has too many states for all of them. */
  readonly isCrowd: boolean;
}

function named(
  configurations: Readonly<Record<string, Configuration>>,
  isCrowd = false,
): readonly NamedConfiguration[] {
  return Object.entries(configurations).map(([name, configuration]) => {
    return { name, configuration, expected: 'clean', isCrowd };
  });
}

export const CONFIGURATIONS: readonly NamedConfiguration[] = [
  ...named(ALONE),
  ...named(PAIRS),
  ...named(TRIPLES),
  ...named(READERS),
  ...named(PUTS),
  ...named(UPSERTS),
  ...named(PAGES),
  ...named(LANES),
  ...named(SWEEPS),
  ...named(STREAMS),
  ...named(FOREIGN),
  ...named(STAGED),
  ...named(CLIENTS),
  ...named(COPIES),
  ...named(STORES_TOGETHER),
  ...named(ASSUMPTIONS),
  ...Object.entries({ ...KNOWN, ...LIMITS, ...NEEDED }).map(([name, known]) => ({
    name,
    isCrowd: false,
    ...known,
  })),
  ...named(CROWDS, true),
];

/** @throws {Error} when there is none */
export function configurationNamed(name: string): NamedConfiguration {
  const found = CONFIGURATIONS.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no configuration "${name}"`);
  return found;
}

/** How many stores a configuration has. */
export function storesOf({ writes, sweepOf = 0 }: Configuration): number {
  return 1 + Math.max(sweepOf, ...writes.map(({ store = 0 }) => store));
}
