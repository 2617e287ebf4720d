// States in a line, for people.

import type { AttributeValue, Item } from '../../core/values/attributes.ts';
import type { Run, State } from '../state/state.ts';
import type { Model } from './model.ts';

/** `(v2 by f of e views=1 A=A/Y/f)`: version, who wrote last, who created, and the pointers. */
export function showItem(model: Model, item: Item | undefined): string {
  if (item === undefined) return '(none)';
  const pointers = Object.entries(item).flatMap(([name, value]) => {
    const text = stringOf(value);
    return text.startsWith('s3://') ? [`${name}=${model.shortKey(text.slice('s3://b/'.length))}`] : [];
  });
  return `(${[showSaga(item), `views=${numberOf(item.views)}`, ...pointers].join(' ')})`;
}

function showSaga({ _saga: saga }: Item): string {
  if (saga === undefined || !('M' in saga)) return 'no _saga';
  const by = (name: string) => /\.(?:x\.0+)?([\w.]+)\.\d+T/.exec(stringOf(saga.M[name]))?.[1];
  return `v${numberOf(saga.M.version)} by ${by('writtenBy')} of ${by('createdBy')}`;
}

export function showState(model: Model, state: State): string {
  const items = Object.entries(state.items).map(([place, item]) => `${place} ${showItem(model, item)}`);
  const objects = Object.keys(state.objects).map((key) => model.shortKey(key));
  return [
    `items {${items.join(' ')}}`,
    `objects {${objects.join(' ')}}`,
    ...(state.uploads.length > 0 ? [`uploads ${state.uploads.length}`] : []),
    ...state.runs.map((run) => showRun(model, run, state.effects[model.effectOf(run)] ?? 0)),
  ].join('; ');
}

function showRun(model: Model, run: Run, effects: number): string {
  const error = run.error === undefined ? '' : ` ${run.error}`;
  const deferred = isDeferred(run) ? ' (clean-up deferred)' : '';
  const effect = effects === 1 ? 'took effect' : effects === 0 ? 'no effect' : `took effect ${effects} times`;
  const flight =
    run.late.length + run.old.length > 0 ? `, ${run.late.length + run.old.length} in flight` : '';
  return `${model.nameOf(run)} ${run.status}${error}${deferred} at ${run.frame.at}, ${effect}${flight}`;
}

export function isDeferred({ output }: Run): boolean {
  return (output as { cleanup?: string } | undefined)?.cleanup === 'deferred';
}

function stringOf(value: AttributeValue | undefined): string {
  return value !== undefined && 'S' in value ? value.S : '';
}

function numberOf(value: AttributeValue | undefined): string {
  return value !== undefined && 'N' in value ? value.N : '';
}
