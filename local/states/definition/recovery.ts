// Reads Retry and Catch.

import { STATES } from '../failure.ts';
import { MAX_TIMEOUT_SECONDS } from '../limits.ts';
import type { Reader } from './reader.ts';
import type { Catcher, Retrier } from './types.ts';
import { readAssign } from './variables.ts';

const MAX_ATTEMPTS = 99_999_999;
const MAX_DELAY_SECONDS = 31_622_400;

export function readRetry(reader: Reader): Retrier[] {
  return lastAloneChecked(reader.objects('Retry')).map((retrier) => {
    retrier.string('Comment');
    const read = {
      errorEquals: readErrorEquals(retrier),
      intervalSeconds: retrier.number('IntervalSeconds', { min: 1, max: MAX_TIMEOUT_SECONDS }) ?? 1,
      maxAttempts: retrier.number('MaxAttempts', { min: 0, max: MAX_ATTEMPTS }) ?? 3,
      backoffRate: retrier.number('BackoffRate', { min: 1, max: Number.MAX_VALUE }, 'number') ?? 2,
      maxDelaySeconds: retrier.number('MaxDelaySeconds', { min: 1, max: MAX_DELAY_SECONDS }),
      jitter: retrier.oneOf('JitterStrategy', ['NONE', 'FULL']) ?? 'NONE',
    } satisfies Retrier;
    if (read.maxDelaySeconds !== undefined && read.maxDelaySeconds < read.intervalSeconds) {
      retrier.diagnostics.schema(
        "'MaxDelaySeconds' must be greater than 'IntervalSeconds'",
        retrier.at('MaxDelaySeconds'),
      );
    }
    retrier.done();
    return read;
  });
}

export function readCatch(reader: Reader): Catcher[] {
  return lastAloneChecked(reader.objects('Catch')).map((catcher) => {
    catcher.string('Comment');
    catcher.require('Next');
    const read = {
      errorEquals: readErrorEquals(catcher),
      output: catcher.template('Output', 'errorOutput'),
      assign: readAssign(catcher, 'errorOutput'),
      next: catcher.string('Next'),
    } satisfies Catcher;
    catcher.done();
    return read;
  });
}

function readErrorEquals(reader: Reader): string[] {
  if (!reader.require('ErrorEquals')) return [];
  const names = reader.raw('ErrorEquals');
  if (Array.isArray(names) && names.length > 0 && names.every((name) => typeof name === 'string'))
    return names;
  reader.diagnostics.schema('Expected a list of error names', reader.at('ErrorEquals'));
  return [];
}

/** States.ALL must stand alone, and last: what follows it could never apply. */
function lastAloneChecked(entries: Reader[]): Reader[] {
  for (const [index, entry] of entries.entries()) {
    const names = entry.object.ErrorEquals;
    if (!Array.isArray(names) || !names.includes(STATES.all)) continue;
    const at = entry.at('ErrorEquals');
    if (names.length > 1) entry.diagnostics.schema(`${STATES.all} must be the only error name`, at);
    if (index < entries.length - 1) entry.diagnostics.schema(`${STATES.all} must be in the last entry`, at);
  }
  return entries;
}
