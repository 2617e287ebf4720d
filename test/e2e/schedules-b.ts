// The shortest schedules of HAZARDS, part B: each loses data when one rule of the protocol is left out. They are
// staged on the product, which loses nothing, and on mutants without the rule, which do.

import { expect } from 'vitest';
import { taskFailures } from './harness.ts';
import { type Outcome, page, type Stage } from './one-item.ts';

/** Plays on the stage's item and tells what is left. */
export type Schedule = (stage: Stage) => Promise<Outcome>;

const DENIED = { when: 'before', error: 'AccessDeniedException', status: 400 } as const;
/** A request that lives a little shorter than the sagas' pauses: only a pause that is whole outlasts it. */
const IN_FLIGHT = { when: 'late', error: 'InternalServerError', lateSeconds: 14 } as const;
/** What the function of a stopped run can still do: it runs on to its time-out, and so does its last request. */
const AFTER_STOP = {
  write: { ...IN_FLIGHT, lateSeconds: 34 },
  put: { ...IN_FLIGHT, lateSeconds: 80 },
} as const;
/** The task has made its call, but its answer is lost. */
const CRASH = {
  service: 'lambda',
  operation: 'Invoke',
  error: 'Runtime.ExitError',
  match: 'WriteItem',
} as const;

/** B1: two identical updates; the second has put its object before the first one writes. */
export async function identicalUpdates(stage: Stage): Promise<Outcome> {
  await stage.commit('create', page('X'));
  const second = await stage.startHeld('update', page('Y'), 'WriteItem');
  await stage.commit('update', page('Y'));
  return stage.outcome(await stage.store.passUntilEnd(second));
}

/** B2: an update has put its object; its item is deleted before it writes. */
export async function deletedBeforeUpdate(stage: Stage): Promise<Outcome> {
  await stage.commit('create', page('X'));
  const update = await stage.startHeld('update', page('Y'), 'WriteItem');
  await stage.commit('delete');
  return stage.outcome(await stage.store.passUntilEnd(update));
}

/** B3: an update is planned on version 1 of an item; when it writes, another item is there, at version 1 too. */
export async function successorOfTheSameVersion(stage: Stage): Promise<Outcome> {
  await stage.commit('create', { attributes: { owner: 'first' }, ...page('X') });
  const update = await stage.startHeld('update', page('Y'), 'WriteItem');
  await stage.commit('delete');
  await stage.commit('create', {
    attributes: { owner: 'second' },
    largeAttributes: { page: { text: 'Z' }, picture: { base64: 'AAAA' } },
  });
  return stage.outcome(await stage.store.passUntilEnd(update));
}

/** B4: a create is applied but reported failed; its item is deleted before it is tried again. */
export async function deletedBeforeRetry(stage: Stage): Promise<Outcome> {
  stage.writeFault({ when: 'after', error: 'InternalServerError' });
  const create = await stage.start('create', page('X'));
  await create.until(taskFailures(1));
  await stage.commit('delete');
  return stage.outcome(await stage.store.passUntilEnd(create));
}

/** B5: a create's write is in flight; another create takes the key, for as long as the first one runs. */
export async function keyTakenMeanwhile(stage: Stage): Promise<Outcome> {
  stage.writeFault(IN_FLIGHT);
  const late = await stage.start('create', page('X'));
  await late.until(taskFailures(1));
  await stage.commit('create', page('Y'));

  const ended = await stage.store.passUntilEnd(late, 1);
  await stage.commit('delete');
  return stage.outcome(ended);
}

/** B5: the same, but the run is stopped and redriven instead of tried again. */
export async function keyTakenBeforeRedrive(stage: Stage): Promise<Outcome> {
  stage.writeFault(AFTER_STOP.write);
  const late = await stage.start('create', page('X'));
  await late.until(taskFailures(1));
  await stage.commit('create', page('Y'));
  await late.stop();
  await late.end();
  await late.redrive();

  const ended = await stage.store.passUntilEnd(late, 1);
  await stage.commit('delete');
  return stage.outcome(ended);
}

/** B6: a write is in flight for longer than it should be; its retry is refused. */
export async function refusedInDoubt(stage: Stage): Promise<Outcome> {
  stage.writeFault({ ...IN_FLIGHT, lateSeconds: 20 });
  stage.writeFault(DENIED);
  const create = await stage.start('create', page('X'));
  return stage.outcome(await stage.store.passUntilEnd(create, 1));
}

/** B6: the task crashes with its write in flight; the run is stopped and redriven, and refused before it lands. */
export async function crashedAndRefused(stage: Stage): Promise<Outcome> {
  stage.writeFault(IN_FLIGHT);
  stage.writeFault(DENIED);
  stage.fault({ ...CRASH, when: 'after' });
  const create = await stage.start('create', page('X'));
  await create.until(taskFailures(1));
  await create.stop();
  await create.end();
  await create.redrive();
  return stage.outcome(await stage.store.passUntilEnd(create, 1));
}

/** B6: the same, but the write has landed when the redriven run is refused. */
export async function crashedLandedAndRefused(stage: Stage): Promise<Outcome> {
  stage.fault({ ...CRASH, when: 'late', lateSeconds: 10 });
  const create = await stage.start('create', page('X'));
  await create.until(taskFailures(1));
  await create.stop();
  await create.end();
  await create.redrive();
  await create.until(taskFailures(2));
  stage.store.pass(12);
  await expect.poll(() => stage.item()).toBeDefined();
  stage.writeFault(DENIED);
  return stage.outcome(await stage.store.passUntilEnd(create));
}

/** B7: an update comes between the plan and the write of a delete. */
export async function updatedBeforeDelete(stage: Stage): Promise<Outcome> {
  await stage.commit('create', page('X'));
  const remove = await stage.startHeld('delete', {}, 'WriteItem');
  await stage.commit('update', page('Y'));
  return stage.outcome(await stage.store.passUntilEnd(remove));
}

/** B8: one put is refused while an attempt of the other is still in flight. */
export async function putInFlight(stage: Stage): Promise<Outcome> {
  const put = { service: 's3', operation: 'PutObject' } as const;
  stage.fault({ ...put, when: 'before', error: 'AccessDenied', status: 403, match: 'attr=picture' });
  stage.fault({ ...put, ...IN_FLIGHT, error: 'InternalError', match: 'attr=page' });
  const create = await stage.start('create', {
    largeAttributes: { page: { text: 'X' }, picture: { base64: 'AAAA' } },
  });
  return stage.outcome(await stage.store.passUntilEnd(create, 1));
}

/** B8: the run is stopped while its put is in flight, redriven, and the put is refused. */
export async function putInFlightAtRedrive(stage: Stage): Promise<Outcome> {
  const put = { service: 's3', operation: 'PutObject' } as const;
  stage.fault({ ...put, ...AFTER_STOP.put, error: 'InternalError' });
  stage.fault({ ...put, when: 'before', error: 'AccessDenied', status: 403 });
  const create = await stage.start('create', page('X'));
  await create.until(taskFailures(1));
  await create.stop();
  await create.end();
  await create.redrive();
  return stage.outcome(await stage.store.passUntilEnd(create, 10));
}

/** B8: an attempt of a put is in flight when the next one succeeds; the item is deleted once it is created. */
export async function putInFlightAtDelete(stage: Stage): Promise<Outcome> {
  stage.fault({ ...IN_FLIGHT, service: 's3', operation: 'PutObject', error: 'InternalError' });
  const create = await stage.start('create', page('X'));
  await create.until(taskFailures(1));
  const ended = await stage.store.passUntilEnd(create, 1);
  await stage.commit('delete');
  return stage.outcome(ended);
}

/** B11: arithmetic on `views`, 1 before, is applied but reported failed, more than once. */
export function arithmeticReportedFailed(input: object): Schedule {
  return async (stage) => {
    await stage.commit('create', { attributes: { views: 1, tags: ['a'] } });
    stage.writeFault({ when: 'after', error: 'InternalServerError', times: 3 });
    return stage.outcome(await stage.store.passUntilEnd(await stage.start('update', input)));
  };
}

/** Inputs of {@link arithmeticReportedFailed}: `views` grows by 5, and a tag is appended. */
export const ADD = { add: { views: 5 } };
export const EXPRESSION = {
  updateExpression: {
    expression: 'ADD #views :five SET tags = list_append(tags, :more)',
    names: { '#views': 'views' },
    values: { ':five': 5, ':more': ['b'] },
  },
};

const DAY_SECONDS = 24 * 60 * 60;

/** B9: a run is stopped with its object put; a sweep comes, at the end of the time in which it can be redriven. */
export async function sweptBeforeRedrive(stage: Stage): Promise<Outcome> {
  await stage.commit('create', page('X'));
  const update = await stage.startHeld('update', page('Y'), 'WriteItem');
  await update.stop();
  await update.end();
  stage.store.pass(14 * DAY_SECONDS - 60);
  await stage.sweep();
  await update.redrive();
  return stage.outcome(await stage.store.passUntilEnd(update));
}

/** B9: a run is still about to write when a sweep comes, which takes no object for too young. */
export async function sweptBeforeWrite(stage: Stage): Promise<Outcome> {
  const create = await stage.startHeld('create', page('X'), 'WriteItem');
  await stage.sweep();
  return stage.outcome(await stage.store.passUntilEnd(create));
}
