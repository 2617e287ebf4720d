// Short names for the writes of configurations.

import type { LargeValue, Write } from '../state/configuration.ts';

type Large = Readonly<Record<string, LargeValue>>;
type More = Partial<Write>;

export function creates(large: Large, more: More = {}): Write {
  return { operation: 'create', large, ...more };
}

/** A create that replaces the item that is there. */
export function puts(large: Large, more: More = {}): Write {
  return creates(large, { overwrite: true, ...more });
}

export function updates(large: Large, more: More = {}): Write {
  return { operation: 'update', large, ...more };
}

/** An update that creates the item that is not there. */
export function upserts(large: Large, more: More = {}): Write {
  return updates(large, { createIfMissing: true, ...more });
}

export function deletes(more: More = {}): Write {
  return { operation: 'delete', ...more };
}

/** The item at the start: A is X, written by a saga. */
export const X = { large: { A: 'X' } } as const;
export const XX = { large: { A: 'X', B: 'X' } } as const;
export const FOREIGN_X = { large: { A: 'X' }, writtenBy: 'foreign' } as const;
export const LEGACY_X = { large: { A: 'X' }, writtenBy: 'legacy' } as const;

/** An update under a condition, which other programs make and unmake. */
export const ON_FLAG: More = {
  condition: { expression: '#f = :f', names: { '#f': 'flag' }, values: { ':f': 'on' } },
};
export const FLAGGED_X = { large: { A: 'X' }, plain: { flag: { S: 'on' } } } as const;
