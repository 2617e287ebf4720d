// An Express run that is in doubt or stuck goes on as an execution of the Standard lane, which is told its plan (docs/lanes.md). Such
// an input is a saga's own; what else it may hold is refused, since a plan says what to delete.

import * as z from 'zod/mini';
import { largeAttributesOf, type SagaRequest } from '../contract/request.ts';
import { invalidInput, type SagaError } from '../errors/errors.ts';
import { MAX_PLANS } from '../errors/limits.ts';
import { isOwnObject, type ObjectKeyParts, parseObjectKey, type StoreShape } from '../keys/object-key.ts';
import { formatPointer, ownObjectKey } from '../keys/pointer.ts';
import { formatRun } from '../keys/run.ts';
import type { Item } from '../values/attributes.ts';
import { once } from '../values/once.ts';
import { isOf } from './settle.ts';
import { SETTLE_SECONDS } from './waits.ts';

type HandedPlan = z.output<ReturnType<typeof planSchema>>;

/** What an Express run hands over beside its input. */
type Continued = z.output<ReturnType<typeof makeSchema>>;

/** States in which a run may go on. */
const AT: Readonly<Record<SagaRequest['operation'], readonly string[]>> = {
  create: ['PutObjects', 'LetRequestsExpire', 'WriteItem', 'ReplaceItem', 'DeleteCreatedObjects'],
  update: ['PutObjects', 'LetRequestsExpire', 'WriteItem', 'DeleteCreatedObjects'],
  delete: ['DeleteItem'],
};

/**
 * Refuses what no Express run hands over for this request.
 * @param id - of the Express run, as the execution's name has it
 * @throws {SagaError} InvalidInput
 */
export function checkContinued(
  value: unknown,
  id: string | undefined,
  request: SagaRequest,
  store: StoreShape,
): void {
  const { at, plan } = parseContinued(value);
  if (!AT[request.operation].includes(at)) throw refused('at', at, 'no state in which a run goes on');
  if (id === undefined || !isOf(plan.run, request.operation, id)) {
    throw refused('plan.run', plan.run, "is not the Express run that the execution's name names");
  }
  if (!isSameKey(plan.key, request.key)) throw refused('plan.key', plan.key, "is not the input's item");
  checkMark(plan, request);
  checkPuts(plan, request, store);
  checkPointers(plan, request, store);
}

function parseContinued(value: unknown): Continued {
  const result = schema().safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = (issue?.path ?? []).map(String);
  const found = path.reduce<unknown>(
    (inner, step) =>
      Object.hasOwn(Object(inner), step) ? (inner as Record<string, unknown>)[step] : undefined,
    value,
  );
  throw refused(path.join('.'), found, 'no Express run hands this over');
}

/** What the item bears after the write: this run's mark, in the place that the plan has found. */
function checkMark({ run, saga, expected }: HandedPlan, { operation }: SagaRequest): void {
  const isNext =
    expected.kind === 'saga'
      ? saga?.createdBy === expected.createdBy && saga?.version === (expected.version ?? 0) + 1
      : saga?.createdBy === run && saga.version === 1;
  if (operation === 'delete' ? saga !== null : saga?.writtenBy !== run || !isNext) {
    throw refused('plan.saga', saga, 'is not what the run writes');
  }
}

/** Keys of this run alone, for contents that the input names: of what is staged nobody is told the SHA-256 (docs/security.md). */
function checkPuts(
  { run, created, placed, puts }: HandedPlan,
  request: SagaRequest,
  store: StoreShape,
): void {
  for (const key of [...created, ...placed]) {
    if (ownParts(key, run, request, store) === undefined)
      throw refused('plan', key, 'is no object of the run');
  }
  const large = largeAttributesOf(request);
  for (const { key, attribute, sha256, size } of puts) {
    const parts = ownParts(key, run, request, store);
    const { staged } = (Object.hasOwn(large, attribute) ? large[attribute] : undefined) ?? {};
    const isAsNamed = parts?.attribute === attribute && parts.sha256 === sha256;
    if (!isAsNamed || (staged !== undefined && (staged.sha256 !== sha256 || staged.size !== size))) {
      throw refused('plan.puts', key, "is no object of the run, or not of the input's content");
    }
  }
}

/** Nothing that another run has put, but for what the item must point at still when it is written. */
function checkPointers(
  { run, pointers, replaced, expected }: HandedPlan,
  request: SagaRequest,
  store: StoreShape,
): void {
  const kept = (expected.kind === 'absent' ? undefined : expected.pointers) ?? {};
  for (const [name, pointer] of Object.entries(pointers)) {
    const isKept = Object.hasOwn(kept, name) && kept[name] === pointer;
    const key = ownObjectKey(pointer, store);
    const parts = key === undefined ? undefined : ownParts(key, run, request, store);
    const isPut = parts?.attribute === name && formatPointer(store.bucket, key as string) === pointer;
    if (!isKept && !isPut) throw refused('plan.pointers', pointer, 'points at no object of the run');
  }
  const staged = new Set(Object.values(largeAttributesOf(request)).map((large) => large.staged?.key));
  for (const each of replaced) {
    if (!staged.has(each) && !isOwnObject(each, request.key, store)) {
      throw refused('plan.replaced', each, "is no object of the input's item");
    }
  }
}

/** What an object's key says, if this run puts it for this item. */
function ownParts(
  key: string,
  run: string,
  request: SagaRequest,
  store: StoreShape,
): ObjectKeyParts | undefined {
  const parts = parseObjectKey(store, key);
  const isOwn = parts !== undefined && formatRun(parts.run) === run && isOwnObject(key, request.key, store);
  return isOwn ? parts : undefined;
}

function isSameKey(one: unknown, other: Item): boolean {
  return itemText(one) === itemText(other);
}

function itemText(key: unknown): string {
  return JSON.stringify(Object.entries((key ?? {}) as object).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function refused(field: string, value: unknown, problem: string): SagaError {
  return invalidInput(field === '' ? 'continues' : `continues.${field}`, value, problem);
}

const schema = once(makeSchema);

/** The shape of what is handed over; what a later version adds is let pass. */
function makeSchema() {
  const time = z.string().check(z.refine((text) => !Number.isNaN(Date.parse(text)), 'no time'));
  return z.looseObject({
    at: z.string(),
    plan: planSchema(),
    writeStartedAt: time,
    plannedAt: time,
    puts: z.array(z.looseObject({ put: z.boolean(), inDoubt: z.boolean() })),
    secondsToSettle: z.number().check(z.minimum(0), z.maximum(SETTLE_SECONDS.copy)),
    failure: z.nullable(z.looseObject({ name: z.string(), cause: z.string() })),
  });
}

function planSchema() {
  const texts = z.array(z.string());
  const pointers = z.record(z.string(), z.string());
  const mark = { createdBy: z.string(), version: z.int() };
  return z.looseObject({
    number: z.int().check(z.minimum(1), z.maximum(MAX_PLANS)),
    series: z.optional(z.int().check(z.minimum(1), z.maximum(MAX_PLANS))),
    run: z.string(),
    key: z.record(z.string(), z.unknown()),
    expected: z.looseObject({
      kind: z.enum(['absent', 'saga', 'foreign']),
      createdBy: z.optional(z.string()),
      version: z.optional(z.int()),
      pointers: z.optional(pointers),
    }),
    puts: z.array(
      z.looseObject({ attribute: z.string(), key: z.string(), sha256: z.string(), size: z.number() }),
    ),
    placed: texts,
    pointers,
    saga: z.nullable(z.looseObject({ ...mark, writtenBy: z.string(), large: texts })),
    replaced: texts,
    letGo: z.optional(texts),
    created: texts,
  });
}
