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
  'putBackLess',
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
  const { table } = storeAt(0);
  const item = state.items[itemPlace(table, 'k')];
  if (PATIENT.has(write) && !isItsMoment(model, state, write, item)) return undefined;
  const next = itemAfter(write, item, initialItem(model.configuration));
  if (next === undefined) return undefined;
  return {
    place: itemPlace(table, write === 'copyToL' ? 'l' : 'k'),
    item: next === 'nothing' ? undefined : next,
  };
}

/** When a program puts back what it read before: at a moment when that does harm, or is said to do none. */
function isItsMoment(model: Model, state: State, write: ForeignWrite, item: Item | undefined): boolean {
  const before = initialItem(model.configuration);
  const isOld = JSON.stringify(item) === JSON.stringify(before);
  const first = state.runs[0] && runOf(state, 0);
  const { at = '', invocation } = first?.frame ?? {};
  switch (write) {
    case 'putBack':
    case 'putBackLess':
      return first?.status === 'ABORTED' && /^(Write|Delete)Item$/.test(at) && !isOld;
    case 'putBackAtLast':
      return first?.status === 'SUCCEEDED' && !isOld;
    case 'putBackBeforeCleanUp':
      return at === 'DeleteReplacedObjects' && invocation?.history.length === 0 && !isOld;
    case 'restoreA': {
      // While no clean-up stands between its read and its deletion, and the object is there.
      const isQuiet = state.actors.every(
        (actor) => actor.kind !== 'stream' || actor.invocation === undefined,
      );
      const pointer = before?.A;
      const isThere =
        pointer !== undefined && 'S' in pointer && pointer.S.slice('s3://b/'.length) in state.objects;
      return isQuiet && isThere && item !== undefined && item.A === undefined;
    }
    default:
      return true;
  }
}

/**
 * The item that a program's write leaves; undefined where there is nothing to do.
 * @param before - the item at the start
 */
export function itemAfter(
  write: ForeignWrite,
  item: Item | undefined,
  before: Item | undefined,
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
    case 'restoreA':
      return item && before?.A && { ...item, A: before.A };
    case 'putBackLess':
      return before && without(before, 'A');
    case 'copyToL':
      return item && { ...item, ...itemKey('l') };
    default:
      return before && { ...before, flag: { S: 'new' } };
  }
}

function without(item: Item, name: string): Item {
  const { [name]: _, ...rest } = item;
  return rest;
}
