// Many runs on few items at once, with faults of every kind, and what is lost then.
// The operations and faults are the same in every storm; how they interleave is not.

import { readPointers, readSaga } from '../../core/item/item.ts';
import { itemPrefix } from '../../core/keys/object-key.ts';
import { OPERATIONS, type Operation } from '../../core/keys/run.ts';
import type { FaultInput } from '../../local/index.ts';
import type { EndedRun, Run, TestStore } from './harness.ts';

export const ITEMS = ['a/b', 'a=b', '🗝'];
export const RUNS = 72;
export const AT_ONCE = 6;

const FAULTS: readonly FaultInput[] = (['before', 'after', 'late'] as const).flatMap((when) => [
  { service: 'dynamodb', operation: 'TransactWriteItems', when, error: 'InternalServerError' },
  { service: 's3', operation: 'PutObject', when, error: 'InternalError' },
  { service: 's3', operation: 'DeleteObjects', when, error: 'SlowDown', status: 503 },
  { service: 'lambda', operation: 'Invoke', when, error: 'Runtime.ExitError', match: 'WriteItem' },
  { service: 'lambda', operation: 'Invoke', when, error: 'Runtime.ExitError', match: 'PutInline' },
  {
    service: 'dynamodb',
    operation: 'TransactWriteItems',
    when: 'before',
    error: 'ThrottlingException',
    status: 400,
  },
  {
    service: 'dynamodb',
    operation: 'TransactWriteItems',
    when: 'before',
    error: 'AccessDeniedException',
    status: 400,
  },
  { service: 's3', operation: 'PutObject', when: 'before', error: 'AccessDenied', status: 403 },
]);

export interface ItemLosses {
  readonly id: string;
  readonly dangling: readonly string[];
  readonly orphans: readonly string[];
  /** Names of large attributes that are none. */
  readonly wrong: readonly string[];
}

/** The ends of all runs, each redriven until it ends by itself, and what each item has lost. */
export async function storm(
  store: TestStore,
): Promise<{ readonly ends: readonly EndedRun[]; readonly losses: readonly ItemLosses[] }> {
  const random = sequence(20261123);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const requests = Array.from({ length: RUNS }, () => {
    const operation = pick(OPERATIONS);
    return {
      operation,
      input: { key: { id: pick(ITEMS) }, ...requestOf(operation, pick(['X', 'Y', 'Z']), random()) },
      fault: pick(FAULTS),
    };
  });

  const ends: EndedRun[] = [];
  const worker = async (): Promise<void> => {
    for (let next = requests.shift(); next !== undefined; next = requests.shift()) {
      store.cloud.faults.inject(next.fault);
      ends.push(await endOf(await store.start(next.operation, next.input)));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { ends, losses: await Promise.all(ITEMS.map((id) => lossesOf(store, id))) };
}

function requestOf(operation: Operation, text: string, chance: number): object {
  if (operation === 'delete') return {};
  const largeAttributes = { page: { text }, ...(chance < 0.5 && { picture: { base64: 'AAAA' } }) };
  return operation === 'create' ? { largeAttributes } : { largeAttributes, add: { writes: 1 } };
}

/** The run's end; as an operator would, a run that is stuck at a task is redriven until it ends. */
async function endOf(run: Run): Promise<EndedRun> {
  for (let redrives = 0; ; redrives += 1) {
    const ended = await run.end();
    const stuck =
      ended.status === 'FAILED' && !/^(Rejected|RolledBack|OutcomeUnknown)/.test(ended.error ?? '');
    if (!stuck || redrives === 5) return ended;
    await run.redrive();
  }
}

async function lossesOf(store: TestStore, id: string): Promise<ItemLosses> {
  const { descriptor } = store;
  const key = { id: { S: id } };
  const item = (await store.item(key)) ?? {};
  const start = `s3://${descriptor.bucket}/`;
  const pointers = new Map(
    [...readPointers(item, descriptor)].map(([name, uri]) => [name, uri.slice(start.length)]),
  );
  const present = await store.objects(itemPrefix(descriptor, key));
  const pointed = [...pointers.values()];
  return {
    id,
    dangling: pointed.filter((object) => !present.includes(object)),
    orphans: present.filter((object) => !pointed.includes(object)),
    wrong: (readSaga(item)?.large ?? []).filter((name) => !pointers.has(name)),
  };
}

/** Numbers from 0 to 1 that look random and are the same each time (Park and Miller's generator). */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
