// How runs of the Express lane end, as their log tells it at every level. They are counted by their error, which the event of
// the end has: states on the way are logged at the level ALL alone.

import { allOf, anyOf, error, type } from './patterns.ts';

/** What is counted of runs of the Express lane, for the store. */
export type ExpressMetric =
  /** Definite ends: refused, undone, met another write (the caller starts it again), not to be proved. */
  | 'ExpressRejected'
  | 'ExpressRolledBack'
  | 'ExpressConflicts'
  | 'ExpressOutcomeUnknown'
  /** Handed over to the Standard state machine, whose run is counted as any other. */
  | 'ExpressContinued'
  /** Timed out, or failed otherwise: nobody knows yet what became of them. */
  | 'ExpressUnsettled';

const CONFLICTS = ['Rejected.Conflict', 'RolledBack.Conflict'] as const;
const DEFINITE = ['Rejected.*', 'RolledBack.*', 'OutcomeUnknown', 'Continued'] as const;

const failed = (...conditions: readonly string[]): string => allOf([type('ExecutionFailed'), ...conditions]);

export const EXPRESS_PATTERNS: Readonly<Record<ExpressMetric, string>> = {
  ExpressRejected: failed(error('=', 'Rejected.*'), error('!=', 'Rejected.Conflict')),
  ExpressRolledBack: failed(error('=', 'RolledBack.*'), error('!=', 'RolledBack.Conflict')),
  ExpressConflicts: failed(anyOf(CONFLICTS.map((name) => error('=', name)))),
  ExpressOutcomeUnknown: failed(error('=', 'OutcomeUnknown')),
  ExpressContinued: failed(error('=', 'Continued')),
  ExpressUnsettled: anyOf([failed(...DEFINITE.map((name) => error('!=', name))), type('ExecutionTimedOut')]),
};

export function isExpressMetric(name: string): name is ExpressMetric {
  return Object.hasOwn(EXPRESS_PATTERNS, name);
}
