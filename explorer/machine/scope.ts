// What the expressions of a state see, and the names under which their values are kept.

import type { StateDefinition } from '../asl/definitions.ts';
import type { Scope } from '../asl/expressions.ts';
import type { Model } from '../model/model.ts';
import { START } from '../state/setting.ts';
import { type Frame, frameOf, type Run, runOf, type State, TOP } from '../state/state.ts';

/** One frame of one run: the run's own, or an iteration of its Map. */
export interface Place {
  readonly run: Run;
  readonly kid: number;
  readonly frame: Frame;
  readonly definition: StateDefinition;
  /** Names the state among all of all machines. */
  readonly id: string;
}

export function placeOf(model: Model, state: State, index: number, kid: number): Place {
  const run = runOf(state, index);
  const frame = frameOf(run, kid);
  const id = `${model.machineId(run)}/${kid === TOP ? '' : 'kid/'}${frame.at}`;
  return { run, kid, frame, definition: definitionOf(model, run, kid, frame.at), id };
}

function definitionOf(model: Model, run: Run, kid: number, at: string): StateDefinition {
  const { States } = model.machineOf(run);
  const states = kid === TOP ? States : States[run.frame.at]?.ItemProcessor?.States;
  const definition = states?.[at];
  if (definition === undefined) throw new Error(`${model.nameOf(run)} has no state ${at}`);
  return definition;
}

/** @param more - `result` or `errorOutput` of `$states` */
export function scopeOf(
  model: Model,
  { run, kid, frame }: Place,
  more: Readonly<Record<string, unknown>> = {},
): Scope {
  const variables = kid === TOP ? frame.variables : { ...run.frame.variables, ...frame.variables };
  const started = model.startOf(run.index);
  const { name, lane, uuid } = model.slotOf(run);
  return {
    variables,
    now: START + run.clock,
    uuid,
    states: {
      input: frame.input,
      context: {
        Execution: {
          Id: name,
          Input: model.inputOf(run),
          Name: name,
          StartTime: started,
          ...(lane !== 'express' && { RedriveCount: run.redrives }),
        },
        State: { EnteredTime: started, Name: frame.at, RetryCount: frame.retries },
      },
      ...more,
    },
  };
}
