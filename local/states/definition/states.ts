// Reads one state of a definition: which fields each type has, and what they may hold.

import type { Template } from '../expressions/template.ts';
import { parameterProblem } from '../integrations/integration.ts';
import { resolveResource } from '../integrations/registry.ts';
import { MAX_TIMEOUT_SECONDS } from '../limits.ts';
import { isRfc3339 } from '../timestamp.ts';
import { readDistribution } from './distribution.ts';
import type { Readable } from './expression-check.ts';
import type { Reader } from './reader.ts';
import { readCatch, readRetry } from './recovery.ts';
import type {
  ChoiceState,
  Exit,
  FailState,
  Machine,
  MapState,
  ParallelState,
  PassState,
  State,
  SucceedState,
  TaskState,
  WaitState,
} from './types.ts';
import { readAssign, refuseJsonPathFields } from './variables.ts';

const TYPES = ['Pass', 'Task', 'Choice', 'Wait', 'Succeed', 'Fail', 'Parallel', 'Map'] as const;
const SECONDS = { min: 1, max: MAX_TIMEOUT_SECONDS };
const PERCENTAGE = { min: 0, max: 100 };
const COUNT = { min: 0, max: Number.MAX_SAFE_INTEGER };

/** Reads a branch or an item processor. */
type ReadMachine = (reader: Reader) => Machine | undefined;

/**
 * Reads a state. Problems are reported; undefined if too little is left to go on with.
 * @param readMachine - reads the machines inside of it
 */
export function readState(name: string, reader: Reader, readMachine: ReadMachine): State | undefined {
  if (!reader.require('Type')) return undefined;
  const type = reader.oneOf('Type', TYPES);
  if (type === undefined) return undefined;
  if (reader.oneOf('QueryLanguage', ['JSONata', 'JSONPath']) === 'JSONPath') {
    // In AWS's words, and like there all that is said of the state.
    const problem = "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine";
    reader.diagnostics.schema(problem, reader.location);
    return undefined;
  }
  reader.string('Comment');
  refuseJsonPathFields(reader);
  const state = readByType(type, name, reader, readMachine);
  reader.done();
  return state;
}

function readByType(
  type: (typeof TYPES)[number],
  name: string,
  reader: Reader,
  readMachine: ReadMachine,
): State | undefined {
  switch (type) {
    case 'Pass':
      return { type, name, ...readExit(reader, 'input') } satisfies PassState;
    case 'Succeed':
      return {
        type,
        name,
        output: reader.template('Output', 'input'),
        assign: [],
        next: undefined,
      } satisfies SucceedState;
    case 'Fail':
      return {
        type,
        name,
        error: reader.templateOf('Error', 'string', 'input'),
        cause: reader.templateOf('Cause', 'string', 'input'),
      } satisfies FailState;
    case 'Wait':
      return readWait(name, reader);
    case 'Choice':
      return readChoice(name, reader);
    case 'Task':
      return readTask(name, reader);
    case 'Parallel':
      return readParallel(name, reader, readMachine);
    case 'Map':
      return readMap(name, reader, readMachine);
  }
}

function readExit(reader: Reader, readable: Readable): Exit {
  const exit = {
    output: reader.template('Output', readable),
    assign: readAssign(reader, readable),
    next: reader.string('Next'),
  };
  const end = reader.boolean('End');
  if (reader.has('Next') === (end === true)) {
    const problem = end === true ? 'Only one of' : 'One of';
    reader.diagnostics.schema(`${problem} 'Next' or 'End' is required`, reader.location);
  }
  return exit;
}

function readWait(name: string, reader: Reader): WaitState | undefined {
  const exit = readExit(reader, 'input');
  const seconds = reader.integerTemplate('Seconds', { min: 0, max: MAX_TIMEOUT_SECONDS }, 'input');
  const timestamp = reader.templateOf('Timestamp', 'string', 'input');
  if (reader.has('Seconds') === reader.has('Timestamp')) {
    reader.diagnostics.schema("Exactly one of 'Seconds' and 'Timestamp' is required", reader.location);
    return undefined;
  }
  if (timestamp?.kind === 'literal' && !isRfc3339(String(timestamp.value))) {
    reader.diagnostics.schema('String does not match RFC3339 timestamp', reader.at('Timestamp'));
    return undefined;
  }
  const until = seconds !== undefined ? { seconds } : timestamp !== undefined ? { timestamp } : undefined;
  return until && { type: 'Wait', name, ...exit, until };
}

function readChoice(name: string, reader: Reader): ChoiceState | undefined {
  if (!reader.require('Choices')) return undefined;
  const rules = reader.objects('Choices', 1).flatMap((rule) => {
    rule.string('Comment');
    const complete = rule.require('Condition', 'Next');
    const condition = rule.templateOf('Condition', 'boolean', 'input');
    const output = rule.template('Output', 'input');
    const assign = readAssign(rule, 'input');
    const next = rule.string('Next');
    rule.done();
    return complete && condition !== undefined ? [{ condition, output, assign, next }] : [];
  });
  const output = reader.template('Output', 'input');
  return {
    type: 'Choice',
    name,
    rules,
    output,
    assign: readAssign(reader, 'input'),
    next: reader.string('Default'),
  };
}

function readTask(name: string, reader: Reader): TaskState | undefined {
  const exit = readExit(reader, 'result');
  const args = reader.template('Arguments', 'input');
  const task = {
    timeoutSeconds: reader.integerTemplate('TimeoutSeconds', SECONDS, 'input'),
    heartbeatSeconds: reader.integerTemplate('HeartbeatSeconds', SECONDS, 'input'),
    retry: readRetry(reader),
    catch: readCatch(reader),
  };
  reader.refuse('Credentials', 'Cross-account access (Credentials) is not supported by the local cloud');
  const resource = reader.require('Resource') ? reader.string('Resource') : undefined;
  if (resource === undefined) return undefined;
  const resolution = resolveResource(resource);
  if ('refusal' in resolution) {
    reader.diagnostics.unsupported(resolution.refusal, reader.at('Resource'));
    return undefined;
  }
  const problem = parameterProblem(resolution.integration.parameters, literalShape(args));
  if (args !== undefined && args.kind !== 'expression' && problem !== undefined) {
    reader.diagnostics.schema(problem, reader.at('Arguments'));
  }
  return { type: 'Task', name, ...exit, ...task, arguments: args, integration: resolution.integration };
}

/** The fields of Arguments; which values they will have does not matter. */
function literalShape(template: Template | undefined) {
  if (template?.kind === 'literal') return template.value;
  if (template?.kind !== 'object') return null;
  return Object.fromEntries(template.fields.map(([field]) => [field, null]));
}

function readParallel(name: string, reader: Reader, readMachine: ReadMachine): ParallelState | undefined {
  const exit = readExit(reader, 'result');
  const args = reader.template('Arguments', 'input');
  const recovery = { retry: readRetry(reader), catch: readCatch(reader) };
  if (!reader.require('Branches')) return undefined;
  const branches = reader.objects('Branches', 1).map((branch) => readMachine(branch));
  if (!branches.every((branch): branch is Machine => branch !== undefined)) return undefined;
  return { type: 'Parallel', name, ...exit, ...recovery, branches, arguments: args };
}

function readMap(name: string, reader: Reader, readMachine: ReadMachine): MapState | undefined {
  const exit = readExit(reader, 'result');
  const map = {
    items: reader.templateOf('Items', 'array', 'input'),
    itemSelector: reader.template('ItemSelector', 'input'),
    maxConcurrency: reader.integerTemplate('MaxConcurrency', COUNT, 'input'),
    toleratedFailureCount: reader.integerTemplate('ToleratedFailureCount', COUNT, 'input'),
    toleratedFailurePercentage: reader.numberTemplate('ToleratedFailurePercentage', PERCENTAGE, 'input'),
    retry: readRetry(reader),
    catch: readCatch(reader),
  };
  reader.refuse('Iterator', "Field 'Iterator' is not supported by the local cloud, use 'ItemProcessor'");
  if (!reader.has('Iterator') && !reader.require('ItemProcessor')) return undefined;
  const object = reader.child('ItemProcessor');
  if (object === undefined) return undefined;
  const distribution = readDistribution(reader, name, object);
  const processor = readMachine(object);
  return processor && { type: 'Map', name, ...exit, ...map, processor, distribution };
}
