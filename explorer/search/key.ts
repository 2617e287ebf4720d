// What tells one state from another.

import type { Model } from '../model/model.ts';
import { isDeferred } from '../model/show.ts';
import type { State } from '../state/state.ts';

/** Equal for equal states, and for no others. */
export function keyOf({ interner }: Model, state: State): string {
  const {
    items,
    tokens,
    objects,
    uploads,
    stream,
    effects,
    undone,
    absences,
    claims,
    problems,
    runs,
    actors,
  } = state;
  let key = `${state.faultsLeft},${state.redrivesLeft}`;
  for (const part of [items, tokens, objects, uploads, stream, effects, undone, absences, claims, problems]) {
    key += `,${interner.id(part)}`;
  }
  for (const run of runs) key += `,${interner.id(run)}`;
  for (const actor of actors) key += `,${interner.id(actor)}`;
  return key;
}

/** How the runs have ended, in a line. */
export function outcomeOf(model: Model, { runs }: State): string {
  return runs
    .map((run) => {
      const end = run.status === 'FAILED' ? (run.error ?? '') : run.status;
      return `${model.nameOf(run)}=${end}${isDeferred(run) ? '/deferred' : ''}`;
    })
    .join(' ');
}
