// What the state machines of the Express lane may do: without any one of their grants some run of the lane does not come out as it should.

import { createHash } from 'node:crypto';
import { ulid } from 'ulid';
import { beforeAll, expect, inject, test } from 'vitest';
import type { Operation } from '../../core/keys/run.ts';
import type { FaultInput } from '../../local/index.ts';
import { startStore, type TestStore } from '../e2e/harness.ts';
import { page } from '../e2e/one-item.ts';
import { assemblyWithout, grantsOf } from './grants.ts';

const TITLES = { create: 'Create', update: 'Update', delete: 'Delete' } as const satisfies Record<
  Operation,
  string
>;
const OPERATIONS = Object.keys(TITLES) as Operation[];

/** A store, and a run of its Express lane on an item of its own. */
interface Scene {
  readonly store: TestStore;
  readonly operation: Operation;
  readonly id: string;
}

/** Grants of one operation's state machine, after its name; each beside a run that ends otherwise without it. */
const NEEDED: Readonly<Record<string, (scene: Scene) => Promise<boolean>>> = {
  'lambda:InvokeFunction Plan': succeeds,
  'lambda:InvokeFunction PutInline': succeeds,
  'lambda:InvokeFunction PutObject': copies,
  'lambda:InvokeFunction WriteItem': succeeds,
  'lambda:InvokeFunction DeleteObjects': deletes,
  'states:StartExecution {own}': handsOver,
};
const NOT_NEEDED_HERE: readonly (readonly [grant: RegExp, reason: string])[] = [
  [/ (?:logs|xray):/, 'only on AWS: the state machine delivers its log and its traces'],
  [/ lambda:.*:\*$/, 'CDK grants versions and aliases along with the function; the state machines name none'],
];

let grants: string[];
beforeAll(async () => {
  grants = (await grantsOf(inject('expressStore'))).filter((grant) => grant.startsWith('Express'));
});

const isPut = (grant: string): boolean => / Put(?:Inline|Object)$/.test(grant);
const grantOf = (operation: Operation, grant: string): string =>
  `Express${TITLES[operation]} ${grant.replace('{own}', TITLES[operation])}`;
const operationsOf = (grant: string): readonly Operation[] =>
  OPERATIONS.filter((operation) => operation !== 'delete' || !isPut(grant));

test('every grant is either needed by some run or has its reason', () => {
  const needed = Object.keys(NEEDED).flatMap((grant) =>
    operationsOf(grant).map((operation) => grantOf(operation, grant)),
  );
  const unexplained = grants.filter((grant) => !NOT_NEEDED_HERE.some(([pattern]) => pattern.test(grant)));
  expect(unexplained.toSorted()).toEqual(needed.toSorted());
});

test.each(Object.keys(NEEDED))('with %s a run comes out as it should, without it not', async (grant) => {
  const comesOut = NEEDED[grant] as (typeof NEEDED)[string];
  const operations = operationsOf(grant);
  const removed = operations.map((operation) => grantOf(operation, grant));
  await using all = await startStore({ lane: 'express' });
  await using without = await startStore({
    assembly: await assemblyWithout(inject('expressStore'), removed),
  });
  for (const operation of operations) {
    const scene = { operation, id: `doc-${operation}` };
    expect(await comesOut({ store: all, ...scene }), operation).toBe(true);
    expect(await comesOut({ store: without, ...scene }), operation).toBe(false);
  }
});

/** The item is there for what needs one, with an object. */
async function run({ store, operation, id }: Scene, input: object = page('new'), fault?: WriteFault) {
  if (operation !== 'create') await store.run('create', { key: { id }, ...page('old') });
  // Not to what goes on with an earlier run.
  const write = { service: 'dynamodb', operation: 'TransactWriteItems', match: id } as const;
  if (fault) store.cloud.faults.inject({ ...write, ...fault });
  const written = operation === 'delete' ? {} : input;
  return store.runExpress(operation, { key: { id }, ...written }, ulid());
}

type WriteFault = Pick<FaultInput, 'when' | 'error' | 'status'>;

async function succeeds(scene: Scene): Promise<boolean> {
  return (await run(scene)).status === 'SUCCEEDED';
}

async function copies(scene: Scene): Promise<boolean> {
  const key = `staging/${scene.id}`;
  await scene.store.putObject(key, 'staged');
  const sha256 = createHash('sha256').update('staged').digest('hex');
  const { status } = await run(scene, { largeAttributes: { page: { staged: { key, sha256, size: 6 } } } });
  return status === 'SUCCEEDED';
}

/** A create deletes what it has put in vain, the others what they replace. */
async function deletes(scene: Scene): Promise<boolean> {
  if (scene.operation !== 'create') return (await run(scene)).output.cleanup === 'done';
  const refused = { when: 'before', error: 'ValidationException', status: 400 } as const;
  return (await run(scene, page('new'), refused)).error === 'RolledBack.WriteRefused';
}

async function handsOver(scene: Scene): Promise<boolean> {
  const inDoubt = { when: 'after', error: 'InternalServerError' } as const;
  return (await run(scene, page('new'), inDoubt)).error === 'Continued';
}
