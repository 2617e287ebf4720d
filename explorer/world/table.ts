// DynamoDB: one table per store in memory, with conditional writes, tokens and, for one item, a stream.

import type { Item } from '../../core/values/attributes.ts';
import { sha256 } from '../model/inputs.ts';
import type { Model } from '../model/model.ts';
import { textOf, type Write } from '../state/configuration.ts';
import { itemPlace, storeAt } from '../state/setting.ts';
import { type Answer, runOf, type State } from '../state/state.ts';
import { meets, type Placeholders } from './expressions.ts';
import { DONE, type Performed } from './performed.ts';
import { snapshotOf } from './snapshot.ts';

interface ConditionalWrite extends Placeholders {
  readonly TableName: string;
  readonly Key?: Item;
  readonly Item?: Item;
  readonly ConditionExpression?: string;
  readonly UpdateExpression?: string;
}
type Action = { readonly [Kind in 'Put' | 'Update' | 'Delete']?: ConditionalWrite };

export interface TransactWrite {
  readonly ClientRequestToken?: string;
  readonly TransactItems: readonly [Action];
}

export function getItem(
  model: Model,
  state: State,
  { TableName, Key }: { TableName: string; Key: Item },
): Performed {
  const item = state.items[placeOf(TableName, Key)];
  const answer =
    item === undefined ? DONE : model.interner.ofPair(item, GET_ITEM, () => ({ ok: { Item: item } }));
  return { state, answer };
}
const GET_ITEM = {};

export function batchGetItem(
  state: State,
  { RequestItems }: { RequestItems: Readonly<Record<string, { readonly Keys: readonly Item[] }>> },
): Performed {
  const responses = Object.entries(RequestItems).map(([table, { Keys }]) => [
    table,
    Keys.map((key) => state.items[placeOf(table, key)]).filter((item) => item !== undefined),
  ]);
  return { state, answer: { ok: { Responses: Object.fromEntries(responses) } } };
}

export function scan(state: State, { TableName }: { TableName: string }): Performed {
  const rows = Object.entries(state.items).filter(([place]) => place.startsWith(`${TableName}/`));
  return { state, answer: { ok: { Items: rows.map(([, item]) => item) } } };
}

/** @param owner - index of the run whose write it is */
export function transactWrite(model: Model, state: State, owner: number, input: TransactWrite): Performed {
  const { ClientRequestToken: token, TransactItems } = input;
  if (model.configuration.refusesWrites) return { state, answer: REFUSED };
  const used = `${model.effectOf(runOf(state, owner))}#${model.interner.id(TransactItems)}`;
  const before = token === undefined ? undefined : state.tokens[token];
  if (before !== undefined) return { state, answer: before === used ? DONE : MISMATCH };

  const written = writeItem(model, state, owner, TransactItems[0]);
  if (token === undefined || !('ok' in written.answer)) return written;
  return { ...written, state: { ...written.state, tokens: { ...written.state.tokens, [token]: used } } };
}

/** One write of one item, under its condition. */
export function writeItem(model: Model, state: State, owner: number, action: Action): Performed {
  const write = (action.Put ?? action.Update ?? action.Delete) as ConditionalWrite;
  const place = placeOf(write.TableName, (write.Key ?? write.Item) as Item);
  const item = state.items[place];
  if (!meets(item, write.ConditionExpression, write)) {
    return { state, answer: model.interner.ofPair(item ?? NO_ITEM, action, () => conditionFailed(item)) };
  }
  const after = applied(model, item, action);
  const next = withItem(model, state, place, after);
  const effects = next.effects.slice();
  const effect = model.effectOf(runOf(state, owner));
  effects[effect] = (effects[effect] ?? 0) + 1;
  const problems = [...next.problems, ...wrongContents(model, state, owner, after)];
  return { state: { ...next, effects, problems }, answer: DONE };
}
const NO_ITEM = {};

const REFUSED: Answer = { error: { name: 'ValidationException', status: 400, message: 'no' } };
const MISMATCH: Answer = { error: { name: 'IdempotentParameterMismatchException', status: 400 } };

function conditionFailed(item: Item | undefined): Answer {
  const reason = { Code: 'ConditionalCheckFailed', Message: 'c', ...(item && { Item: item }) };
  return { error: { name: 'TransactionCanceledException', status: 400, reasons: [reason] } };
}

/** The state once an item is another, or gone. Readers that are under way, absences and the stream take note. */
export function withItem(model: Model, state: State, place: string, item: Item | undefined): State {
  const before = state.items[place];
  const items = { ...state.items };
  if (item === undefined) delete items[place];
  else items[place] = item;
  const next = { ...state, items, absences: absencesAfter(model, state, place, item) };
  if (place !== itemPlace(storeAt(0).table, 'k')) return next;
  const actors = state.actors.map((actor) =>
    (actor.kind === 'read' || actor.kind === 'page') && actor.step === 1
      ? { ...actor, memory: [...new Set([...(actor.memory ?? []), snapshotOf(model, item)])].sort() }
      : actor,
  );
  const isReleased = model.configuration.stream === true && before !== undefined && item !== before;
  return {
    ...next,
    actors,
    stream: isReleased ? [...state.stream, { before, after: item }] : state.stream,
  };
}

/** A delete that meets no item has nothing to do; that must have been so before it ended. */
function absencesAfter(model: Model, state: State, place: string, item: Item | undefined): readonly number[] {
  if (item !== undefined) return state.absences;
  return state.absences.map((absent, at) => {
    const write = model.configuration.writes[at] as Write;
    const concerned = itemPlace(storeAt(write.store ?? 0).table, write.item ?? 'k') === place;
    const ended = state.runs.some(({ index, status }) => {
      return model.slotOf({ index }).write === at && status === 'SUCCEEDED';
    });
    return concerned && !ended ? 1 : absent;
  });
}

function wrongContents(model: Model, state: State, owner: number, item: Item | undefined): string[] {
  if (item === undefined) return [];
  const large = Object.entries(model.writeOf({ index: owner }).large ?? {});
  return large.flatMap(([name, value]) => {
    const written = item[name];
    const pointer = written !== undefined && 'S' in written ? written.S : '';
    if (pointer.includes(sha256(textOf(value)))) return [];
    return [`wrong content written by ${model.nameOf(runOf(state, owner))}`];
  });
}

function applied(model: Model, item: Item | undefined, action: Action): Item | undefined {
  if (action.Put !== undefined) return action.Put.Item;
  const update = action.Update;
  if (update === undefined) return undefined;
  const compute = () => model.interner.canonical(updated(item, update));
  return item === undefined ? compute() : model.interner.ofPair(item, action, compute);
}

function updated(item: Item | undefined, write: ConditionalWrite): Item {
  const { Key, UpdateExpression = '', ExpressionAttributeNames: names = {} } = write;
  const values = write.ExpressionAttributeValues ?? {};
  const nameOf = (text: string) => names[text] ?? text;
  const next: Record<string, Item[string]> = { ...(item ?? Key) };
  const sections = UpdateExpression.split(/\b(SET|REMOVE|ADD|DELETE)\b/).slice(1);
  for (let at = 0; at < sections.length; at += 2) {
    for (const clause of (sections[at + 1] ?? '').split(',').map((text) => text.trim())) {
      if (clause === '') continue;
      const [target = '', source = ''] = clause.split(/\s*=\s*|\s+/);
      const value = source.startsWith(':') ? values[source] : item?.[nameOf(source)];
      switch (sections[at]) {
        case 'SET':
          next[nameOf(target)] = value as Item[string];
          break;
        case 'REMOVE':
          delete next[nameOf(target)];
          break;
        case 'ADD':
          next[nameOf(target)] = sum(next[nameOf(target)], value);
          break;
        default:
          throw new Error(`the explorer's table knows no ${sections[at]} in an update`);
      }
    }
  }
  return next;
}

function sum(one: Item[string] | undefined, other: Item[string] | undefined): Item[string] {
  const [first, second] = [one, other].map((value) =>
    value !== undefined && 'N' in value ? Number(value.N) : 0,
  );
  return { N: String((first ?? 0) + (second ?? 0)) };
}

function placeOf(table: string, key: Item): string {
  const id = key.id;
  if (id === undefined || !('S' in id))
    throw new Error('the explored tables have the partition key id, a string');
  return itemPlace(table, id.S);
}
