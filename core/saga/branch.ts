// Which way a saga takes before its write (rules 4 and 5). The task of the write says it by an error's name, since a choice of the
// state machine would cost every run a transition.

import { SagaError } from '../errors/errors.ts';
import type { Operation } from '../keys/run.ts';
import type { Plan } from './plan.ts';

/** How the puts of a plan went, as the state machine knows it. */
export interface PutsBefore {
  /** How long to wait until none of them can land any more; 0 once that is over, or where none is in doubt. */
  readonly secondsToSettle: number;
  readonly anyFailed: boolean;
}

export interface BeforeWrite {
  readonly operation: Operation;
  readonly plan: Plan;
  /** Told by the state that stands behind the puts, by no other. */
  readonly puts?: PutsBefore;
}

/**
 * Why this write is not to be made, if so. It is asked before anything else: as long as it says so no attempt of this plan's write
 * can have been made, whatever retries and redrives there were. Puts settle before one that failed is told, since the compensation
 * must not begin while others may still land.
 */
export function branchBeforeWrite({ operation, plan, puts }: BeforeWrite): SagaError | undefined {
  if (operation === 'delete' && plan.expected.kind === 'absent') {
    return new SagaError('NoItem', 'there is no item to delete');
  }
  if (puts === undefined) return undefined;
  const { secondsToSettle, anyFailed } = puts;
  if (secondsToSettle > 0) {
    return new SagaError('PutsUnsettled', 'puts that were tried more than once may still land', {
      secondsToSettle,
    });
  }
  if (anyFailed) return new SagaError('PutFailed', 'an object could not be put');
  // Only then: what is deleted after the write is deleted by a state of its own, which costs a create nothing.
  return operation === 'create' && plan.replaced.length > 0
    ? new SagaError('ObjectsToReplace', 'the item that is there has objects, to be deleted after the write')
    : undefined;
}
