// What becomes of a frame that is ended from outside: a redrive goes on from it, and its function runs on.

import { FUNCTION_SECONDS } from '../code/code.ts';
import type { Model } from '../model/model.ts';
import type { Frame, Invocation, OldInvocation } from '../state/state.ts';

export interface Aborted {
  readonly frame: Frame;
  readonly old: readonly OldInvocation[];
}

/** @param clock - the run's */
export function abortFrame(model: Model, clock: number, frame: Frame): Aborted {
  switch (frame.phase) {
    case 'invoking': {
      const stopped = { ...frame, phase: 'failed', invocation: undefined } as const;
      // One that has made all of its calls does nothing more.
      if (frame.invocation?.result !== undefined) return { frame: stopped, old: [] };
      const old = oldInvocation(model, clock, frame.invocation as Invocation);
      return { frame: stopped, old: [old] };
    }
    case 'retrying':
      return { frame: { ...frame, phase: 'failed', until: 0 }, old: [] };
    case 'iterating': {
      const kids = (frame.kids ?? []).map((kid) => abortFrame(model, clock, kid));
      return { frame: { ...frame, kids: kids.map((kid) => kid.frame) }, old: kids.flatMap(({ old }) => old) };
    }
    default:
      return { frame, old: [] };
  }
}

/** A function that nobody waits for runs on until its time-out, counted from its first instruction. */
export function oldInvocation(model: Model, clock: number, invocation: Invocation): OldInvocation {
  const seconds = FUNCTION_SECONDS[invocation.fn] as number;
  return { invocation, until: clock + seconds * 1000 + model.configuration.coldStartMs };
}
