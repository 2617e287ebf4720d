// Random schedules from their start to an end, and what they leave in the explorer and on the local cloud.

import { referencedKeys } from '../../core/item/item.ts';
import { initialState } from '../../explorer/actors/initial.ts';
import type { Model } from '../../explorer/model/model.ts';
import { drive, type LocalEnd } from '../../explorer/on-local-cloud/drive.ts';
import { STANDSTILL } from '../../explorer/on-local-cloud/own-cloud.ts';
import { reordered } from '../../explorer/on-local-cloud/reorder.ts';
import { NotExpressible, scriptOf } from '../../explorer/on-local-cloud/script.ts';
import { isQuiet } from '../../explorer/promises/promises.ts';
import { type Replayed, replay } from '../../explorer/schedules/replay.ts';
import { stepsOf } from '../../explorer/search/steps.ts';
import { generator } from '../../explorer/search/walks.ts';
import { RUN_NAMES, storeAt } from '../../explorer/state/setting.ts';
import type { State } from '../../explorer/state/state.ts';
import { startLocalCloud } from '../../local/index.ts';

/** What is compared. */
export type End = Pick<LocalEnd, 'runs' | 'objects' | 'dangling' | 'orphans'>;

/** The first schedule from a seed on that has a fault in it and that the local cloud can follow. */
export async function expressible(model: Model, firstSeed: number): Promise<readonly string[]> {
  for (let seed = firstSeed; ; seed += 1) {
    const labels = await wholeWalk(model, seed);
    if (!labels.some((label) => /5xx|REFUSED|THROTTLED|STOPPED/.test(label))) continue;
    const { end } = await replay(model, labels);
    const order = await reordered(model, labels, (replayed) => replayed.end === end);
    try {
      scriptOf(model, order, (await replay(model, order)).states);
      return order;
    } catch (error) {
      if (!(error instanceof NotExpressible)) throw error;
    }
  }
}

async function wholeWalk(model: Model, seed: number): Promise<readonly string[]> {
  const random = generator(seed);
  const labels: string[] = [];
  let state: State = await initialState(model);
  for (;;) {
    const steps = await stepsOf(model, state);
    if (steps.length === 0 || (isQuiet(state) && state.redrivesLeft === 0)) return labels;
    const step = steps[Math.floor(random() * steps.length)] as (typeof steps)[number];
    labels.push(step.label);
    state = step.state;
  }
}

export async function endInExplorer(model: Model, labels: readonly string[]): Promise<End> {
  const { states } = (await replay(model, labels)) as Replayed;
  const { runs, items, objects } = states.at(-1) as State;
  const referenced = new Set(Object.values(items).flatMap((item) => [...referencedKeys(item, storeAt(0))]));
  const keys = Object.keys(objects).sort();
  const short = (key: string) => model.shortKey(key);
  return {
    runs: Object.fromEntries(
      runs.map(({ index, status, error }) => [RUN_NAMES[index], { status, error: error ?? undefined }]),
    ),
    objects: keys.map(short),
    dangling: [...referenced].filter((key) => !(key in objects)).map(short),
    orphans: keys.filter((key) => !referenced.has(key)).map(short),
  };
}

export async function endOnLocalCloud(
  assembly: string,
  model: Model,
  labels: readonly string[],
): Promise<End> {
  const cloud = await startLocalCloud({ assembly, timeScale: STANDSTILL, warmUp: false });
  try {
    const { item: _, ...end } = await drive(cloud, model, labels);
    return end;
  } finally {
    await cloud.stop();
  }
}
