// Other programs: what they do to an item in one step, or undefined where there is nothing to do.

import type { Item } from '../../core/values/attributes.ts';
import type { Model } from '../model/model.ts';
import type { ForeignWrite } from '../state/configuration.ts';
import { itemKey, itemPlace, storeAt } from '../state/setting.ts';
import { type Actor, runOf, type State, type Step, withActor } from '../state/state.ts';
import { withItem } from '../world/table.ts';
import { initialItem } from './initial.ts';

/** Those that wait for their moment instead of passing. */
const PATIENT: ReadonlySet<ForeignWrite> = new Set([
  'putBack',
  'putBackBeforeCleanUp',
  'putBackAtLast',
  'restoreA',
  'copyToL',
]);

export function programSteps(model: Model, state: State, number: number, actor: Actor): Step[] {
  const writes = model.configuration.programs?.[number] ?? [];
  const write = writes[actor.step];
  if (write === undefined) return [];
  const change = changeOf(model, state, write);
  if (change === undefined && PATIENT.has(write)) return [];
  const changed = change === undefined ? state : withItem(model, state, change.place, change.item);
  const label = `program: ${write}${change === undefined ? ' finds nothing to do' : ''}`;
  return [{ label, state: withActor(changed, number, { ...actor, step: actor.step + 1 }) }];
}

interface Change {
  readonly place: string;
  /** Undefined deletes it. */
  readonly item: Item | undefined;
}

function changeOf(model: Model, state: State, write: ForeignWrite): Change | undefined {
  const place = itemPlace(storeAt(0).table, 'k');
  const item = state.items[place];
  if (write === 'copyToL')
    return item && { place: itemPlace(storeAt(0).table, 'l'), item: { ...item, ...itemKey('l') } };
  const next = savedAs(model, state, write, item);
  return next === undefined ? undefined : { place, item: next === 'nothing' ? undefined : next };
}

function savedAs(
  model: Model,
  state: State,
  write: ForeignWrite,
  item: Item | undefined,
): Item | 'nothing' | undefined {
  switch (write) {
    case 'putPlain':
      return { ...itemKey('k'), views: { N: '0' } };
    case 'putLegacy':
      return { ...itemKey('k'), views: { N: '0' }, A: { S: 's3://b/old/pk=k/attr=A/md5=x' } };
    case 'deleteItem':
      return item && 'nothing';
    case 'removeA':
      return item?.A && without(item, 'A');
    case 'dropSaga':
      return item?._saga && without(item, '_saga');
    case 'flagOff':
      return item && { ...item, flag: { S: 'off' } };
    case 'flagOn':
      return item && { ...item, flag: { S: 'on' } };
    default:
      return savedAgain(model, state, write, item);
  }
}

/** What a program puts back as it was, at a moment when that does harm. */
function savedAgain(
  model: Model,
  state: State,
  write: ForeignWrite,
  item: Item | undefined,
): Item | undefined {
  const before = initialItem(model.configuration) as Item;
  const isOld = JSON.stringify(item) === JSON.stringify(before);
  const first = state.runs[0] && runOf(state, 0);
  switch (write) {
    case 'putBack': {
      const stands = first?.status === 'ABORTED' && /^(Write|Delete)Item$/.test(first.frame.at);
      return stands && item && !isOld ? { ...before, flag: { S: 'new' } } : undefined;
    }
    case 'putBackAtLast':
      return first?.status === 'SUCCEEDED' && !isOld ? { ...before, flag: { S: 'new' } } : undefined;
    case 'putBackBeforeCleanUp': {
      const { at, invocation } = first?.frame ?? {};
      const begins = at === 'DeleteReplacedObjects' && invocation?.history.length === 0;
      return begins && !isOld ? { ...before, flag: { S: 'new' } } : undefined;
    }
    default: {
      // restoreA: while no clean-up stands between its read and its deletion.
      const isQuiet = state.actors.every(
        ({ kind, invocation }) => kind !== 'stream' || invocation === undefined,
      );
      const pointer = before.A;
      const isThere = pointer && 'S' in pointer && state.objects[pointer.S.slice('s3://b/'.length)];
      return item && !item.A && isQuiet && isThere ? { ...item, A: pointer } : undefined;
    }
  }
}

function without(item: Item, name: string): Item {
  const { [name]: _, ...rest } = item;
  return rest;
}
