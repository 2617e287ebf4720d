// Every state of every state machine is entered by some run on the local cloud; the last test here fails if not.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { beforeEach, describe, expect, it } from 'vitest';
import { continuedName, type Operation } from '../../core/keys/run.ts';
import type { EndedRun, Run } from './harness.ts';
import { page, useStage } from './one-item.ts';

const seen: Record<Operation, Set<string>> = { create: new Set(), update: new Set(), delete: new Set() };

const stage = useStage({ lane: 'express' });

async function end(operation: Operation, run: Run): Promise<EndedRun> {
  const ended = await stage.store.passUntilEnd(run);
  for (const state of ended.states) seen[operation].add(state);
  return ended;
}

async function run(operation: Operation, input: object = {}): Promise<EndedRun> {
  return end(operation, await stage.start(operation, input));
}

/** All writes fail in doubt until the run is stuck; then the token's ten minutes pass. */
async function stuckInDoubt(operation: Operation, input: object = {}): Promise<Run> {
  stage.writeFault({ when: 'before', error: 'InternalServerError', times: 'always' });
  const stuck = await stage.start(operation, input);
  expect(await stage.store.passUntilEnd(stuck)).toMatchObject({ status: 'FAILED', error: 'WriteInDoubt' });
  stage.store.cloud.faults.clear();
  stage.store.pass(15 * 60);
  return stuck;
}

const putRefused = {
  service: 's3',
  operation: 'PutObject',
  when: 'before',
  error: 'AccessDenied',
  status: 403,
} as const;
const putTwice = { service: 's3', operation: 'PutObject', when: 'before', error: 'InternalError' } as const;
const throttled = { when: 'before', error: 'ThrottlingException', status: 400 } as const;
/** Of an execution that goes on with an Express run. */
const planUncalled = {
  service: 'lambda',
  operation: 'Invoke',
  when: 'before',
  error: 'TooManyRequestsException',
  match: '"continues"',
  times: 'always',
} as const;
const cleanupFails = {
  service: 's3',
  operation: 'DeleteObjects',
  when: 'before',
  error: 'InternalError',
  times: 'always',
} as const;

describe('create', () => {
  it('is created', async () => {
    expect(await run('create', page('X'))).toMatchObject({
      status: 'SUCCEEDED',
      output: { operation: 'create', version: 1, cleanup: 'done' },
      states: ['Plan', 'PutObjects', 'PutObject', 'WriteItem'],
    });
  });

  it('is rejected', async () => {
    expect(await run('create', { colour: 'red' })).toMatchObject({
      error: 'Rejected.InvalidInput',
      cause: { field: 'colour', value: 'red' },
      states: ['Plan', 'AnythingPut?', 'Rejected'],
    });
  });

  it('waits for a put that was tried twice to settle', async () => {
    stage.fault(putTwice);
    expect(await run('create', page('X'))).toMatchObject({
      status: 'SUCCEEDED',
      states: [
        ...['Plan', 'PutObjects', 'PutObject', 'WriteItem', 'LetRequestsExpire', 'EndUnfinishedUploads'],
        'WriteItem',
      ],
    });
  });

  it('is rolled back when a put is refused', async () => {
    stage.fault(putRefused);
    expect(await run('create', page('X'))).toMatchObject({
      error: 'RolledBack.PutRefused',
      states: [
        ...['Plan', 'PutObjects', 'PutObject', 'PutFailed', 'WriteItem'],
        ...['DeleteCreatedObjects', 'RolledBack'],
      ],
    });
  });

  it('is rolled back when another create comes first', async () => {
    const late = await stage.startHeld('create', page('X'), 'WriteItem');
    await stage.commit('create', page('Y'));
    const ended = await end('create', late);
    expect(ended).toMatchObject({ error: 'RolledBack.AlreadyExists' });
    expect(ended.states).toContain('PauseBeforeReplan');
  });

  it('begins anew when a read long after finds that it was not written', async () => {
    const stuck = await stuckInDoubt('create', page('X'));
    await stuck.redrive();
    const ended = await end('create', stuck);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { version: 1 } });
    expect(ended.states).toContain('DeleteUnwrittenObjects');
  });

  it('writes again after throttling', async () => {
    stage.writeFault(throttled);
    const ended = await run('create', page('X'));
    expect(ended).toMatchObject({ status: 'SUCCEEDED' });
    expect(ended.states).toContain('PauseAfterThrottling');
  });

  it('is of unknown outcome when nothing can prove it, and deletes nothing', async () => {
    const stuck = await stuckInDoubt('create', page('X'));
    await stage.commit('create', page('Y'));
    await stuck.redrive();
    expect(await end('create', stuck)).toMatchObject({ status: 'FAILED', error: 'OutcomeUnknown' });
    expect(await stage.objects()).toHaveLength(2);
  });
});

describe('a put', () => {
  const put = { overwrite: true, ...page('Y') };
  beforeEach(() => stage.commit('create', page('X')));

  it('replaces the item, and deletes its objects', async () => {
    const ended = await run('create', put);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { version: 2, cleanup: 'done' } });
    expect(ended.states.slice(-3)).toEqual(['WriteItem', 'ReplaceItem', 'DeleteReplacedObjects']);
    expect(await stage.objects()).toHaveLength(1);
  });

  it('has succeeded also when those cannot be deleted', async () => {
    stage.fault(cleanupFails);
    const ended = await run('create', put);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { version: 2, cleanup: 'deferred' } });
    expect(ended.states.at(-1)).toBe('CleanupDeferred');
  });
});

describe('update', () => {
  beforeEach(() => stage.commit('create', page('X')));

  it('is updated', async () => {
    expect(await run('update', page('Y'))).toMatchObject({
      status: 'SUCCEEDED',
      output: { operation: 'update', version: 2, cleanup: 'done' },
      states: ['Plan', 'PutObjects', 'PutObject', 'WriteItem', 'DeleteReplacedObjects'],
    });
  });

  it('is rejected', async () => {
    expect(await run('update', { expectedVersion: 7, ...page('Y') })).toMatchObject({
      error: 'Rejected.VersionMismatch',
      cause: { value: 7, actual: 1 },
      states: ['Plan', 'AnythingPut?', 'Rejected'],
    });
  });

  it('is rolled back when a put is refused, and when the condition fails', async () => {
    stage.fault(putRefused);
    expect(await run('update', page('Y'))).toMatchObject({ error: 'RolledBack.PutRefused' });
    const condition = { expression: 'attribute_exists(colour)' };
    expect(await run('update', { condition, ...page('Y') })).toMatchObject({
      error: 'RolledBack.ConditionFailed',
    });
    expect(await stage.page()).toBe('X');
  });

  it('waits for a put that was tried twice to settle', async () => {
    stage.fault(putTwice);
    const ended = await run('update', page('Y'));
    expect(ended).toMatchObject({ status: 'SUCCEEDED' });
    expect(ended.states).toContain('LetRequestsExpire');
  });

  it('plans again when another update comes first', async () => {
    const late = await stage.startHeld('update', page('Y'), 'WriteItem');
    await stage.commit('update', page('Z'));
    const ended = await end('update', late);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { version: 3 } });
    expect(ended.states).toContain('PauseBeforeReplan');
  });

  it('leaves a failing clean-up to the sweeper', async () => {
    stage.fault(cleanupFails);
    const ended = await run('update', page('Y'));
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { cleanup: 'deferred' } });
    expect(ended.states).toContain('CleanupDeferred');
  });

  it('is of unknown outcome when the item has moved on beyond proof', async () => {
    const stuck = await stuckInDoubt('update', page('Y'));
    await stage.commit('update', page('V'));
    await stage.commit('update', page('W'));
    await stuck.redrive();
    expect(await end('update', stuck)).toMatchObject({ status: 'FAILED', error: 'OutcomeUnknown' });
    expect(await stage.page()).toBe('W');
  });

  it('writes again after throttling', async () => {
    stage.writeFault(throttled);
    expect((await run('update', page('Y'))).states).toContain('PauseAfterThrottling');
  });

  it('plans again when a read proves that the write in doubt never took effect', async () => {
    const stuck = await stuckInDoubt('update', page('Y'));
    await stuck.redrive();
    const ended = await end('update', stuck);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { version: 2 } });
    expect(ended.states).toContain('DeleteUnwrittenObjects');
    expect(await stage.losses()).toEqual({ dangling: [], orphans: [] });
  });
});

describe('delete', () => {
  beforeEach(() => stage.commit('create', page('X')));

  it('is deleted', async () => {
    expect(await run('delete')).toMatchObject({
      status: 'SUCCEEDED',
      output: { operation: 'delete', version: null, cleanup: 'done' },
      states: ['Plan', 'DeleteItem', 'DeleteReplacedObjects'],
    });
    expect(await run('delete')).toMatchObject({
      status: 'SUCCEEDED',
      output: { operation: 'delete', version: null, cleanup: 'done', letGo: [] },
      states: ['Plan', 'DeleteItem', 'AlreadyGone'],
    });
  });

  it('is rejected', async () => {
    await stage.commit('delete');
    expect(await run('delete', { mustExist: true })).toMatchObject({
      error: 'Rejected.NotFound',
      states: ['Plan', 'InDoubt?', 'Rejected'],
    });
  });

  it('plans again when an update comes first', async () => {
    const late = await stage.startHeld('delete', {}, 'WriteItem');
    await stage.commit('update', page('Y'));
    const ended = await end('delete', late);
    expect(ended).toMatchObject({ status: 'SUCCEEDED' });
    expect(ended.states).toContain('PauseBeforeReplan');
  });

  it('leaves a failing clean-up to the sweeper', async () => {
    stage.fault(cleanupFails);
    const ended = await run('delete');
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { cleanup: 'deferred' } });
    expect(ended.states).toContain('CleanupDeferred');
  });

  it('is made again after throttling', async () => {
    stage.writeFault(throttled);
    expect((await run('delete')).states).toContain('PauseAfterThrottling');
  });

  it('is of unknown outcome when a foreign item may have been deleted, and one like it adopted', async () => {
    await stage.commit('delete');
    await stage.store.putForeign({ ...stage.typedKey, title: { S: 'from elsewhere' } });
    const stuck = await stuckInDoubt('delete');
    await stage.commit('update', { set: { title: 'adopted' } });
    await stuck.redrive();
    expect(await end('delete', stuck)).toMatchObject({ status: 'FAILED', error: 'OutcomeUnknown' });
    expect(await stage.item()).toMatchObject({ title: { S: 'adopted' } });
  });
});

interface States {
  readonly [name: string]: { readonly ItemProcessor?: { readonly States: States } };
}

function allStates(states: States): string[] {
  return Object.entries(states).flatMap(([name, { ItemProcessor }]) => [
    name,
    ...(ItemProcessor ? allStates(ItemProcessor.States) : []),
  ]);
}

describe.each(['create', 'update', 'delete'] as const)('what goes on with an Express %s', (operation) => {
  beforeEach(async () => {
    if (operation !== 'create') await stage.store.run('create', { key: stage.key, ...page('X') });
  });

  it('begins where that was in doubt', async () => {
    stage.writeFault({ when: 'after', error: 'InternalServerError' });
    const input = operation === 'delete' ? {} : page('Y');
    const express = await stage.store.runExpress(operation, { key: stage.key, ...input }, ulid());
    expect(express.error).toBe('Continued');
    const goesOn = stage.store.runOf(String(express.cause.executionArn));
    const states = {
      create: ['Plan', 'GoOnAt?', 'WriteItem'],
      update: ['Plan', 'GoOnAt?', 'WriteItem', 'DeleteReplacedObjects'],
      delete: ['Plan', 'DeleteItem', 'DeleteReplacedObjects'],
    };
    expect(await end(operation, goesOn)).toMatchObject({ status: 'SUCCEEDED', states: states[operation] });
  });

  it('is stuck until its plan can be called, and then begins there', async () => {
    stage.writeFault({ when: 'after', error: 'InternalServerError' });
    stage.fault(planUncalled);
    const input = operation === 'delete' ? {} : page('Y');
    const express = await stage.store.runExpress(operation, { key: stage.key, ...input }, ulid());
    const goesOn = stage.store.runOf(String(express.cause.executionArn));
    expect(await end(operation, goesOn)).toMatchObject({
      error: 'Lambda.TooManyRequestsException',
      states: ['Plan', operation === 'delete' ? 'InDoubt?' : 'AnythingPut?', 'ResumeExpressRun'],
    });
    stage.store.cloud.faults.clear();
    await goesOn.redrive();
    expect(await end(operation, goesOn)).toMatchObject({
      status: 'SUCCEEDED',
      output: { run: express.cause.run },
    });
    if (operation === 'delete') expect(await stage.item()).toBeUndefined();
    else expect(await stage.page()).toBe('Y');
  });

  it('or settles it', async () => {
    const id = ulid();
    const settling = await stage.store.start(
      operation,
      { key: stage.key, settles: { id } },
      continuedName(id),
    );
    expect(await end(operation, settling)).toMatchObject({
      error: 'OutcomeUnknown',
      states: ['Plan', 'LetExpressRunEnd', 'SettleRun', 'OutcomeUnknown'],
    });
  });
});

describe('together', () => {
  it.each(['create', 'update', 'delete'] as const)('the tests above enter every state of %s', (operation) => {
    const file = join(import.meta.dirname, '../../statemachines', `${operation}.asl.json`);
    const { States } = JSON.parse(readFileSync(file, 'utf8')) as { States: States };
    expect([...seen[operation]].sort()).toEqual(allStates(States).sort());
  });
});
