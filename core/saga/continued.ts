// An Express run that is in doubt or stuck goes on as an execution of the Standard lane, which is told its plan (docs/lanes.md). Such
// an input is a saga's own; what else it may hold is refused, since a plan says what to delete.

import { largeAttributesOf, type SagaRequest } from '../contract/request.ts';
import { invalidInput, type SagaError } from '../errors/errors.ts';
import { isOwnObject, parseObjectKey, type StoreShape } from '../keys/object-key.ts';
import { ownObjectKey } from '../keys/pointer.ts';
import { formatRun } from '../keys/run.ts';
import type { Item } from '../values/attributes.ts';
import type { Plan } from './plan.ts';
import { isOf } from './settle.ts';

/** What an Express run hands over beside its input. */
export interface Continued {
  /** The state that was in doubt or stuck: no state before it is entered again. */
  readonly at: string;
  readonly plan: Plan;
}

/** States in which a run may go on. */
const AT: Readonly<Record<SagaRequest['operation'], readonly string[]>> = {
  create: ['PutObjects', 'LetRequestsExpire', 'WriteItem', 'ReplaceItem', 'DeleteCreatedObjects'],
  update: ['PutObjects', 'LetRequestsExpire', 'WriteItem', 'DeleteCreatedObjects'],
  delete: ['DeleteItem'],
};

/**
 * Refuses a plan that no Express run has made for this request.
 * @param id - of the Express run, as the execution's name has it
 * @throws {SagaError} InvalidInput
 */
export function checkContinued(
  value: unknown,
  id: string | undefined,
  request: SagaRequest,
  store: StoreShape,
): void {
  const { at, plan } = (value ?? {}) as Partial<Continued>;
  if (!AT[request.operation].includes(at as string))
    throw refused('at', at, 'no state in which a run goes on');
  const { run, key, saga, created, placed, puts, replaced, pointers } = plan ?? ({} as Partial<Plan>);
  if (id === undefined || typeof run !== 'string' || !isOf(run, request.operation, id)) {
    throw refused('plan.run', run, "is not the Express run that the execution's name names");
  }
  if (!isSameKey(key, request.key)) throw refused('plan.key', key, "is not the input's item");
  if (request.operation === 'delete' ? saga !== null : saga?.writtenBy !== run) {
    throw refused('plan.saga', saga, 'is not what the run writes');
  }
  for (const each of [...(created ?? []), ...(placed ?? []), ...(puts ?? []).map((put) => put.key)]) {
    const own = parseObjectKey(store, each)?.run;
    if (own === undefined || formatRun(own) !== run || !isOwnObject(each, request.key, store)) {
      throw refused('plan', each, 'is no object of the run');
    }
  }
  const staged = new Set(Object.values(largeAttributesOf(request)).map((large) => large.staged?.key));
  const used = Object.values(pointers ?? {}).map((pointer) => ownObjectKey(pointer, store) ?? pointer);
  for (const each of [...(replaced ?? []), ...used]) {
    if (!staged.has(each) && !isOwnObject(each, request.key, store)) {
      throw refused('plan', each, "is no object of the input's item");
    }
  }
}

function isSameKey(one: unknown, other: Item): boolean {
  return itemText(one) === itemText(other);
}

function itemText(key: unknown): string {
  return JSON.stringify(Object.entries((key ?? {}) as object).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function refused(field: string, value: unknown, problem: string): SagaError {
  return invalidInput(`continues.${field}`, value, problem);
}
