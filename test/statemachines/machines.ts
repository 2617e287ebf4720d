// The state machines as JSON, and their JSONata expressions evaluated as Step Functions does.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import jsonata from 'jsonata';
import { OPERATIONS, type Operation } from '../../core/keys/run.ts';

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly MaxAttempts?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
}

export interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
  readonly Assign?: Readonly<Record<string, unknown>>;
  readonly Output?: unknown;
}

export interface State {
  readonly Type: string;
  readonly Comment?: string;
  readonly Next?: string;
  readonly End?: boolean;
  readonly Default?: string;
  readonly Choices?: readonly {
    readonly Condition: string;
    readonly Next: string;
    readonly Assign?: unknown;
  }[];
  readonly Arguments?: { readonly FunctionName: string; readonly Payload: Readonly<Record<string, unknown>> };
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
  readonly TimeoutSeconds?: number | string;
  readonly Seconds?: string;
  readonly Items?: string;
  readonly Assign?: Readonly<Record<string, unknown>>;
  readonly Output?: unknown;
  readonly ItemProcessor?: { readonly States: Readonly<Record<string, State>> };
}

export interface Machine {
  readonly QueryLanguage: string;
  readonly TimeoutSeconds?: number;
  readonly States: Readonly<Record<string, State>>;
}

export const MACHINES = Object.fromEntries(
  OPERATIONS.map((operation) => [operation, readMachine(operation)]),
) as Readonly<Record<Operation, Machine>>;

/** Every state by name, those of a Map's iterations included. */
export function allStates(machine: Machine): readonly (readonly [string, State])[] {
  return Object.entries(machine.States).flatMap(([name, state]) => [
    [name, state] as const,
    ...Object.entries(state.ItemProcessor?.States ?? {}),
  ]);
}

export function stateOf(operation: Operation, name: string): State {
  const found = allStates(MACHINES[operation]).find(([each]) => each === name);
  if (found === undefined) throw new Error(`${operation} has no state ${name}`);
  return found[1];
}

/** The task that writes the item, and its name. */
export function writeTask(operation: Operation): State {
  return stateOf(operation, operation === 'delete' ? 'DeleteItem' : 'WriteItem');
}

/** Seconds of the longest run of a retrier's pauses, without jitter. */
export function pauses(retrier: Retrier): readonly number[] {
  const { IntervalSeconds = 1, MaxAttempts = 3, BackoffRate = 2, MaxDelaySeconds = Infinity } = retrier;
  return Array.from({ length: MaxAttempts }, (_, at) =>
    Math.min(IntervalSeconds * BackoffRate ** at, MaxDelaySeconds),
  );
}

/** A value of the definition with its expressions evaluated, as it would travel on: as JSON. */
export async function evaluate(
  template: unknown,
  states: object,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<unknown> {
  if (typeof template === 'string' && template.startsWith('{%')) {
    const expression = jsonata(template.slice(2, -2));
    expression.registerFunction('parse', (text: string) => JSON.parse(text));
    const value: unknown = await expression.evaluate({}, { states, ...variables });
    if (value === undefined) throw new Error(`nothing came of ${template}`);
    return JSON.parse(JSON.stringify(value));
  }
  if (Array.isArray(template)) return Promise.all(template.map((each) => evaluate(each, states, variables)));
  if (typeof template !== 'object' || template === null) return template;
  const entries = Object.entries(template).map(async ([name, inner]) => [
    name,
    await evaluate(inner, states, variables),
  ]);
  return Object.fromEntries(await Promise.all(entries));
}

function readMachine(operation: Operation): Machine {
  const file = join(import.meta.dirname, '..', '..', 'statemachines', `${operation}.asl.json`);
  return JSON.parse(readFileSync(file, 'utf8')) as Machine;
}
