// Reads a state machine, a branch or an item processor: StartAt and States.

import { isObject } from '../json.ts';
import { MAX_TIMEOUT_SECONDS } from '../limits.ts';
import { checkTransitions } from './graph.ts';
import { Reader } from './reader.ts';
import { readState } from './states.ts';
import type { Machine, State } from './types.ts';

const MAX_NAME_LENGTH = 80;

/** Problems are reported; undefined if too little is left to go on with. */
export function readMachine(reader: Reader, level: 'top' | 'nested'): Machine | undefined {
  const complete = reader.require('States', 'StartAt');
  const startAt = reader.string('StartAt');
  const comment = reader.string('Comment');
  const timeoutSeconds = level === 'top' ? readTopFields(reader) : undefined;
  const objects = reader.objectField('States');
  reader.done();
  if (!complete || startAt === undefined || objects === undefined) return undefined;

  const states = new Map<string, State>();
  for (const [name, object] of Object.entries(objects)) {
    const location = `${reader.at('States')}/${name}`;
    if (name.length > MAX_NAME_LENGTH) {
      reader.diagnostics.schema(`State name is longer than ${MAX_NAME_LENGTH} characters`, location);
    }
    if (!isObject(object)) {
      reader.diagnostics.schema('Expected value of type Object', location);
      continue;
    }
    const state = readState(name, new Reader(object, location, reader.diagnostics), readNested);
    if (state !== undefined) states.set(name, state);
  }
  checkTransitions(reader, objects);
  return { startAt, states, comment, timeoutSeconds };
}

function readNested(reader: Reader): Machine | undefined {
  return readMachine(reader, 'nested');
}

function readTopFields(reader: Reader): number | undefined {
  const version = reader.string('Version');
  if (version !== undefined && version !== '1.0') {
    reader.diagnostics.schema(`Value is not valid: ${version}. Expected one of: [1.0]`, reader.at('Version'));
  }
  if (reader.oneOf('QueryLanguage', ['JSONata', 'JSONPath']) !== 'JSONata' && reader.has('States')) {
    reader.diagnostics.unsupported(
      "Only definitions with 'QueryLanguage': 'JSONata' at the top are supported by the local cloud",
      reader.at('QueryLanguage'),
    );
  }
  return reader.number('TimeoutSeconds', { min: 1, max: MAX_TIMEOUT_SECONDS });
}
