// The shortest schedules of HAZARDS, part C: what takes long, other programs, and functions that run on.

import { expect } from 'vitest';
import { type Run, taskFailures } from './harness.ts';
import { stageLarge } from './large-copies.ts';
import { type Outcome, page, type Stage } from './one-item.ts';

/** Longer than a write's token lives. */
const PAST_THE_TOKEN = 11 * 60;

/** A write that is applied, and whose answer is lost; the run is stopped before it asks again. */
export async function appliedAndStopped(
  stage: Stage,
  operation: 'create' | 'update' | 'delete',
  input: object = {},
): Promise<Run> {
  stage.writeFault({ when: 'after', error: 'InternalServerError' });
  const run = await stage.start(operation, input);
  await run.until(taskFailures(1));
  await run.stop();
  await run.end();
  return run;
}

/** The same of a write that is not applied. */
export async function refusedAndStopped(
  stage: Stage,
  operation: 'create' | 'update' | 'delete',
  input: object = {},
): Promise<Run> {
  stage.writeFault({ when: 'before', error: 'InternalServerError' });
  const run = await stage.start(operation, input);
  await run.until(taskFailures(1));
  await run.stop();
  await run.end();
  return run;
}

/** The run is redriven when its token is forgotten, and goes on to its end. */
export async function redrivenLate(stage: Stage, run: Run): Promise<Outcome> {
  stage.store.pass(PAST_THE_TOKEN);
  await run.redrive();
  return stage.outcome(await stage.store.passUntilEnd(run));
}

/** C1: an update is applied, then another program saves the whole item as it read it before. */
export function savedAgain(
  input: object,
  { cleanedUp, dropsSaga = false }: { readonly cleanedUp: boolean; readonly dropsSaga?: boolean },
) {
  return async (stage: Stage): Promise<Outcome> => {
    await stage.commit('create', { attributes: { views: 1 }, ...page('X') });
    const { _saga, ...plain } = (await stage.item()) ?? {};
    const before = dropsSaga || _saga === undefined ? plain : { ...plain, _saga };
    if (dropsSaga) await stage.store.putForeign(before);
    const update = await appliedAndStopped(stage, 'update', { ...page('Y'), ...input });
    const own = (await stage.objects()).filter((key) => key.includes('/update.'));
    await stage.store.putForeign(before);
    // What the stream's consumer does, or an operator's sweep.
    if (cleanedUp) await Promise.all(own.map((key) => stage.store.deleteObject(key)));
    return redrivenLate(stage, update);
  };
}

/** C2: a delete of an item without `_saga` is applied; a program creates the key anew. */
export async function createdAnewByAProgram(stage: Stage): Promise<Outcome> {
  await stage.store.putForeign({ ...stage.typedKey, title: { S: 'old' } });
  const remove = await appliedAndStopped(stage, 'delete');
  await stage.store.putForeign({ ...stage.typedKey, title: { S: 'new' } });
  return redrivenLate(stage, remove);
}

/** C3: a delete is not applied; a program saves the item without its `_saga`. */
export async function sagaDropped(stage: Stage): Promise<Outcome> {
  await stage.commit('create', page('X'));
  const remove = await refusedAndStopped(stage, 'delete');
  const { _saga: _, ...plain } = (await stage.item()) ?? {};
  await stage.store.putForeign({ ...stage.typedKey, ...plain });
  return redrivenLate(stage, remove);
}

/** What Step Functions gets when it loses a function, which runs on. */
const LOST = {
  service: 'lambda',
  operation: 'Invoke',
  when: 'late',
  error: 'ServiceException',
} as const;

/** C4: the function of a create's write is lost; another create holds the key until the run has ended. */
export async function writeLost(stage: Stage): Promise<Outcome> {
  stage.fault({ ...LOST, match: 'WriteItem', lateSeconds: 30 });
  const lost = await stage.start('create', page('X'));
  await lost.until(taskFailures(1));
  await stage.commit('create', page('Y'));
  const ended = await stage.store.passUntilEnd(lost, 1);
  await stage.commit('delete');
  return stage.outcome(ended);
}

const REFUSED = {
  service: 's3',
  operation: 'PutObject',
  when: 'before',
  error: 'AccessDenied',
  status: 403,
} as const;
const WITH_PICTURE = { picture: { base64: 'AAAA' } };

/** C4: the function of a put is lost; another put is refused. */
export async function putLost(stage: Stage): Promise<Outcome> {
  stage.fault({ ...LOST, match: '"attribute":"page"', lateSeconds: 75 });
  stage.fault({ ...REFUSED, match: 'attr=picture' });
  const create = await stage.start('create', { largeAttributes: { page: { text: 'X' }, ...WITH_PICTURE } });
  return stage.outcome(await stage.store.passUntilEnd(create, 5));
}

/** C5: S3 does not answer for a copy, and makes it minutes later; another put is refused. */
export async function copyUnanswered(stage: Stage): Promise<Outcome> {
  const { largeAttributes } = await stageLarge(stage.store, `staging/${stage.key.id}`, 1);
  stage.fault({
    service: 's3',
    operation: 'CopyObject',
    when: 'late',
    error: 'ECONNRESET',
    lateSeconds: 290,
  });
  stage.fault({ ...REFUSED, match: 'attr=picture' });
  const create = await stage.start('create', { largeAttributes: { ...largeAttributes, ...WITH_PICTURE } });
  return stage.outcome(await stage.store.passUntilEnd(create, 10));
}

/** C6: the beginning of a multipart upload is not answered, and takes effect while the run waits for its puts to settle. */
export async function uploadUnanswered(stage: Stage): Promise<Outcome> {
  const { largeAttributes } = await stageLarge(stage.store, `staging/${stage.key.id}`, 3);
  const begin = { service: 's3', operation: 'CreateMultipartUpload' } as const;
  stage.fault({ ...begin, when: 'late', error: 'ECONNRESET', lateSeconds: 100 });
  const create = await stage.start('create', { largeAttributes });
  return stage.outcome(await stage.store.passUntilEnd(create, 10));
}

/** C7: all attempts of a create are refused in doubt, and none is applied. */
export async function neverTaken(stage: Stage, input: object = page('X')): Promise<Run> {
  stage.writeFault({ when: 'before', error: 'InternalServerError', times: 'always' });
  const create = await stage.start('create', input);
  expect(await stage.store.passUntilEnd(create)).toMatchObject({ status: 'FAILED', error: 'WriteInDoubt' });
  stage.store.cloud.faults.clear();
  return create;
}

/** C9: a write is throttled, as often as said, and refused then. */
export function throttledAndRefused(times: number) {
  return async (stage: Stage): Promise<Outcome> => {
    stage.writeFault({ when: 'before', error: 'ThrottlingException', status: 400, times });
    stage.writeFault({ when: 'before', error: 'AccessDeniedException', status: 400, times: 'always' });
    const create = await stage.start('create', page('X'));
    return stage.outcome(await stage.store.passUntilEnd(create, 1));
  };
}

/**
 * C10: a create is applied, and its item deleted but not cleaned up; the create, redriven late, is made once more while an update
 * that was planned on the first item is about to write.
 */
export async function createdOnceMore(
  stage: Stage,
): Promise<{ created: Outcome['ended']; updated: Outcome }> {
  const create = await appliedAndStopped(stage, 'create', page('X'));
  stage.store.pass(PAST_THE_TOKEN);
  const unavailable = { when: 'before', error: 'InternalServerError' } as const;
  stage.writeFault(unavailable);
  const update = await stage.start('update', page('Y'));
  await update.until(taskFailures(1));
  await stage.commit('delete', { cleanUp: { whenSucceeded: false } });
  // The update's next attempts: by its fourth the create has ended.
  stage.writeFault({ ...unavailable, times: 2 });
  await create.redrive();
  const created = await stage.store.passUntilEnd(create, 1);
  return { created, updated: await stage.outcome(await stage.store.passUntilEnd(update, 1)) };
}
