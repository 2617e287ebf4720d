// Readers of a page: its content is fetched later, while runs write the item. An index shows it as it is, or as it was before.

import type { Model } from '../model/model.ts';
import type { PageReading } from '../state/configuration.ts';
import { itemPlace, START, storeAt } from '../state/setting.ts';
import {
  type Actor,
  type Answer,
  type Call,
  type Invocation,
  type State,
  type Step,
  withActor,
} from '../state/state.ts';
import { outcomeText, perform } from '../world/perform.ts';
import { seenText, snapshotOf } from '../world/snapshot.ts';
import { initialItem } from './initial.ts';

const OVER = 2;
/** How a read of a page may end without content: it was written, or deleted, meanwhile. */
const ANSWERS: ReadonlySet<string> = new Set(['ItemChanged', 'ReadContended']);

export async function pageSteps(model: Model, state: State, number: number, actor: Actor): Promise<Step[]> {
  const reading = readingOf(model, actor);
  const name = `page of the ${reading === 'index' ? 'index' : 'table'}`;
  if (actor.invocation === undefined) {
    if (actor.step !== 0) return [];
    const invocation = await model.codeOf(0).invoke('ReadPage', { store: storeAt(0), reading }, START);
    const memory = [snapshotOf(model, state.items[itemPlace(storeAt(0).table, 'k')])];
    const begun = withActor(state, number, { ...actor, invocation, step: 1, memory });
    return [{ label: `${name}: begins`, state: begun }];
  }
  const steps: Step[] = [];
  for (const call of actor.invocation.pending) {
    for (const [label, answer] of answersTo(model, state, call)) {
      const next = await model.codeOf(0).answer(actor.invocation, call.at, answer);
      const after = next.result === undefined ? { ...actor, invocation: next } : undefined;
      const problems = after === undefined ? problemsOf(actor, reading, next) : [];
      steps.push({
        label: `${name}: ${model.describe(call)} -> ${label}`,
        state: withActor(
          { ...state, problems: [...state.problems, ...problems] },
          number,
          after ?? { kind: 'page', step: OVER, of: actor.of ?? 0 },
        ),
      });
    }
  }
  return steps;
}

function readingOf({ configuration: { pages = [] } }: Model, { of = 0 }: Actor): PageReading {
  return pages[of] as PageReading;
}

function answersTo(model: Model, state: State, call: Call): (readonly [label: string, answer: Answer])[] {
  const done = perform(model, state, undefined, call);
  if (call.name !== 'Query') return [[outcomeText(done), done.answer]];
  const before = initialItem(model.configuration);
  const lagging: Answer = { ok: { Items: before === undefined ? [] : [before] } };
  return [
    ['as the item is', done.answer],
    ['as it was at the start', lagging],
  ];
}

/**
 * What a page of the table gives is the item as it was at some time of the read. Of an index that is said of each content: its
 * attributes are as old as the index is.
 */
function problemsOf({ memory = [] }: Actor, reading: PageReading, { result }: Invocation): string[] {
  if (result === undefined) return [];
  if (!('ok' in result)) {
    return ANSWERS.has(result.name) ? [] : [`page: ${result.name}: ${result.message.slice(0, 80)}`];
  }
  const got = result.ok as { views: string; large: Readonly<Record<string, string>> } | null;
  const seen = memory as readonly string[];
  // An index may not know the item yet.
  if (got === null) return reading === 'index' || seen.includes('null') ? [] : ['page: misses the item'];
  const large = Object.fromEntries(Object.entries(got.large).sort());
  if (reading !== 'index') {
    const text = seenText(got.views, large);
    return seen.includes(text) ? [] : [`torn read: got ${text}, the item was ${seen.join(' | ')}`];
  }
  const stale = Object.entries(large).find(
    ([name, text]) => !seen.some((each) => contentIn(each, name) === text),
  );
  return stale === undefined ? [] : [`stale read: got ${stale.join('=')}, the item was ${seen.join(' | ')}`];
}

function contentIn(snapshot: string, name: string): string | undefined {
  const item = JSON.parse(snapshot) as { readonly large?: Readonly<Record<string, string>> } | null;
  return item?.large?.[name];
}
