// The objects of a run: which it put, kept, replaced or deleted, and which of them exist now.

import { HeadObjectCommand } from '@aws-sdk/client-s3';
import type { StoreDescriptor } from '../../core/contract/store.ts';
import { parseObjectKey } from '../../core/keys/object-key.ts';
import { formatPointer, isStaged, objectPlace, ownObjectKey } from '../../core/keys/pointer.ts';
import { formatRun, type Run } from '../../core/keys/run.ts';
import type { Plan } from '../../core/saga/plan.ts';
import { type AuditContext, type CallOptions, patiently } from '../context.ts';
import type { Deletion, RunFacts } from '../history/facts.ts';
import { inOrder } from '../streams.ts';

/**
 * What an object is to a run, by what happened: `created` has a key of this run; `staged` is the upload that the run copies.
 * Of those that the item had before, once the write took effect: `kept` is used again; `replaced` by an update and `deleted`
 * with the item are not; `let-go` is not either, but stays, since other items may point at it. Once it is certain that the
 * write did not: `untouched`, still the item's. Until then, or where it cannot be told: `at-stake`.
 */
export type ObjectRole =
  | 'created'
  | 'kept'
  | 'replaced'
  | 'deleted'
  | 'let-go'
  | 'untouched'
  | 'at-stake'
  | 'staged';

export interface RunObject {
  /** The whole URI of an object that lies in another bucket than the store's. */
  readonly key: string;
  readonly role: ObjectRole;
  /** The large attribute; missing where the key does not tell. */
  readonly attribute?: string;
  /** Whether this run put it; `maybe` when its put got no definite answer. */
  readonly put: 'yes' | 'no' | 'maybe';
  /** Whether it should exist once the run has ended; missing while that is open. */
  readonly wanted?: boolean;
}

/** What S3 says of an object; `unknown` when the caller may not ask. */
export interface Presence {
  readonly exists: 'yes' | 'no' | 'unknown';
  readonly size?: number;
  readonly lastModified?: Date;
}

export type ObjectReport = RunObject & Presence & { readonly uri: string };

/** Large attributes of an input that name uploads: attribute, key, bytes. */
export interface StagedContent {
  readonly attribute: string;
  readonly key: string;
  readonly size?: number;
}

export function stagedIn(input: unknown): StagedContent[] {
  const { largeAttributes } = (input ?? {}) as { largeAttributes?: unknown };
  if (typeof largeAttributes !== 'object' || largeAttributes === null) return [];
  return Object.entries(largeAttributes).flatMap(([attribute, value]) => {
    const { key, size } = (value as { staged?: { key?: unknown; size?: unknown } } | null)?.staged ?? {};
    if (typeof key !== 'string') return [];
    return [{ attribute, key, ...(typeof size === 'number' && { size }) }];
  });
}

/** Every object that the run had to do with, as far as its plans tell. Pure. */
export function objectsOfRun(
  facts: RunFacts,
  input: unknown,
  { isOver, store }: { readonly isOver: boolean; readonly store: StoreDescriptor },
): RunObject[] {
  const objects = new Map<string, RunObject>();
  const add = (object: RunObject): void => {
    if (!objects.has(object.key)) objects.set(object.key, object);
  };
  const last = facts.plans.at(-1);
  const committed = facts.written === 'yes';
  const formerly = (role: ObjectRole): ObjectRole =>
    committed ? role : isOver && facts.written === 'no' ? 'untouched' : 'at-stake';
  const attributeOf = (key: string) => parseObjectKey(store, key)?.attribute;
  const put = (key: string) =>
    facts.put.includes(key) ? 'yes' : facts.maybePut.includes(key) ? 'maybe' : 'no';
  const wanted = (value: boolean) => (isOver && facts.written !== 'maybe' ? { wanted: value } : {});
  for (const [attribute, pointer] of Object.entries(last?.pointers ?? {})) {
    const key = ownObjectKey(pointer, store);
    if (key === undefined) continue;
    const own = isOfRun(key, last as Plan, store);
    add({
      ...{ key, attribute, role: own ? 'created' : formerly('kept'), put: put(key) },
      ...wanted(!own || committed),
    });
  }
  for (const key of facts.plans.flatMap((plan) => plan.puts.map((each) => each.key))) {
    const attribute = attributeOf(key);
    add({
      key,
      role: 'created',
      ...(attribute !== undefined && { attribute }),
      put: put(key),
      ...wanted(false),
    });
  }
  for (const key of last?.replaced ?? []) {
    if (isStaged(key, store)) continue;
    const attribute = attributeOf(key);
    add({
      ...{ key, role: formerly(last?.saga === null ? 'deleted' : 'replaced'), put: 'no' },
      ...(attribute !== undefined && { attribute }),
      ...wanted(!committed),
    });
  }
  for (const key of (last?.letGo ?? []).flatMap((pointer) => ownObjectKey(pointer, store) ?? [])) {
    add({ key, role: formerly('let-go'), put: 'no', ...wanted(true) });
  }
  for (const { key, attribute } of stagedIn(input)) add({ key, attribute, role: 'staged', put: 'no' });
  return [...objects.values()];
}

export async function withPresence(
  context: AuditContext,
  objects: readonly RunObject[],
  options: CallOptions = {},
): Promise<ObjectReport[]> {
  const reports: ObjectReport[] = [];
  const heads = inOrder(each(objects), HEADS_AT_A_TIME, async (object) => ({
    ...object,
    uri: uriOf(object.key, context.store),
    ...(await presenceOf(context, object.key, options)),
  }));
  for await (const report of heads) reports.push(report);
  return reports;
}

const HEADS_AT_A_TIME = 10;

function uriOf(object: string, store: StoreDescriptor): string {
  const { bucket, key } = objectPlace(object, store);
  return formatPointer(bucket, key);
}

/**
 * Whether an object exists now.
 * @param object - its key, or its URI where it lies in another bucket than the store's
 */
export async function presenceOf(
  { s3, store }: AuditContext,
  object: string,
  { signal }: CallOptions = {},
): Promise<Presence> {
  const { bucket, key } = objectPlace(object, store);
  const command = new HeadObjectCommand({ Bucket: bucket, Key: key });
  try {
    const head = await patiently(() => s3.send(command, { abortSignal: signal }), { signal });
    return {
      exists: 'yes',
      ...(head.ContentLength !== undefined && { size: head.ContentLength }),
      ...(head.LastModified && { lastModified: head.LastModified }),
    };
  } catch (error) {
    const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
    if (status === 404) return { exists: 'no' };
    if (status === 403) return { exists: 'unknown' };
    throw error;
  }
}

function isOfRun(key: string, plan: Plan, store: StoreDescriptor): boolean {
  const run: Run | undefined = parseObjectKey(store, key)?.run;
  return run !== undefined && formatRun(run) === plan.run;
}

async function* each<T>(elements: readonly T[]): AsyncGenerator<T, void, undefined> {
  yield* elements;
}

/** A JSON text's value, the text itself where it is none, null where there is no text. */
export function jsonOr(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return text;
  }
}

/** Objects that a deletion was to delete and that exist all the same, where it is told which it was to delete. */
export function leftOf(
  { keys, kept }: Deletion,
  objects: readonly ObjectReport[],
): { readonly left?: readonly string[] } {
  const exists = (key: string) => objects.some((object) => object.key === key && object.exists === 'yes');
  return keys === undefined ? {} : { left: keys.filter((key) => !kept.includes(key) && exists(key)) };
}
