// TestState: runs one state alone and tells how it ended, with INFO as the inspection level.

import { randomUUID } from 'node:crypto';
import { own } from '../../records.ts';
import { ServiceError } from '../../service.ts';
import type { Catcher, Machine, RecoverableState, State } from '../definition/types.ts';
import type { Execution } from '../execution.ts';
import { start } from '../executions.ts';
import { NO_JOURNAL } from '../journal/journal.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { parseOrRefuse } from '../machines.ts';
import { constraint, oneOf, parseInput, requiredText, text } from './input.ts';
import type { Context, Members } from './operations.ts';

/** What AWS calls the state where the caller does not. */
const STATE_NAME = 'StateName';
/** States of the machine around the tested one. The line feed keeps them apart from those that a definition names. */
const VARIABLES = '\nvariables';
const RETRY = '\nretry';
const CATCH = '\ncatch ';
const UNSUPPORTED = ['mock', 'context', 'stateConfiguration', 'revealSecrets'] as const;
const ALONE: ReadonlySet<State['type']> = new Set(['Pass', 'Task', 'Choice', 'Wait', 'Succeed', 'Fail']);

/**
 * Runs a state once: nothing is retried. Of what AWS offers, mocks, contexts and levels above INFO are refused, and so are
 * Map and Parallel states, which AWS takes only with a mock.
 * @throws {ServiceError} InvalidDefinition, InvalidExecutionInput, ValidationException
 */
export async function testState(context: Context, input: JsonObject): Promise<Members> {
  for (const field of UNSUPPORTED) {
    if (input[field] !== undefined) throw constraint('', field, 'It is not supported by the local cloud');
  }
  const level = oneOf(input, 'inspectionLevel', ['INFO', 'DEBUG', 'TRACE']) ?? 'INFO';
  if (level !== 'INFO') throw constraint(`'${level}'`, 'inspectionLevel', 'The local cloud supports INFO');
  const { machine, state } = machineAround(input);
  const inputText = text(input, 'input') ?? '{}';
  const execution = await runOnce(context, machine, {
    inputText,
    value: parseInput(inputText),
    roleArn: requiredText(input, 'roleArn'),
  });
  return outcomeOf(execution, state);
}

/** The state within a machine that ends after it, and whose last state tells why. */
function machineAround(input: JsonObject): { readonly machine: Machine; readonly state: State } {
  const { name, definition, queryLanguage } = stateGiven(input);
  const targets = targetsOf(definition).map((target): [string, Json] => [target, { Type: 'Succeed' }]);
  const states = new Map<string, Json>([...targets, [name, definition]]);
  const whole = { QueryLanguage: queryLanguage, StartAt: name, States: Object.fromEntries(states) };
  const parsed = parseOrRefuse(JSON.stringify(whole));
  const state = parsed.states.get(name);
  if (state === undefined) throw new Error(`no state ${name}`);
  if (!ALONE.has(state.type)) {
    throw constraint(`'${state.type}'`, 'definition', 'States of this type are not supported without a mock');
  }
  const all = new Map(parsed.states);
  all.set(VARIABLES, assigning(variablesOf(input), name));
  if (isRecoverable(state)) {
    all.set(name, { ...state, retry: [], catch: [...retriesAsCatchers(state), ...markedCatchers(state)] });
    for (const mark of [RETRY, ...state.catch.map((_, index) => CATCH + index)]) all.set(mark, ending(mark));
  }
  return { machine: { ...parsed, startAt: VARIABLES, states: all }, state };
}

function stateGiven(input: JsonObject) {
  const definition = parsedDefinition(requiredText(input, 'definition'));
  const stateName = text(input, 'stateName');
  if (stateName === undefined) {
    return { name: STATE_NAME, definition, queryLanguage: definition.QueryLanguage ?? 'JSONPath' };
  }
  const state = isObject(definition.States) ? own(definition.States, stateName) : undefined;
  if (!isObject(state))
    throw constraint(`'${stateName}'`, 'stateName', 'It must name a state at the top level');
  const queryLanguage = state.QueryLanguage ?? definition.QueryLanguage ?? 'JSONPath';
  return { name: stateName, definition: state, queryLanguage };
}

function parsedDefinition(definition: string): JsonObject {
  try {
    const value: unknown = JSON.parse(definition);
    if (isObject(value)) return value;
  } catch {
    // Told below.
  }
  throw new ServiceError('InvalidDefinition', "Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION'");
}

function targetsOf(state: JsonObject): string[] {
  const entries = [state.Choices, state.Catch].flatMap((list) => (Array.isArray(list) ? list : []));
  const nexts = entries.map((entry) => (isObject(entry) ? entry.Next : undefined));
  return [state.Next, state.Default, ...nexts].filter((target) => typeof target === 'string');
}

function variablesOf(input: JsonObject): JsonObject {
  const given = text(input, 'variables');
  const value: Json = given === undefined ? {} : parseInput(given);
  if (isObject(value)) return value;
  throw constraint('', 'variables', 'Member must be a JSON object');
}

function assigning(variables: JsonObject, next: string): State {
  const assign = Object.entries(variables).map(
    ([name, value]) => [name, { kind: 'literal', value }] as const,
  );
  return { type: 'Pass', name: VARIABLES, output: undefined, assign, next };
}

function ending(name: string): State {
  return { type: 'Succeed', name, output: undefined, assign: [], next: undefined };
}

function isRecoverable(state: State): state is RecoverableState {
  return 'retry' in state;
}

function retriesAsCatchers({ retry }: RecoverableState): Catcher[] {
  return retry
    .filter(({ maxAttempts }) => maxAttempts > 0)
    .map(({ errorEquals }) => ({ errorEquals, output: undefined, assign: [], next: RETRY }));
}

function markedCatchers(state: RecoverableState): Catcher[] {
  return state.catch.map((catcher, index) => ({ ...catcher, next: CATCH + index }));
}

interface Given {
  readonly inputText: string;
  readonly value: Json;
  readonly roleArn: string;
}

function runOnce(
  { environment, identity, store }: Context,
  machine: Machine,
  given: Given,
): Promise<Execution> {
  const { inputText, value, roleArn } = given;
  const name = randomUUID();
  const arnOf = (kind: string) => `arn:aws:states:${identity.region}:${identity.accountId}:${kind}:${name}`;
  return new Promise((onEnd) => {
    const execution = start(
      { ...environment, journal: NO_JOURNAL },
      {
        arn: `${arnOf('express')}:${name}`,
        name,
        revision: {
          arn: arnOf('stateMachine'),
          name,
          id: name,
          definition: '',
          machine,
          roleArn,
          at: environment.clock.now(),
          settings: {},
        },
        inputText,
        input: value,
        sequence: 0,
        onEnd,
      },
    );
    // Stopped with the others, should the cloud end meanwhile.
    store.express.add(execution);
  });
}

function outcomeOf(execution: Execution, state: State): Members {
  const { status, error, cause, output, root } = execution;
  if (status !== 'SUCCEEDED') return { status: 'FAILED', error, cause };
  const ended = { output: JSON.stringify(output) };
  if (root.state === RETRY) return { status: 'RETRIABLE', ...failureIn(execution) };
  if (root.state.startsWith(CATCH) && isRecoverable(state)) {
    const catcher = state.catch[Number(root.state.slice(CATCH.length))];
    return { status: 'CAUGHT_ERROR', ...ended, ...failureIn(execution), nextState: catcher?.next };
  }
  return { status: 'SUCCEEDED', ...ended, ...(root.state !== state.name && { nextState: root.state }) };
}

/** The last failure that the history tells of. */
function failureIn({ history }: Execution): Members {
  const details = history.events.findLast((event) => event.details?.error !== undefined)?.details;
  return { error: details?.error, cause: details?.cause };
}
