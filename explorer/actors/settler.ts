// The caller of the first write, an Express run, who may lose its answer at any time, and then starts an execution that settles it,
// as the client's `outcome` does.

import { readSaga } from '../../core/item/item.ts';
import type { Model } from '../model/model.ts';
import { itemKey, storeAt } from '../state/setting.ts';
import { type Actor, type State, type Step, withActor, withRun } from '../state/state.ts';
import { whatGoesOn } from '../world/executions.ts';
import { initialItem } from './initial.ts';

const OVER = 2;

export function settlerSteps(model: Model, state: State, number: number, actor: Actor): Step[] {
  const first = state.runs[0];
  const run = first && whatGoesOn(model, state, first);
  if (actor.step === OVER || run === undefined || run.status !== 'ABSENT') return [];
  const { item = 'k', store = 0 } = model.writeOf(run);
  const before = initialItem(model.configuration);
  const saga = before && readSaga(before);
  const input = {
    key: { [storeAt(store).key.partitionKey.name]: Object.values(itemKey(item).id ?? {})[0] },
    settles: {
      id: model.slotOf({ index: 0 }).name,
      ...(saga && { before: { createdBy: saga.createdBy, version: saga.version } }),
    },
  };
  const frame = { ...run.frame, input, phase: 'entering' as const };
  const started = withRun(state, run.index, { status: 'RUNNING', input, frame, continues: 0 });
  return [
    {
      label: `the caller of ${model.nameOf({ index: 0 })} has no answer, and starts ${model.nameOf(run)} to settle it`,
      state: withActor(started, number, { ...actor, step: OVER }),
    },
  ];
}
