// Distributed Map states: one child execution an item or batch of items, in a Map Run of their own.
// Source: "Using Map state in Distributed mode" in the Developer Guide; the events are those recorded on AWS.

import type { DistributedMapState } from '../definition/types.ts';
import {
  evaluate,
  evaluateInteger,
  evaluateNumber,
  QueryError,
  type Template,
} from '../expressions/template.ts';
import { limitedText, STATES, StateFailure } from '../failure.ts';
import type { Json } from '../json.ts';
import { MAX_DATA_BYTES } from '../limits.ts';
import { type Batching, batchesOf } from '../map-run/batches.ts';
import { exportedResults } from '../map-run/export.ts';
import { type ItemSource, readItems } from '../map-run/items.ts';
import type { MapRunSettings, Results } from '../map-run/map-run.ts';
import { stateResults } from '../map-run/results.ts';
import type { MapRunControl } from './frame.ts';
import { stateItems } from './maps.ts';
import { emit, emitAside, outside } from './thread.ts';
import { evaluating, leave, placeOf, scopeOf, type Visit } from './visit.ts';

type MapVisit = Visit<DistributedMapState>;

/** One attempt: a Map Run of its own, or after a redrive what is left of the one before. */
export async function attemptDistributedMap(visit: MapVisit): Promise<void> {
  const { state, thread } = visit;
  const { frame } = thread;
  const mapRun = frame.mapRun?.redrivable ? redrive(visit, frame.mapRun) : await begin(visit);
  const result = await run(visit, mapRun);
  const succeeded = emitAside(thread, 'MapRunSucceeded', frame.lastEventId);
  emitAside(thread, 'MapStateSucceeded', succeeded);
  // Recorded since November 2024, the year of JSONata: what comes next follows MapRunStarted. Before, MapRunSucceeded.
  visit.decidedAfter = frame.lastEventId;
  limitedText(result, state.name);
  await leave(visit, state, result, { result });
}

/** @throws {StateFailure} with its event written */
async function run({ thread }: MapVisit, mapRun: MapRunControl): Promise<Json> {
  try {
    return await outside(thread, mapRun.runToEnd(thread.signal));
  } catch (error) {
    if (error instanceof StateFailure) {
      emit(thread, 'MapRunFailed', { error: error.error, cause: error.reason });
    }
    throw error;
  }
}

function redrive({ thread }: MapVisit, mapRun: MapRunControl): MapRunControl {
  mapRun.redrive();
  emit(thread, 'MapRunRedriven', { mapRunArn: mapRun.arn, redriveCount: mapRun.redriveCount });
  return mapRun;
}

/** Evaluates the state's fields and starts its Map Run. Items are read later, as they are needed. */
async function begin(visit: MapVisit): Promise<MapRunControl> {
  const { thread } = visit;
  const { mapRuns, dispatch } = thread.run;
  const { distribution, name } = visit.state;
  const settings = await settingsOf(visit);
  const source = await sourceOf(visit);
  const items = source === undefined ? await evaluating(visit, stateItems(visit)) : undefined;
  const batching = await batchingOf(visit);
  const origin = mapRuns.originOf(visit.state);
  const results = await resultsOf(visit, origin.arn.split(':').at(-1) ?? '');
  emit(thread, 'MapStateStarted', { length: items?.length ?? 0 });
  emit(thread, 'MapRunStarted', { mapRunArn: origin.arn });
  const read = source === undefined ? (items ?? []) : readItems(source, dispatch);
  const batches = batchesOf(selected(visit, read), batching, name);
  const count = items?.length ?? 0;
  const expected = { items: count, executions: distribution.batcher === undefined ? count : 0 };
  const mapRun = mapRuns.begin(visit.state, origin, settings, { batches, expected, results });
  thread.frame.mapRun = mapRun;
  return mapRun;
}

async function settingsOf(visit: MapVisit): Promise<MapRunSettings> {
  const { maxConcurrency, toleratedFailureCount, toleratedFailurePercentage } = visit.state;
  const scope = scopeOf(visit);
  return {
    maxConcurrency: (await integer(visit, maxConcurrency)) ?? 0,
    toleratedFailureCount: await integer(visit, toleratedFailureCount),
    toleratedFailurePercentage:
      toleratedFailurePercentage &&
      (await evaluating(visit, evaluateNumber(toleratedFailurePercentage, scope, 0, 100))),
  };
}

/** Undefined where the items are the state's own. */
async function sourceOf(visit: MapVisit): Promise<ItemSource | undefined> {
  const { reader } = visit.state.distribution;
  if (reader === undefined) return undefined;
  const args = reader.arguments && (await evaluating(visit, evaluate(reader.arguments, scopeOf(visit))));
  const maxItems = await integer(visit, reader.maxItems, Number.MIN_SAFE_INTEGER);
  return { format: reader.format, arguments: args ?? {}, maxItems: maxItems ?? 0 };
}

async function batchingOf(visit: MapVisit): Promise<Batching | undefined> {
  const { batcher } = visit.state.distribution;
  if (batcher === undefined) return undefined;
  return {
    maxItems: await integer(visit, batcher.maxItems, 1),
    maxBytes: await integer(visit, batcher.maxBytes, 1, MAX_DATA_BYTES),
    input: batcher.input && (await evaluating(visit, evaluate(batcher.input, scopeOf(visit)))),
  };
}

async function resultsOf(visit: MapVisit, id: string): Promise<Results> {
  const { name, distribution } = visit.state;
  const { writer } = distribution;
  if (writer.destination === undefined) return stateResults(writer.transformation, name);
  const destination = await evaluating(visit, evaluate(writer.destination, scopeOf(visit)));
  return exportedResults(writer, destination, id, visit.thread.run.dispatch);
}

/** The items as ItemSelector makes them. An expression that fails is told by the Map Run's failure alone. */
async function* selected(visit: MapVisit, items: Iterable<Json> | AsyncIterable<Json>): AsyncGenerator<Json> {
  const { itemSelector } = visit.state;
  let index = 0;
  for await (const Value of items) {
    yield itemSelector === undefined ? Value : await select(visit, itemSelector, { Index: index, Value });
    index += 1;
  }
}

async function select(
  visit: MapVisit,
  selector: Template,
  item: { readonly Index: number; readonly Value: Json },
): Promise<Json> {
  try {
    return await evaluate(selector, scopeOf(visit, {}, item));
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    throw new StateFailure(STATES.queryEvaluationError, `${placeOf(visit)} ${error.message}`);
  }
}

async function integer(
  visit: MapVisit,
  template: Template | undefined,
  min = 0,
  max = Number.MAX_SAFE_INTEGER,
): Promise<number | undefined> {
  return template && evaluating(visit, evaluateInteger(template, scopeOf(visit), min, max));
}
