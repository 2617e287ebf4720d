// Fail states: end their machine with an error and a cause.

import type { FailState } from '../definition/types.ts';
import { evaluateAs, type Template } from '../expressions/template.ts';
import { StateFailure } from '../failure.ts';
import { evaluating, scopeOf, type Visit } from './visit.ts';

/** @throws {StateFailure} always */
export async function runFail(visit: Visit<FailState>): Promise<never> {
  const error = await text(visit, visit.state.error);
  const cause = await text(visit, visit.state.cause);
  throw new StateFailure(error, cause);
}

async function text(visit: Visit, template: Template | undefined): Promise<string | undefined> {
  return template && evaluating(visit, evaluateAs('string', template, scopeOf(visit)));
}
