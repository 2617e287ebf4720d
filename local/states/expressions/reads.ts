// What expressions read of their scope. Only that is handed to the evaluator: variables alone can be megabytes.

import { isObject, type Json } from '../json.ts';

/** What an expression can see. */
export interface Scope {
  readonly variables: Readonly<Record<string, Json>>;
  /** `$states`: input and context, and where a field may read them, result and errorOutput. */
  readonly states: Readonly<Record<string, Json>>;
  /** Milliseconds since the epoch, for $now and $millis. */
  readonly now: number;
}

/** Names, and what is read inside of each; `true` stands for all of it. */
export type Reads = true | ReadonlyMap<string, Reads>;

type Growing = true | Map<string, Growing>;

interface Node {
  readonly type?: unknown;
  readonly value?: unknown;
  readonly steps?: readonly Node[];
}

/** Parts of a step that look at the whole of what the step stands for. */
const LOOKING_AROUND = ['stages', 'predicate', 'group', 'focus', 'index', 'ancestor', 'tuple'];

/** @param ast - what JSONata's parser yields */
export function readsOf(ast: unknown): Reads {
  // `%` steps back to what stands around the place that a path leads to.
  const whole = mentionsParent(ast);
  const reads = new Map<string, Growing>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { type, value, steps, ...parts } = node as Node;
    if (type === 'path' && Array.isArray(steps)) {
      const lead = leadOf(steps);
      add(reads, whole ? lead.slice(0, 1) : lead);
      for (const [index, step] of steps.entries()) {
        visit(index === 0 && lead.length > 0 ? { ...step, type: 'lead' } : step);
      }
    } else {
      if (type === 'variable') add(reads, [String(value)]);
      visit(value);
      visit(steps);
    }
    for (const part of Object.values(parts)) visit(part);
  };
  visit(ast);
  return reads;
}

/** The names of an expression that is no more than a variable and names below it: `$states.input.key`. */
export function plainPathOf(ast: unknown): readonly string[] | undefined {
  const { type, steps = [] } = ast as Node;
  if (isPlain(ast as Node, 'variable')) return [String((ast as Node).value)];
  if (type !== 'path' || Object.keys(ast as Node).some((key) => key !== 'type' && key !== 'steps'))
    return undefined;
  const plain = steps.every((step, index) => isPlain(step, index === 0 ? 'variable' : 'name'));
  return plain ? steps.map(({ value }) => String(value)) : undefined;
}

/**
 * The value at a plain path where each name is a member of an object: then it is JSONata's value, too. Undefined where
 * JSONata has a rule of its own: for lists on the way, and for what is not there.
 */
export function valueAt([variable = '', ...names]: readonly string[], scope: Scope): Json | undefined {
  const bound: Readonly<Record<string, unknown>> =
    variable === 'states' ? { states: scope.states } : scope.variables;
  let value: unknown = Object.hasOwn(bound, variable) ? bound[variable] : undefined;
  for (const name of names) value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return value as Json | undefined;
}

/** The members of the scope that are read, as an object of JSONata's bindings. */
export function bindingsOf(scope: Scope, all: readonly Reads[]): Json {
  const reads: Map<string, Growing> = new Map();
  for (const each of all) {
    if (each !== true) merge(reads, each);
  }
  return picked({ ...scope.variables, states: { ...scope.states } }, reads);
}

function isPlain(step: Node, type: 'variable' | 'name'): boolean {
  const known = ['type', 'value', 'position'];
  return step.type === type && step.value !== '' && Object.keys(step).every((key) => known.includes(key));
}

/** The variable that a path begins with, and the names that it goes down by. */
function leadOf(steps: readonly Node[]): string[] {
  const lead: string[] = [];
  for (const [index, step] of steps.entries()) {
    if (step.type !== (index === 0 ? 'variable' : 'name')) break;
    lead.push(String(step.value));
    if (LOOKING_AROUND.some((part) => Object.hasOwn(step, part))) break;
  }
  return lead;
}

function mentionsParent(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false;
  return (node as Node).type === 'parent' || Object.values(node).some(mentionsParent);
}

function add(reads: Map<string, Growing>, [name, ...rest]: readonly string[]): void {
  if (name === undefined) return;
  const known = reads.get(name);
  if (known === true) return;
  if (rest.length === 0) {
    reads.set(name, true);
    return;
  }
  const inner = known ?? new Map<string, Growing>();
  reads.set(name, inner);
  add(inner, rest);
}

function merge(into: Map<string, Growing>, from: ReadonlyMap<string, Reads>): void {
  for (const [name, reads] of from) {
    const known = into.get(name);
    if (known === true) continue;
    if (reads === true) {
      into.set(name, true);
      continue;
    }
    const inner = known ?? new Map<string, Growing>();
    into.set(name, inner);
    merge(inner, reads);
  }
}

function picked(value: Json, reads: Reads): Json {
  if (reads === true || !isObject(value)) return value;
  return Object.fromEntries(
    [...reads]
      .filter(([name]) => Object.hasOwn(value, name))
      .map(([name, inner]) => [name, picked(value[name] as Json, inner)]),
  );
}
