// Every step that can be taken in a state.

import { actorSteps } from '../actors/actors.ts';
import { branchSteps, callSteps } from '../faults/calls.ts';
import { runSteps, stopSteps } from '../faults/runs.ts';
import { advance } from '../machine/advance.ts';
import { branchOf } from '../machine/states.ts';
import type { Model } from '../model/model.ts';
import { type Call, framesOf, type Run, type State, type Step } from '../state/state.ts';

export async function stepsOf(model: Model, state: State): Promise<readonly Step[]> {
  return told(await possible(model, state));
}

/** Steps of one state have labels of their own, so that a schedule can be followed by its labels. */
function told(steps: readonly Step[]): readonly Step[] {
  const times = new Map<string, number>();
  return steps.map((step) => {
    const time = (times.get(step.label) ?? 0) + 1;
    times.set(step.label, time);
    return time === 1 ? step : { ...step, label: `${step.label} [${time}]` };
  });
}

async function possible(model: Model, state: State): Promise<readonly Step[]> {
  for (const run of model.product.sharesKeys ? [] : state.runs) {
    const first = await stepsNobodySees(model, state, run);
    if (first !== undefined) return first;
  }
  const steps: Step[] = [];
  for (const run of state.runs) {
    steps.push(...(await callsOf(model, state, run)));
    steps.push(...(await runSteps(model, state, run)));
    steps.push(...(await stopSteps(model, state, run)));
  }
  for (const number of state.actors.keys()) steps.push(...(await actorSteps(model, state, number)));
  return steps;
}

/**
 * A call that concerns nobody else goes first: no order of it matters. Those are puts and copies below the run's own keys, and
 * looks at what is staged, while nothing of the run is in flight; and a task that makes no call at all.
 */
async function stepsNobodySees(model: Model, state: State, run: Run): Promise<readonly Step[] | undefined> {
  if (run.status !== 'RUNNING') return undefined;
  if (run.frame.phase === 'entering') {
    return [{ label: `${model.nameOf(run)} begins`, state: await advance(model, state, run.index) }];
  }
  const branch = branchOf(run.frame);
  if (branch !== undefined) {
    return [...(await branchSteps(model, state, run.index, branch)), ...(await stopSteps(model, state, run))];
  }
  if (run.old.length + run.late.length > 0) return undefined;
  for (const [kid, { phase, invocation }] of framesOf(run)) {
    const unseen = (call: Call) => isUnseen(call, sharesStaged(model));
    const call = phase === 'invoking' ? invocation?.pending.find(unseen) : undefined;
    if (call === undefined) continue;
    return [
      ...(await callSteps(model, state, run.index, kid, call)),
      ...(await stopSteps(model, state, run)),
    ];
  }
  return undefined;
}

const UNSEEN = new Set([
  'PutObject',
  'CopyObject',
  'CreateMultipartUpload',
  'UploadPartCopy',
  'CompleteMultipartUpload',
  'ListParts',
  'ListMultipartUploads',
]);

function isUnseen({ name, input }: Call, isStagedShared: boolean): boolean {
  const looksAtStaged = /^(Head|Get)Object$/.test(name) && String(input.Key).startsWith('staging/');
  if (isStagedShared && (looksAtStaged || 'CopySource' in input)) return false;
  return UNSEEN.has(name) || looksAtStaged;
}

/** Whether others may take a staged object away: a client, or the clean-up of another run that was given the same. */
function sharesStaged({ configuration: { writes } }: Model): boolean {
  const names = writes.flatMap(({ large = {} }) =>
    Object.values(large).flatMap((value) => (typeof value === 'string' ? [] : [value.staged])),
  );
  return new Set(names).size < names.length || writes.some(({ client }) => client !== undefined);
}

async function callsOf(model: Model, state: State, run: Run): Promise<Step[]> {
  if (run.status !== 'RUNNING') return [];
  const steps: Step[] = [];
  for (const [kid, { phase, invocation }] of framesOf(run)) {
    if (phase !== 'invoking') continue;
    for (const call of invocation?.pending ?? []) {
      steps.push(...(await callSteps(model, state, run.index, kid, call)));
    }
  }
  return steps;
}
