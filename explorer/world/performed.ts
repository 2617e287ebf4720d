// What carrying out a call gives.

import type { Answer, State } from '../state/state.ts';

export interface Performed {
  readonly state: State;
  readonly answer: Answer;
}

/** An answer with nothing in it. */
export const DONE: Answer = { ok: {} };
