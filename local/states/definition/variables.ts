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
  if (reader.string('QueryLanguage') === 'JSONPath') {
    reader.diagnostics.unsupported(
      'JSONPath is not supported by the local cloud',
      reader.at('QueryLanguage'),
    );
  }
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
 * Reports variables of a branch or an item processor that an enclosing scope assigns too: "variables in an inner scope
 * can't have the same name as ones in an outer scope" (Developer Guide, "Passing data between states with variables").
 */
export function checkScopes(
  machine: Machine,
  location: string,
  diagnostics: Diagnostics,
  outer: ReadonlySet<string> = new Set(),
): void {
  const own = new Set<string>();
  for (const state of machine.states.values()) {
    for (const [name] of exitsOf(state).flatMap((exit) => exit.assign)) {
      own.add(name);
      if (!outer.has(name)) continue;
      const at = `${location}/States/${state.name}/Assign/${name}`;
      diagnostics.schema(`Variable '${name}' is already assigned in an outer scope`, at);
    }
  }
  const visible = new Set([...outer, ...own]);
  for (const state of machine.states.values()) {
    const at = `${location}/States/${state.name}`;
    if (state.type === 'Map') {
      const inside = `${at}/ItemProcessor`;
      if (!isDistributed(state)) checkScopes(state.processor, inside, diagnostics, visible);
      else {
        refuseOuterReferences(state.distribution.definition, visible, inside, diagnostics);
        checkScopes(state.processor, inside, diagnostics);
      }
    }
    if (state.type !== 'Parallel') continue;
    for (const [index, branch] of state.branches.entries()) {
      checkScopes(branch, `${at}/Branches[${index}]`, diagnostics, visible);
    }
  }
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
