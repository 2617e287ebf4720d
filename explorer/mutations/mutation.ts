// A rule left out of the product, and where that shows.

import type { Change } from '../model/model.ts';
import type { FaultKind } from '../state/configuration.ts';

export interface Mutation {
  readonly name: string;
  /** The rule of docs/protocol.md, or the part of the product, and the hazards that it stands against. */
  readonly rule: string;
  readonly hazards: string;
  /** What is left out, in words. */
  readonly without: string;
  readonly changes: readonly Change[];
  /** The configuration that shows it, with other faults than its own where fewer tell as much. */
  readonly shownBy: {
    readonly configuration: string;
    readonly faults?: number;
    readonly kinds?: readonly FaultKind[];
  };
}

/** The same change of several machines. */
export function inMachines(
  machines: readonly ('create' | 'update' | 'delete')[],
  path: string,
  from: unknown,
  to: unknown,
): readonly Change[] {
  return machines.map((machine) => ({ machine, path, from, to }));
}
