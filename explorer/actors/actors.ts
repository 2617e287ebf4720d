// Whoever is about beside the runs: sweeps, readers, fsck, the stream's consumer, clients. Each runs the product's own code, one
// call at a time.

import type { Finding } from '../../audit/fsck/index.ts';
import { EXPRESS_SECONDS } from '../../core/errors/limits.ts';
import { EXPRESS_OVER_SECONDS } from '../../core/saga/waits.ts';
import { TIMEOUT, withLate } from '../faults/calls.ts';
import { sizeOf } from '../model/inputs.ts';
import type { Model } from '../model/model.ts';
import { DAY_MS, itemKey, itemPlace, START, storeAt } from '../state/setting.ts';
import {
  type Actor,
  type Call,
  type Invocation,
  type State,
  type Step,
  type StoredObject,
  type StreamRecord,
  spendFault,
  withActor,
} from '../state/state.ts';
import { sweepTime } from '../world/executions.ts';
import { outcomeText, perform } from '../world/perform.ts';
import { seenText, snapshotOf } from '../world/snapshot.ts';
import { clientSteps } from './clients.ts';
import { pageSteps } from './pages.ts';
import { programSteps } from './programs.ts';
import { settlerSteps } from './settler.ts';

/** Step of an actor that has done what it had to do. */
export const OVER = 2;

export async function actorSteps(model: Model, state: State, number: number): Promise<Step[]> {
  const actor = state.actors[number] as Actor;
  if (actor.kind === 'program') return programSteps(model, state, number, actor);
  if (actor.kind === 'client') return clientSteps(model, state, number, actor);
  if (actor.kind === 'settler') return settlerSteps(model, state, number, actor);
  if (actor.kind === 'page') return pageSteps(model, state, number, actor);
  if (actor.invocation !== undefined) return goOn(model, state, number, actor, actor.invocation);
  return actor.step === 0 ? begin(model, state, number, actor) : [];
}

async function begin(model: Model, state: State, number: number, actor: Actor): Promise<Step[]> {
  switch (actor.kind) {
    case 'sweep':
      return beginSweep(model, state, number, actor);
    case 'read': {
      const invocation = await model
        .codeOf(0)
        .invoke(model.product.reader, { store: storeAt(0), id: 'k' }, START);
      const memory = [snapshotOf(model, state.items[itemPlace(storeAt(0).table, 'k')])];
      const begun = withActor(state, number, { ...actor, invocation, step: 1, memory });
      return [{ label: 'read: begins', state: begun }];
    }
    case 'fsck': {
      if (mayBeOnTheirWay(model, state)) return [];
      const invocation = await model.codeOf(0).invoke('Fsck', { store: storeAt(0) }, sweepTime(model));
      return [{ label: 'fsck: begins', state: withActor(state, number, { ...actor, invocation, step: 1 }) }];
    }
    default:
      return beginCleanUp(model, state, number, actor);
  }
}

async function beginSweep(model: Model, state: State, number: number, actor: Actor): Promise<Step[]> {
  const store = model.configuration.sweepOf ?? 0;
  const keys = Object.keys(state.objects).filter((key) => key.startsWith(`${storeAt(store).prefix}/`));
  if (keys.length === 0) return [];
  const items = keys.sort().map((Key) => ({
    Key,
    Size: sizeOf((state.objects[Key] as StoredObject).text) && 1,
    LastModified: START / 1000,
  }));
  if (mayBeOnTheirWay(model, state)) return [];
  const now = sweepTime(model);
  const { graceDays = 1 } = model.configuration;
  const event = {
    items,
    dryRun: false,
    legacy: false,
    cutoff: new Date(now - graceDays * DAY_MS).toISOString(),
    now: new Date(now).toISOString(),
  };
  const invocation = await model.codeOf(store).invoke('FindOrphans', event, now);
  const label = `sweep: lists {${keys.map((key) => model.shortKey(key)).join(' ')}}`;
  return [{ label, state: withActor(state, number, { ...actor, invocation, step: 1 }) }];
}

/** By the time of a sweep, or of fsck, an Express run has ended; and by a later one its functions have, and what they had sent. */
function mayBeOnTheirWay(model: Model, { runs }: State): boolean {
  const passedMs = sweepTime(model) - START;
  return runs.some((run) => {
    if (model.slotOf(run).lane !== 'express') return false;
    const isBusy = passedMs >= EXPRESS_OVER_SECONDS * 1000 && run.late.length + run.old.length > 0;
    return (passedMs >= EXPRESS_SECONDS * 1000 && run.status === 'RUNNING') || isBusy;
  });
}

/** The stream hands over its oldest record, or all. */
async function beginCleanUp(model: Model, state: State, number: number, actor: Actor): Promise<Step[]> {
  if (state.stream.length === 0) return [];
  const steps: Step[] = [];
  for (const count of new Set([1, state.stream.length])) {
    const records = state.stream.slice(0, count);
    const invocation = await model.codeOf(0).invoke('CleanUp', { Records: records.map(recordOf) }, START);
    const left = { ...state, stream: state.stream.slice(count) };
    const begun = withActor(left, number, { ...actor, invocation, memory: records });
    steps.push({
      label: `stream: gets ${count} record(s)`,
      state: invocation.result === undefined ? begun : left,
    });
  }
  return steps;
}

function recordOf({ before, after }: StreamRecord, number: number): object {
  const images = { OldImage: before, ...(after !== undefined && { NewImage: after }) };
  return { dynamodb: { SequenceNumber: String(number), Keys: itemKey('k'), ...images } };
}

async function goOn(
  model: Model,
  state: State,
  number: number,
  actor: Actor,
  invocation: Invocation,
): Promise<Step[]> {
  const code = model.codeOf(actor.kind === 'sweep' ? model.configuration.sweepOf : 0);
  const steps: Step[] = [];
  for (const call of invocation.pending) {
    const what = `${actor.kind}: ${model.describe(call)}`;
    const done = perform(model, state, undefined, call);
    const next = await code.answer(invocation, call.at, done.answer);
    steps.push({
      label: `${what} -> ${outcomeText(done)}`,
      state: after(done.state, number, actor, next),
    });
    const mayFail = state.faultsLeft > 0 && call.name === 'DeleteObjects' && model.kinds.has('late');
    if (mayFail && actor.kind === 'stream') {
      const failed = await code.answer(invocation, call.at, TIMEOUT);
      steps.push({ label: `${what} fails`, state: after(spendFault(state), number, actor, failed) });
    }
    if (mayFail && actor.kind === 'sweep' && state.runs[0] !== undefined) {
      steps.push({
        label: `${what} IN FLIGHT, the task dies`,
        state: dieInFlight(model, state, number, call),
      });
    }
  }
  return steps;
}

/** A sweep's task dies, and its request lands at any time: it is kept with the first run, for want of an owner. */
function dieInFlight(model: Model, state: State, number: number, call: Call): State {
  const dead = withActor(spendFault(state), number, { kind: 'sweep', step: OVER });
  return withLate(model, dead, 0, call, (state.runs[0]?.clock ?? 0) + ANY_TIME_MS);
}
const ANY_TIME_MS = 1e9;

/** The actor with what has become of its invocation. */
function after(state: State, number: number, actor: Actor, invocation: Invocation): State {
  if (invocation.result === undefined) return withActor(state, number, { ...actor, invocation });
  const { result } = invocation;
  const over: Actor = { kind: actor.kind, step: OVER };
  switch (actor.kind) {
    case 'read':
      return withActor(
        { ...state, problems: [...state.problems, ...readProblems(actor, result)] },
        number,
        over,
      );
    case 'fsck':
      return withActor(fscked(state, result), number, over);
    case 'sweep': {
      const problems = 'ok' in result ? [] : [`sweep: ${result.name} ${result.message}`];
      return withActor({ ...state, problems: [...state.problems, ...problems] }, number, over);
    }
    default: {
      const records = (actor.memory ?? []) as readonly StreamRecord[];
      const isKept =
        'ok' in result && (result.ok as { batchItemFailures: unknown[] }).batchItemFailures.length > 0;
      const stream = isKept ? [...records, ...state.stream] : state.stream;
      return withActor({ ...state, stream }, number, { kind: 'stream', step: 0 });
    }
  }
}

/** A reader's answer is the item as it was at some time during its read. */
function readProblems({ memory = [] }: Actor, result: NonNullable<Invocation['result']>): string[] {
  if (!('ok' in result)) {
    return result.name === 'ReadContended' ? [] : [`reader: ${result.name}: ${result.message.slice(0, 80)}`];
  }
  const got = result.ok as { views: string; large: Readonly<Record<string, string>> } | null;
  const large = Object.fromEntries(Object.entries(got?.large ?? {}).sort());
  const seen = got === null ? 'null' : seenText(got.views, large);
  return memory.includes(seen) ? [] : [`torn read: got ${seen}, the item was ${memory.join(' | ')}`];
}

/** fsck's findings of loss must be true: there is none; what it calls an orphan must stay one. */
function fscked(state: State, result: NonNullable<Invocation['result']>): State {
  if (!('ok' in result)) {
    return { ...state, problems: [...state.problems, `fsck: ${result.name} ${result.message}`] };
  }
  const findings = result.ok as readonly (Finding & { readonly objectKey?: string })[];
  const alarms = findings.filter(({ kind }) => kind === 'dangling' || kind === 'wrong-content');
  const orphans = findings.flatMap(({ kind, objectKey }) =>
    kind === 'orphan' && objectKey ? [objectKey] : [],
  );
  return {
    ...state,
    claims: [...state.claims, ...orphans],
    problems: [...state.problems, ...alarms.map(({ kind }) => `fsck false alarm: ${kind}`)],
  };
}
