// The transitions of a machine: that each leads to a state, that each state is led to, and that there is an end.

import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Reader } from './reader.ts';

interface Transition {
  readonly target: string;
  readonly location: string;
}

const END_TYPES = new Set<Json | undefined>(['Succeed', 'Fail']);

/** Reports transitions to nowhere, states that cannot be reached, and a machine that never ends. */
export function checkTransitions(reader: Reader, states: JsonObject): void {
  const transitions = new Map<string, Transition[]>();
  for (const [name, state] of Object.entries(states)) {
    if (isObject(state)) transitions.set(name, transitionsOf(state, `${reader.at('States')}/${name}`));
  }
  const startAt = reader.object.StartAt;
  const start: Transition[] =
    typeof startAt === 'string' ? [{ target: startAt, location: reader.at('StartAt') }] : [];
  for (const { target, location } of [...start, ...[...transitions.values()].flat()]) {
    if (Object.hasOwn(states, target)) continue;
    reader.diagnostics.report('MISSING_TRANSITION_TARGET', `Missing 'Next' target: ${target}`, location);
  }
  const ends = Object.values(states).some(
    (state) => isObject(state) && (state.End === true || END_TYPES.has(state.Type)),
  );
  if (!ends) {
    reader.diagnostics.report('MISSING_END_STATE', 'Workflow has no terminal state');
    return;
  }
  const reached = reachable(
    start.map(({ target }) => target),
    transitions,
  );
  for (const name of Object.keys(states)) {
    if (reached.has(name)) continue;
    const location = `${reader.at('States')}/${name}`;
    reader.diagnostics.report('MISSING_TRANSITION_TARGET', `State "${name}" is not reachable.`, location);
  }
}

function reachable(start: string[], transitions: ReadonlyMap<string, Transition[]>): Set<string> {
  const reached = new Set<string>();
  const pending = [...start];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    pending.push(...(transitions.get(name) ?? []).map(({ target }) => target));
  }
  return reached;
}

function transitionsOf(state: JsonObject, location: string): Transition[] {
  const found: Transition[] = [];
  const add = (target: Json | undefined, at: string): void => {
    if (typeof target === 'string') found.push({ target, location: at });
  };
  add(state.Next, `${location}/Next`);
  add(state.Default, `${location}/Default`);
  for (const list of ['Choices', 'Catch'] as const) {
    const entries = state[list];
    if (!Array.isArray(entries)) continue;
    for (const [index, entry] of entries.entries()) {
      if (isObject(entry)) add(entry.Next, `${location}/${list}[${index}]/Next`);
    }
  }
  return found;
}
