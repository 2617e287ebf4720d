// From the text of a definition to a machine that can run, or to all that is wrong with it.

import { isDeeper } from '../../records.ts';
import { byteLength, isObject, type JsonObject } from '../json.ts';
import { MAX_DEFINITION_BYTES, MAX_JSON_LEVELS } from '../limits.ts';
import { type Diagnostic, Diagnostics } from './diagnostics.ts';
import { readMachine } from './machine.ts';
import { Reader } from './reader.ts';
import type { Machine, State } from './types.ts';
import { checkScopes } from './variables.ts';

export type ParsedDefinition =
  | { readonly machine: Machine; readonly diagnostics: readonly [] }
  | { readonly machine: undefined; readonly diagnostics: readonly Diagnostic[] };

/** @param type - what an Express workflow cannot have is reported, too */
export function parseDefinition(text: string, type: 'STANDARD' | 'EXPRESS' = 'STANDARD'): ParsedDefinition {
  const diagnostics = new Diagnostics();
  const object = parseObject(text, diagnostics);
  const machine = object && readMachine(new Reader(object, '/', diagnostics), 'top');
  if (machine !== undefined) {
    checkNames(machine, diagnostics);
    checkDistributions(machine, type, diagnostics);
    checkScopes(machine, '', diagnostics);
  }
  if (machine !== undefined && diagnostics.list.length === 0) return { machine, diagnostics: [] };
  return { machine: undefined, diagnostics: diagnostics.list };
}

function parseObject(text: string, diagnostics: Diagnostics): JsonObject | undefined {
  if (byteLength(text) > MAX_DEFINITION_BYTES) {
    diagnostics.schema(`Definition is larger than ${MAX_DEFINITION_BYTES} bytes`, '/');
    return undefined;
  }
  try {
    const value: unknown = JSON.parse(text);
    if (isDeeper(value, MAX_JSON_LEVELS)) {
      const problem = `The definition has more than ${MAX_JSON_LEVELS} levels`;
      diagnostics.report('INVALID_JSON_DESCRIPTION', problem);
      return undefined;
    }
    if (isObject(value)) return value;
    diagnostics.report('INVALID_JSON_DESCRIPTION', 'The definition is not a JSON object');
  } catch (error) {
    diagnostics.report('INVALID_JSON_DESCRIPTION', (error as Error).message);
  }
  return undefined;
}

/** State names are unique in the whole state machine, branches and item processors included. */
function checkNames(
  machine: Machine,
  diagnostics: Diagnostics,
  seen = new Set<string>(),
  location = '',
): void {
  for (const state of machine.states.values()) {
    const at = `${location}/States/${state.name}`;
    if (seen.has(state.name)) {
      diagnostics.report('DUPLICATE_STATE_NAME', `Duplicate State name: ${state.name}`, at);
    }
    seen.add(state.name);
    for (const [inner, field] of innerMachines(state)) checkNames(inner, diagnostics, seen, `${at}/${field}`);
  }
}

/** Express workflows have no Distributed Map, and no two of them have the same label. */
function checkDistributions(
  machine: Machine,
  type: 'STANDARD' | 'EXPRESS',
  diagnostics: Diagnostics,
  labels = new Set<string>(),
  location = '',
): void {
  for (const state of machine.states.values()) {
    const at = `${location}/States/${state.name}`;
    const distribution = state.type === 'Map' ? state.distribution : undefined;
    if (distribution !== undefined) {
      if (type === 'EXPRESS') {
        const problem = "Express state machine does not support 'DISTRIBUTED' mode";
        diagnostics.schema(problem, `${at}/ItemProcessor/ProcessorConfig/Mode`);
      }
      if (labels.has(distribution.label)) {
        diagnostics.schema(`Duplicate Label: ${distribution.label}`, `${at}/Label`);
      }
      labels.add(distribution.label);
    }
    for (const [inner, field] of innerMachines(state)) {
      const inside = distribution?.executionType ?? type;
      checkDistributions(inner, inside, diagnostics, labels, `${at}/${field}`);
    }
  }
}

function innerMachines(state: State): (readonly [Machine, string])[] {
  if (state.type === 'Map') return [[state.processor, 'ItemProcessor']];
  if (state.type !== 'Parallel') return [];
  return state.branches.map((branch, index) => [branch, `Branches[${index}]`] as const);
}
