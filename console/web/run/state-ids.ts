// Names for the states of a tree, for addresses: `4`, or `2.0.1` for the second state of the first iteration of the third.

import type { StateNode } from '../../api.ts';

export function idsOf(states: readonly StateNode[], prefix = ''): ReadonlyMap<string, StateNode> {
  return new Map(
    states.flatMap((state, at) => {
      const id = `${prefix}${at}`;
      const below = state.branches.flatMap((branch, index) => [...idsOf(branch.states, `${id}.${index}.`)]);
      return [[id, state] as const, ...below];
    }),
  );
}

/** The last visit of a state; of several iterations' the one that needs a look most. */
export function lastOf(states: readonly StateNode[], name: string): string | undefined {
  const visits = [...idsOf(states)].filter(([, state]) => state.name === name);
  const bad = visits.findLast(([, { status }]) => status !== 'succeeded');
  return (bad ?? visits.at(-1))?.[0];
}
