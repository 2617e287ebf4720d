// What must hold in every state, and at every end.

import { referencedKeys } from '../../core/item/item.ts';
import { parseObjectKey } from '../../core/keys/object-key.ts';
import { isRunOf } from '../../core/saga/settle.ts';
import type { SweptStore } from '../../core/sweep/named-object.ts';
import type { Item } from '../../core/values/attributes.ts';
import { OVER } from '../actors/actors.ts';
import type { Model } from '../model/model.ts';
import { isDeferred } from '../model/show.ts';
import { DAY_MS, START, storeAt } from '../state/setting.ts';
import { idOf } from '../state/slots.ts';
import type { Run, State } from '../state/state.ts';
import { whatGoesOn } from '../world/executions.ts';

/** The promises that a state breaks, in words. */
export function brokenPromises(model: Model, state: State): readonly string[] {
  return [
    ...state.problems,
    ...Object.entries(state.items).flatMap(([place, item]) => brokenPointers(model, state, place, item)),
    ...state.runs.flatMap((run) => brokenByRun(model, state, run)),
  ];
}

/** No pointer at nothing, nor at other content than its key promises. */
function brokenPointers(model: Model, state: State, place: string, item: Item): string[] {
  const mayDangle = model.configuration.danglingAllowed?.includes(place.split('/').pop() ?? '') ?? false;
  return mayDangle ? [] : referencesOf(item).flatMap((key) => brokenPointer(model, state, key));
}

function brokenPointer(model: Model, state: State, key: string): string[] {
  // What a foreign program made up; nothing of ours put it.
  if (key.endsWith('md5=x')) return [];
  const short = model.shortKey(key);
  const object = state.objects[key];
  const broken: string[] = [];
  if (object === undefined) broken.push(`dangling: the item points at ${short}`);
  else {
    const digest = /sha256=([0-9a-f]{64})/.exec(key)?.[1];
    if (digest !== undefined && model.texts.get(digest) !== object.text)
      broken.push(`wrong content at ${short}`);
  }
  if (state.claims.includes(key)) broken.push(`fsck called ${short} an orphan, and it is referenced`);
  return broken;
}

/** No write takes effect twice; what a run's end says of its write is true. */
function brokenByRun(model: Model, state: State, run: Run): string[] {
  const name = model.nameOf(run);
  const effects = effectsOf(model, state, run);
  const broken: string[] = [];
  if (effects > 1) broken.push(`${name} took effect ${effects} times`);
  const hadNothingToDo =
    model.writeOf(run).operation === 'delete' && state.absences[model.slotOf(run).write] === 1;
  if (run.status === 'SUCCEEDED' && effects === 0 && !hadNothingToDo) {
    broken.push(`${name} SUCCEEDED and never took effect`);
  }
  if (run.status === 'FAILED' && effects > 0 && isNotWritten(run))
    broken.push(`${name} ${run.error} and took effect`);
  if (model.writeOf(run).client !== undefined && /StagedObjectMissing|InvalidInput/.test(run.error ?? '')) {
    broken.push(`${name} ${run.error}: what its client staged was taken away`);
  }
  return broken;
}

/** How often a write took effect; what was undone unseen does not count, unless the configuration is about that limit. */
function effectsOf(model: Model, { effects, undone }: State, run: Run): number {
  // It is asked about all executions of the name.
  if (isSettling(run)) {
    const all = model.lanesOf(run).map((index) => effects[model.slotOf({ index }).effect] ?? 0);
    return Math.max(...all);
  }
  const effect = model.effectOf(run);
  const forgiven = model.configuration.undoneCounts ? 0 : (undone[effect] ?? 0);
  return (effects[effect] ?? 0) - forgiven;
}

function isNotWritten({ error = '' }: Run): boolean {
  return /^(Rejected|RolledBack)/.test(error);
}

/** Whether nothing is under way: whatever may still happen, this can be the end. */
export function isQuiet({ runs, stream, actors }: State): boolean {
  const settled = runs.every(
    ({ status, late, old }) => status !== 'RUNNING' && late.length + old.length === 0,
  );
  return (
    settled && stream.length === 0 && actors.every(({ invocation, step }) => !invocation || step === OVER)
  );
}

/**
 * What an end leaves behind: nothing, unless a run has not come to a proper end; and what there is the sweeper collects.
 */
export async function brokenAtEnd(model: Model, state: State): Promise<readonly string[]> {
  const orphans = orphansOf(state);
  const broken: string[] = [];
  if (!isExcused(model, state)) {
    const left = orphans.map((key) => model.shortKey(key)).join(' ');
    if (orphans.length > 0) broken.push(`residue: {${left}} though every run ended properly`);
    if (state.uploads.length > 0) broken.push('residue: an unfinished multipart upload');
  }
  const settled = leftBySettled(model, state, orphans);
  if (settled.length > 0) {
    broken.push(`left by what settles: {${settled.map((key) => model.shortKey(key)).join(' ')}}`);
  }
  const forever =
    orphans.length > 0 && !model.configuration.nobodyComesAfter
      ? await neverCollected(model, state, orphans)
      : [];
  if (forever.length > 0) {
    broken.push(`the sweeper never collects {${forever.map((key) => model.shortKey(key)).join(' ')}}`);
  }
  return [...broken, ...state.runs.flatMap((run) => brokenEnd(model, run))];
}

/** What only some configurations promise of how their runs end. */
function brokenEnd(model: Model, run: Run): string[] {
  const { ends } = model.configuration;
  const { status, error, frame } = run;
  if (ends === 'known' && error === 'OutcomeUnknown') {
    return [`${model.nameOf(run)} is OutcomeUnknown, though nobody else wrote the item`];
  }
  const isStuck = status === 'FAILED' && frame.phase === 'failed';
  return ends === 'unstuck' && isStuck ? [`${model.nameOf(run)} is stuck at ${frame.at}`] : [];
}

/** Runs that were stopped, are stuck, of unknown outcome, or have put off their clean-up leave it to the sweeper. */
function isExcused(model: Model, state: State): boolean {
  const { residueAllowed, nobodyComesAfter } = model.configuration;
  if (nobodyComesAfter) return false;
  return (
    residueAllowed === true ||
    state.runs.some((run) => !isAnsweredFor(model, state, run) && leavesSomething(run))
  );
}

function leavesSomething(run: Run): boolean {
  return run.status === 'ABORTED' || isDeferred(run) || (run.status === 'FAILED' && !isNotWritten(run));
}

/** What an Express run has left, the execution cleans up that goes on with it. */
function isAnsweredFor(model: Model, state: State, run: Run): boolean {
  if (model.slotOf(run).lane !== 'express') return false;
  const other = whatGoesOn(model, state, run);
  return other !== undefined && hasEnded(other) && !isSettling(other) && other.continues === run.index;
}

/** Whoever settles an Express run deletes what that has put and nothing needs, whatever the conclusion, unless another is to do so. */
function leftBySettled(model: Model, state: State, orphans: readonly string[]): readonly string[] {
  const settled = state.runs.filter((run) => isSettling(run) && hasEnded(run));
  const writes = settled.map((run) => model.slotOf(run).write);
  const others = state.runs.filter((run) => !writes.includes(model.slotOf(run).write));
  if (others.some(leavesSomething)) return [];
  return orphans.filter((key) =>
    settled.some((run) => {
      const { operation } = model.writeOf(run);
      return isRunOf(parseObjectKey(storeAt(0), key)?.run, operation, idOf(model.slotOf(run).write));
    }),
  );
}

function isSettling({ input }: Run): boolean {
  return (input as { settles?: unknown } | undefined)?.settles !== undefined;
}

function hasEnded({ status, frame }: Run): boolean {
  return status === 'SUCCEEDED' || (status === 'FAILED' && frame.phase !== 'failed');
}

const LONG_AFTER = START + 400 * DAY_MS;

/** By the rules of the store's own sweeper, long after. */
async function neverCollected(
  model: Model,
  state: State,
  orphans: readonly string[],
): Promise<readonly string[]> {
  const gone = new Set<string>();
  const store: SweptStore = { ...storeAt(0), reportPrefix: 'sweeps' };
  const objects = orphans.map((key) => ({ key, size: 1, lastModified: START }));
  const batch = { objects, dryRun: false, legacy: true, cutoff: LONG_AFTER - DAY_MS, now: LONG_AFTER };
  await model.product.sweepBatch(batch, store, {
    referenced: async (named) => {
      const referenced = new Set(Object.values(state.items).flatMap(referencesOf));
      return new Set(named.map(({ key }) => key).filter((key) => referenced.has(key)));
    },
    describe: async () => undefined,
    remove: async (keys) => {
      for (const key of keys) gone.add(key);
      return new Map();
    },
  });
  return orphans.filter((key) => !gone.has(key) && key.startsWith(`${store.prefix}/`));
}

function orphansOf(state: State): readonly string[] {
  const referenced = new Set(Object.values(state.items).flatMap(referencesOf));
  return Object.keys(state.objects).filter((key) => !key.startsWith('staging') && !referenced.has(key));
}

const references = new WeakMap<Item, readonly string[]>();

function referencesOf(item: Item): readonly string[] {
  const known = references.get(item);
  if (known !== undefined) return known;
  const keys = [...referencedKeys(item, storeAt(0))];
  references.set(item, keys);
  return keys;
}
