// The plan: from a request and a consistent read of its item, what to put, what to write under which
// condition, and what to delete afterwards. The heart of rules 1, 2, 4 and 6.

import { largeAttributesOf, type SagaRequest, type UpdateRequest } from '../contract/request.ts';
import { SagaError } from '../errors/errors.ts';
import { MAX_PLANS } from '../errors/limits.ts';
import { readPointers, readSaga, type SagaMetadata } from '../item/item.ts';
import { isOwnObject, objectKey, type StoreShape } from '../keys/object-key.ts';
import { formatPointer, ownObjectKey } from '../keys/pointer.ts';
import { formatRun, formatSeries, type Run } from '../keys/run.ts';
import type { Item } from '../values/attributes.ts';
import { digestOfPointers } from './digests.ts';
import { checkItemSize, checkPrecondition, isEnded } from './preconditions.ts';

/** What must still hold of the item when the write takes effect (rule 2). */
export type Expected =
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'saga';
      readonly createdBy: string;
      readonly version: number;
      /** Those that the write sets again, if any: a writer that is no saga may take one away and leave the version. */
      readonly pointers?: Readonly<Record<string, string>>;
      /** {@link digestOfPointers} of the item, for whoever only reads it later. Missing in plans of earlier versions. */
      readonly digest?: string;
    }
  /** Not written by a saga yet: adopted if these pointers are still all that it has. */
  | { readonly kind: 'foreign'; readonly pointers: Readonly<Record<string, string>> };

export interface PlannedPut {
  readonly attribute: string;
  readonly key: string;
  /** Lower-case hexadecimal digest and bytes of the content. */
  readonly sha256: string;
  readonly size: number;
  /** The staged object as the plan has found it. Missing in plans of earlier versions, and where the plan has not looked. */
  readonly staged?: StagedObject | undefined;
}

/** What a copy needs to know of the object that it copies. */
export interface StagedObject {
  readonly etag?: string | undefined;
  readonly contentType?: string | undefined;
  /** CRC-64/NVME of the whole, where S3 keeps one. */
  readonly checksum?: string | undefined;
}

/** A plan travels through the execution's states: small values and pointers only. */
export interface Plan {
  /** 1, and one more after each conflict. */
  readonly number: number;
  /**
   * Number of the plan that began the series of keys under which this one puts: a plan that follows on a write which was
   * only found not written by reading begins its own. Missing in plans of earlier versions.
   */
  readonly series?: number;
  readonly run: string;
  readonly key: Item;
  readonly expected: Expected;
  readonly puts: readonly PlannedPut[];
  /** Keys that this run has put once those are put, of all its plans; one of the same series need not put them again. */
  readonly placed: readonly string[];
  /** Pointers that the write sets: every large attribute of the request. */
  readonly pointers: Readonly<Record<string, string>>;
  /** `_saga` after the write; null when the item is deleted. */
  readonly saga: SagaMetadata | null;
  /** Object keys to delete once the write took effect; whole URIs where they lie in another bucket. */
  readonly replaced: readonly string[];
  /**
   * Pointers that the write takes from the item, and whose objects stay: their keys do not name this item alone, so others may
   * point at them. Missing in plans of earlier versions.
   */
  readonly letGo?: readonly string[];
  /** Object keys to delete once it is certain that it never will: every key of this run, of all its plans. */
  readonly created: readonly string[];
}

/** A large attribute's content, as the plan task found it. */
export type Content = Pick<PlannedPut, 'sha256' | 'size' | 'staged'>;

export interface PlanContext {
  readonly store: StoreShape;
  readonly run: Run;
  readonly number: number;
  /** As the plan's; by default the first. */
  readonly series?: number;
  /** Keys that this run's earlier plans have put. */
  readonly placed: ReadonlySet<string>;
  /** The item, read consistently; undefined if there is none. */
  readonly item: Item | undefined;
  /** Content of each large attribute of the request. */
  readonly contents: ReadonlyMap<string, Content>;
  /** Large attributes whose present object holds that content already, with the options asked for. */
  readonly reusable: ReadonlySet<string>;
}

/** @throws {SagaError} one of PLAN_ERRORS: the request cannot be carried out on the item as it is */
export function makePlan(request: SagaRequest, context: PlanContext): Plan {
  if (context.number > MAX_PLANS) {
    throw new SagaError('Conflict', `other writers changed the item during each of ${MAX_PLANS} plans`, {
      plans: MAX_PLANS,
    });
  }
  checkPrecondition(request, context.item, context.store);
  const expected = expectation(context);
  const run = formatRun(context.run);
  const created = ownKeys(request, context, run);
  const pointers = nextPointers(created, context);
  const puts = plannedPuts(created, pointers, context);
  const { saga, replaced, letGo } = afterWrite(request, context, run, pointers);
  checkItemSize(request, context.item ?? {}, pointers, saga);
  return {
    number: context.number,
    series: context.series ?? 1,
    run,
    key: request.key,
    expected,
    puts,
    placed: [...context.placed, ...puts.map(({ key: placed }) => placed)],
    pointers: Object.fromEntries(pointers),
    saga,
    replaced: request.cleanUp.whenSucceeded ? replaced : [],
    letGo,
    created: request.cleanUp.whenFailed ? [...new Set([...context.placed, ...created.values()])] : [],
  };
}

/** A plan as its successor is told of it. */
export interface PreviousPlan extends Pick<Plan, 'number' | 'placed' | 'series'> {
  /**
   * What proved that its write was not applied. A failed condition also proves that the item never pointed at what was put
   * for it. What a read finds proves less, and is not told by state machines of earlier versions.
   */
  readonly proof?: 'condition' | 'reading' | undefined;
  /** Whose plan it was: an Express run's, where an execution goes on with that. Not told by state machines of earlier versions. */
  readonly run?: string | undefined;
}

/** Number and series of the plan after this one (rule 1). */
export function following(previous: PreviousPlan | null): {
  readonly number: number;
  readonly series: number;
} {
  if (previous === null) return { number: 1, series: 1 };
  const number = previous.number + 1;
  return { number, series: previous.proof === 'condition' ? (previous.series ?? 1) : number };
}

function expectation({ item, store, reusable }: PlanContext): Expected {
  if (item === undefined) return { kind: 'absent' };
  const saga = readSaga(item);
  const pointers = [...readPointers(item, store)];
  if (saga === undefined) return { kind: 'foreign', pointers: Object.fromEntries(pointers) };
  const { createdBy, version } = saga;
  const reused = pointers.filter(([name]) => reusable.has(name));
  return {
    kind: 'saga',
    createdBy,
    version,
    digest: digestOfPointers(new Map(pointers)),
    ...(reused.length > 0 && { pointers: Object.fromEntries(reused) }),
  };
}

/** Every object key that this run may put, by attribute: the same in each plan of a series. */
function ownKeys(
  request: SagaRequest,
  { store, contents, series = 1 }: PlanContext,
  run: string,
): ReadonlyMap<string, string> {
  return new Map(
    Object.keys(largeAttributesOf(request)).map((attribute) => {
      const { sha256 } = contentOf(attribute, contents);
      return [attribute, objectKey(store, request.key, attribute, sha256, formatSeries(run, series))];
    }),
  );
}

function nextPointers(
  created: ReadonlyMap<string, string>,
  { item, store, reusable }: PlanContext,
): ReadonlyMap<string, string> {
  const current = item === undefined ? new Map<string, string>() : readPointers(item, store);
  return new Map(
    [...created].map(([attribute, key]) => [
      attribute,
      (reusable.has(attribute) ? current.get(attribute) : undefined) ?? formatPointer(store.bucket, key),
    ]),
  );
}

/** The objects of this run that the write will use and that are not in place yet. */
function plannedPuts(
  created: ReadonlyMap<string, string>,
  pointers: ReadonlyMap<string, string>,
  { store, contents, placed }: PlanContext,
): PlannedPut[] {
  return [...created]
    .filter(([name, key]) => pointers.get(name) === formatPointer(store.bucket, key) && !placed.has(key))
    .map(([attribute, key]) => ({ attribute, key, ...contentOf(attribute, contents) }));
}

/** `_saga` after the write, and the objects that nothing needs any more then, or that this item does not need. */
function afterWrite(
  request: SagaRequest,
  { item, store, placed, series = 1 }: PlanContext,
  run: string,
  pointers: ReadonlyMap<string, string>,
): { saga: SagaMetadata | null; replaced: string[]; letGo: string[] } {
  const before = readPointers(item ?? {}, store);
  const after = new Map([...before].filter(([name]) => !isEnded(name, request)));
  for (const [name, pointer] of pointers) after.set(name, pointer);

  const used = new Set(after.values());
  const dropped = new Set([...before.values()].filter((pointer) => !used.has(pointer)));
  const own = new Map(
    [...dropped].flatMap((pointer) => {
      const object = ownObjectKey(pointer, store);
      return object !== undefined && isOwnObject(object, request.key, store) ? [[pointer, object]] : [];
    }),
  );
  const letGo = [...dropped].filter((pointer) => !own.has(pointer));
  const unused = [...placed].filter((key) => !used.has(formatPointer(store.bucket, key)));
  const replaced = [
    ...own.values(),
    ...(request.operation === 'update' ? [...unused, ...stagedKeys(request)] : []),
  ];
  if (request.operation === 'delete') return { saga: null, replaced, letGo };

  const previous = item && readSaga(item);
  const saga = {
    ...(previous ?? {
      // Made once more after a read, it is another item: an earlier one may have been there, and been deleted since.
      createdBy: formatSeries(run, series),
      ...(item !== undefined && { adopted: true as const }),
    }),
    version: (previous?.version ?? 0) + 1,
    writtenBy: run,
    large: [...after.keys()].sort(),
  };
  return { saga, replaced, letGo };
}

function stagedKeys(request: UpdateRequest): string[] {
  return Object.values(request.largeAttributes).flatMap(({ staged }) => staged?.key ?? []);
}

function contentOf(attribute: string, contents: ReadonlyMap<string, Content>): Content {
  const content = contents.get(attribute);
  if (content === undefined) throw new TypeError(`no content was examined for ${attribute}`);
  return content;
}
