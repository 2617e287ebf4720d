// Assign: which names are variables, and that no inner scope takes an outer one's.

import { isObject } from '../json.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { Readable } from './expression-check.ts';
import type { Reader } from './reader.ts';
import { outerReferences } from './references.ts';
import { type Assignments, type Exit, isDistributed, type Machine, type State } from './types.ts';

const VARIABLE_NAME = /^[\p{ID_Start}][\p{ID_Continue}]{0,79}$/u;
const RESERVED_NAME = 'states';

/** Fields of states that are written in JSONPath; a JSONata state has none of them. */
const JSON_PATH_FIELDS = [
  'InputPath',
  'OutputPath',
  'ResultPath',
  'Parameters',
  'Result',
  'ResultSelector',
  'ItemsPath',
  'SecondsPath',
  'TimestampPath',
  'TimeoutSecondsPath',
  'HeartbeatSecondsPath',
  'MaxConcurrencyPath',
  'ErrorPath',
  'CausePath',
  'Variable',
];

export function refuseJsonPathFields(reader: Reader): void {
  for (const field of JSON_PATH_FIELDS) {
    if (reader.raw(field) === undefined) continue;
    reader.diagnostics.schema(
      `Field '${field}' is not supported when 'QueryLanguage' is JSONata`,
      reader.at(field),
    );
  }
}

export function readAssign(reader: Reader, readable: Readable): Assignments {
  const template = reader.template('Assign', readable);
  if (template === undefined) return [];
  if (!isObject(reader.object.Assign)) {
    reader.diagnostics.schema('Expected value of type Object', reader.at('Assign'));
    return [];
  }
  for (const name of Object.keys(reader.object.Assign)) {
    if (VARIABLE_NAME.test(name) && name !== RESERVED_NAME) continue;
    reader.diagnostics.schema(`'${name}' is not a valid variable name`, `${reader.at('Assign')}/${name}`);
  }
  if (template.kind === 'object') return template.fields;
  if (template.kind !== 'literal') return [];
  return Object.entries(reader.object.Assign).map(
    ([name, value]) => [name, { kind: 'literal', value }] as const,
  );
}

/**
 * Reports variables of a branch or an item processor that an enclosing scope has assigned before: "variables in an inner
 * scope can't have the same name as ones in an outer scope" (Developer Guide, "Passing data between states with
 * variables"). Recorded: what the state itself, its catchers or later states assign may have the name.
 */
export function checkScopes(
  machine: Machine,
  location: string,
  diagnostics: Diagnostics,
  outer: ReadonlySet<string> = new Set(),
): void {
  for (const state of machine.states.values()) {
    for (const name of assignedBy(state)) {
      if (!outer.has(name)) continue;
      const at = `${location}/States/${state.name}/Assign/${name}`;
      diagnostics.schema(`Variable '${name}' is already assigned in an outer scope`, at);
    }
  }
  for (const state of machine.states.values()) {
    const at = `${location}/States/${state.name}`;
    if (state.type === 'Map') {
      const inside = `${at}/ItemProcessor`;
      if (!isDistributed(state))
        checkScopes(state.processor, inside, diagnostics, visibleIn(machine, state, outer));
      else {
        const all = new Set([...outer, ...[...machine.states.values()].flatMap(assignedBy)]);
        refuseOuterReferences(state.distribution.definition, all, inside, diagnostics);
        checkScopes(state.processor, inside, diagnostics);
      }
    }
    if (state.type !== 'Parallel') continue;
    const visible = visibleIn(machine, state, outer);
    for (const [index, branch] of state.branches.entries()) {
      checkScopes(branch, `${at}/Branches[${index}]`, diagnostics, visible);
    }
  }
}

/** The names that are assigned whenever a state is entered: by what can only come before it, or outside. */
function visibleIn({ states }: Machine, state: State, outer: ReadonlySet<string>): ReadonlySet<string> {
  const after = reachedFrom(states, state);
  const before = [...states.values()].filter(
    (other) => other !== state && !after.has(other) && reachedFrom(states, other).has(state),
  );
  return new Set([...outer, ...before.flatMap(assignedBy)]);
}

function reachedFrom(states: Machine['states'], start: State): Set<State> {
  const reached = new Set<State>();
  const pending = [start];
  for (let state = pending.pop(); state !== undefined; state = pending.pop()) {
    for (const { next } of exitsOf(state)) {
      const following = states.get(next ?? '');
      if (following === undefined || reached.has(following)) continue;
      reached.add(following);
      pending.push(following);
    }
  }
  return reached;
}

function assignedBy(state: State): string[] {
  return exitsOf(state).flatMap(({ assign }) => assign.map(([name]) => name));
}

/**
 * A child execution does not see the variables of the one that starts it: "Distributed Map states don't currently support
 * referencing variables in outer scopes" (ibid.). Where AWS says so is not documented; here it is when the machine is loaded.
 */
function refuseOuterReferences(
  definition: string,
  visible: ReadonlySet<string>,
  location: string,
  diagnostics: Diagnostics,
): void {
  for (const name of outerReferences(definition, visible)) {
    diagnostics.schema(`Variable '${name}' of an outer scope cannot be read in a Distributed Map`, location);
  }
}

/** Every way out of a state: its own, its choice rules' and its catchers'. */
export function exitsOf(state: State): Exit[] {
  switch (state.type) {
    case 'Fail':
      return [];
    case 'Choice':
      return [state, ...state.rules];
    case 'Task':
    case 'Parallel':
    case 'Map':
      return [state, ...state.catch];
    default:
      return [state];
  }
}
