// What cannot be known (docs/protocol.md, "An outcome that is looked for late"): a write that took effect, and that others have
// undone without a trace, looks as if it had not been made. Where a run concludes that, the effect is counted as undone.

import { readPointers, readSaga } from '../../core/item/item.ts';
import { formatRun } from '../../core/keys/run.ts';
import { digestOfPointers } from '../../core/saga/digests.ts';
import { ownObjects } from '../../core/saga/outcome.ts';
import type { Plan } from '../../core/saga/plan.ts';
import type { Item } from '../../core/values/attributes.ts';
import type { Model } from '../model/model.ts';
import { itemPlace, storeAt } from '../state/setting.ts';
import { type Answer, type Invocation, runOf, type State } from '../state/state.ts';

/** The state with what a run's function has just concluded, if it is one of those cases; of no other is anything forgiven. */
export function withUndone(model: Model, state: State, index: number, invocation: Invocation): State {
  const effect = model.effectOf(runOf(state, index));
  const effects = state.effects[effect] ?? 0;
  if (effects === 0 || !isFoundByReading(invocation) || !isTraceless(model, state, index, invocation)) {
    return state;
  }
  const undone = state.undone.slice();
  undone[effect] = effects;
  return { ...state, undone };
}

function isFoundByReading({ fn, result }: Invocation): boolean {
  if (fn !== 'WriteItem' || result === undefined || 'ok' in result) return false;
  return (
    result.name === 'NotWritten' ||
    (result.name === 'WriteConflict' && result.message.includes('"proof":"reading"'))
  );
}

/**
 * A write that creates, whose item was gone, all objects being there; a delete, a put, or an update that may be repeated, whose
 * item stood as it was planned on.
 */
function isTraceless(model: Model, state: State, index: number, { event, history }: Invocation): boolean {
  const { operation, item: id = 'k', store: number, addsNothing = false } = model.writeOf({ index });
  const store = storeAt(number ?? 0);
  const { plan } = event as { plan: Plan };
  // It reads the item first, and then looks for each of the run's objects.
  const read = history.find(([at]) => at === 0)?.[1];
  const heads = history.filter(([at]) => at > 0).map(([, answer]) => answer);
  const isThere = heads.length >= ownObjects(plan, store).length && heads.every((answer) => 'ok' in answer);
  const now = state.items[itemPlace(store.table, id)];
  const isOwn =
    now !== undefined &&
    readSaga(now)?.writtenBy === formatRun(model.runName(index, runOf(state, index).continues));
  if (!isThere || isOwn) return false;

  const found = itemOf(read);
  if (plan.expected.kind === 'absent') return found === undefined;
  const mayRepeat = operation !== 'update' || addsNothing;
  return mayRepeat && found !== undefined && isAsPlanned(plan, found, store);
}

function itemOf(answer: Answer | undefined): Item | undefined {
  return answer !== undefined && 'ok' in answer ? (answer.ok as { Item?: Item }).Item : undefined;
}

function isAsPlanned({ expected }: Plan, found: Item, store: ReturnType<typeof storeAt>): boolean {
  return (
    expected.kind === 'saga' &&
    readSaga(found)?.version === expected.version &&
    digestOfPointers(readPointers(found, store)) === expected.digest
  );
}
