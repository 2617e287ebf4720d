// The product's state machines, as values; with changes, for what is explored without one of their rules.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

export type Template = unknown;

/** How a state is left: to the next one, with what it assigns and gives. */
export interface Exit {
  readonly Assign?: Readonly<Record<string, Template>>;
  readonly Output?: Template;
  readonly Next?: string;
}

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly MaxAttempts: number;
  readonly IntervalSeconds?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: 'FULL';
}

/** What of a state the explorer carries out. */
export interface StateDefinition extends Exit {
  readonly Type: string;
  readonly Arguments?: Readonly<Record<string, Template>>;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly (Exit & { readonly ErrorEquals: readonly string[] })[];
  readonly Choices?: readonly (Exit & { readonly Condition: Template })[];
  readonly Default?: string;
  readonly Seconds?: Template;
  readonly Items?: Template;
  readonly ItemProcessor?: Machine;
  readonly Error?: Template;
  readonly Cause?: Template;
}

export interface Machine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, StateDefinition>>;
}

const OPERATIONS = ['create', 'update', 'delete'] as const;
export type MachineName = (typeof OPERATIONS)[number];
export type Definitions = Readonly<Record<MachineName, Machine>>;
/** The product's own function that makes a definition of the Express lane of one of the Standard. */
export type MakeExpress = (operation: MachineName, standard: never) => unknown;

/** A value of a definition that is replaced by another; a path is of names and indices, separated by dots. */
export interface DefinitionChange {
  readonly machine: MachineName;
  readonly path: string;
  /** Undefined for a field that is absent. */
  readonly from: unknown;
  /** Undefined removes the field. */
  readonly to: unknown;
}

const FOLDER = join(import.meta.dirname, '..', '..', 'statemachines');

/** @throws {Error} when a value to replace is not as expected */
export function loadDefinitions(changes: readonly DefinitionChange[] = []): Definitions {
  const entries = OPERATIONS.map((operation) => {
    const machine = JSON.parse(readFileSync(join(FOLDER, `${operation}.asl.json`), 'utf8')) as Machine;
    for (const change of changes) if (change.machine === operation) applyChange(machine, change);
    return [operation, machine];
  });
  return Object.fromEntries(entries) as unknown as Definitions;
}

/** The same in the Express lane. */
export function expressOf(definitions: Definitions, make: MakeExpress): Definitions {
  const entries = OPERATIONS.map((operation) => [
    operation,
    make(operation, definitions[operation] as never),
  ]);
  return Object.fromEntries(entries) as unknown as Definitions;
}

/**
 * Changes a definition in place.
 * @throws {Error} when the value to replace is not as expected
 */
export function applyChange(
  definition: object,
  { machine, path, from, to }: Omit<DefinitionChange, 'machine'> & { readonly machine: string },
): void {
  const steps = path.split('.');
  const field = steps.pop() as string;
  let parent = definition as Record<string, unknown>;
  for (const step of steps) {
    const next = parent[step];
    if (typeof next !== 'object' || next === null) throw new Error(`${machine}: there is no ${path}`);
    parent = next as Record<string, unknown>;
  }
  if (!isDeepStrictEqual(parent[field], from)) {
    const [found, expected] = [JSON.stringify(parent[field]), JSON.stringify(from)];
    throw new Error(`${machine}: ${path} is ${found}, expected ${expected}`);
  }
  if (to === undefined) delete parent[field];
  else parent[field] = to;
}
