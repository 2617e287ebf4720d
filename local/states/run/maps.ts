// Inline Map states: one iteration an item, at most 40 at a time; the result is the list of their outputs.

import type { MapState } from '../definition/types.ts';
import {
  evaluate,
  evaluateAs,
  evaluateInteger,
  evaluateNumber,
  QueryError,
  type Template,
} from '../expressions/template.ts';
import { limitedText } from '../failure.ts';
import type { Json } from '../json.ts';
import { MAX_INLINE_CONCURRENCY } from '../limits.ts';
import { createFrame, type Frame, type MapItem } from './frame.ts';
import { type Member, type RunMember, runGroup } from './group.ts';
import { groupFailed } from './parallels.ts';
import { emit, emitAside } from './thread.ts';
import { evaluating, evaluationFailed, leave, scopeOf, type Visit } from './visit.ts';

/** One attempt. A redrive goes on with the iterations that did not succeed. */
export async function attemptMap(visit: Visit<MapState>, run: RunMember): Promise<void> {
  const { state, thread } = visit;
  const { frame } = thread;
  const concurrency =
    (await integer(visit, state.maxConcurrency, Number.MAX_SAFE_INTEGER)) || MAX_INLINE_CONCURRENCY;
  await integer(visit, state.toleratedFailureCount, Number.MAX_SAFE_INTEGER);
  if (state.toleratedFailurePercentage !== undefined) {
    await evaluating(visit, evaluateNumber(state.toleratedFailurePercentage, scopeOf(visit), 0, 100));
  }
  frame.children ??= await prepareIterations(visit);
  const members = frame.children
    .filter(({ status }) => status !== 'succeeded')
    .map((iteration) => memberFor(visit, iteration, run));
  try {
    const limit = Math.min(concurrency, MAX_INLINE_CONCURRENCY);
    frame.lastEventId = await runGroup(thread, members, limit, frame.lastEventId);
  } catch (error) {
    throw groupFailed(thread, error);
  }
  emitAside(thread, 'MapStateSucceeded', frame.lastEventId);
  visit.decidedAfter = frame.lastEventId;
  const result = frame.children.map(({ output }) => output);
  limitedText(result, state.name);
  await leave(visit, state, result, { result });
}

async function integer(visit: Visit, template: Template | undefined, max: number): Promise<number> {
  return template === undefined ? 0 : evaluating(visit, evaluateInteger(template, scopeOf(visit), 0, max));
}

async function prepareIterations(visit: Visit<MapState>): Promise<Frame[]> {
  const { state, thread } = visit;
  const items = await evaluating(visit, stateItems(visit));
  emit(thread, 'MapStateStarted', { length: items.length });
  return items.map((Value, Index) => createFrame(state.processor, Value, thread.frame, { Index, Value }));
}

/** The items that the state itself gives. */
export async function stateItems(visit: Visit<MapState>): Promise<Json[]> {
  const { state, thread } = visit;
  if (state.items !== undefined) return evaluateAs('array', state.items, scopeOf(visit));
  const { input } = thread.frame;
  if (Array.isArray(input)) return input;
  throw new QueryError(`Map state input must be an array but was: ${JSON.stringify(input)}`);
}

function memberFor(visit: Visit<MapState>, iteration: Frame, run: RunMember): Member {
  const { state, thread } = visit;
  const { mapItem } = iteration;
  if (mapItem === undefined) throw new Error('an iteration without its item');
  const resumed = iteration.enteredEventId > 0;
  return {
    frame: iteration,
    start: (previousEventId) => {
      iteration.status = 'running';
      const details = { name: state.name, index: mapItem.Index };
      iteration.lastEventId = resumed
        ? thread.frame.lastEventId
        : emitAside(thread, 'MapIterationStarted', previousEventId, details);
    },
    run: async (iterationThread) => {
      if (!resumed) iteration.input = await selectItem(visit, iteration, mapItem);
      await run(iterationThread);
      return emitAside(iterationThread, 'MapIterationSucceeded', iteration.lastEventId, {
        name: state.name,
        index: mapItem.Index,
      });
    },
  };
}

async function selectItem(visit: Visit<MapState>, iteration: Frame, mapItem: MapItem): Promise<Json> {
  const { itemSelector, name } = visit.state;
  if (itemSelector === undefined) return mapItem.Value;
  try {
    const selected = await evaluate(itemSelector, scopeOf(visit, {}, mapItem));
    limitedText(selected, name);
    return selected;
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    visit.decidedAfter = iteration.lastEventId;
    const failure = evaluationFailed(visit, error);
    iteration.lastEventId = visit.thread.frame.lastEventId;
    throw failure.at(iteration.lastEventId);
  }
}
