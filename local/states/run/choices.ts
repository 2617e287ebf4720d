// Choice states: the first rule whose condition is true, or Default.

import type { ChoiceState, Exit } from '../definition/types.ts';
import { firstTrue } from '../expressions/template.ts';
import { STATES, StateFailure } from '../failure.ts';
import { evaluating, leave, placeOf, scopeOf, type Visit } from './visit.ts';

/**
 * @throws {StateFailure} States.Runtime where nothing matches and there is no Default: what AWS is seen to report, not
 * the States.NoChoiceMatched of the language specification
 */
export async function runChoice(visit: Visit<ChoiceState>): Promise<void> {
  const { frame } = visit.thread;
  const exit = await choose(visit);
  if (exit.next === undefined) {
    const problem = 'Failed to transition out of the state. The state does not point to a next state.';
    throw new StateFailure(STATES.runtime, `${placeOf(visit)} ${problem}`, frame.lastEventId);
  }
  await leave(visit, exit, frame.input);
}

async function choose(visit: Visit<ChoiceState>): Promise<Exit> {
  const { rules } = visit.state;
  const conditions = rules.map(({ condition }) => condition);
  const index = await evaluating(visit, firstTrue(conditions, scopeOf(visit)));
  return rules[index ?? rules.length] ?? visit.state;
}
