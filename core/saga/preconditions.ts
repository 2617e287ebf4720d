// What must be so before a plan is made: the item is there or not, at the version that was asked for, and stays within
// DynamoDB's limit.

import type { CreateRequest, SagaRequest, UpdateRequest } from '../contract/request.ts';
import { invalidInput, SagaError } from '../errors/errors.ts';
import { MAX_ITEM_BYTES, SAGA_ATTRIBUTE } from '../errors/limits.ts';
import { itemBytes, readPointers, readSaga, type SagaMetadata, writeSaga } from '../item/item.ts';
import type { StoreShape } from '../keys/object-key.ts';
import type { Item } from '../values/attributes.ts';

/**
 * Whether the request can be carried out on the item as it is.
 * @throws {SagaError} AlreadyExists, NotFound, VersionMismatch, InvalidInput
 */
export function checkPrecondition(request: SagaRequest, item: Item | undefined, store: StoreShape): void {
  if (item === undefined) {
    if (mustExist(request)) {
      throw new SagaError('NotFound', 'there is no item with this key', { key: request.key });
    }
    return;
  }
  const actual = readSaga(item)?.version ?? null;
  if (request.operation === 'create' && !request.overwrite) {
    throw new SagaError('AlreadyExists', 'an item with this key exists', {
      key: request.key,
      version: actual,
    });
  }
  const wanted = request.expectedVersion;
  if (wanted !== undefined && wanted !== actual) {
    throw new SagaError('VersionMismatch', `the item is at version ${actual}, expected ${wanted}`, {
      field: 'expectedVersion',
      value: wanted,
      actual,
    });
  }
  if (request.operation === 'update') {
    checkLargeAttributesUntouched(request, readPointers(item, store).keys());
  }
}

function mustExist(request: SagaRequest): boolean {
  if (request.expectedVersion !== undefined) return true;
  switch (request.operation) {
    case 'create':
      return false;
    case 'update':
      return !request.createIfMissing;
    case 'delete':
      return request.mustExist;
  }
}

/** Only `set` and `remove` may end a large attribute; arithmetic on a pointer would dangle. */
function checkLargeAttributesUntouched(request: UpdateRequest, large: Iterable<string>): void {
  for (const name of large) {
    if (Object.hasOwn(request.add, name)) {
      throw invalidInput(`add.${name}`, request.add[name], `${name} is a large attribute of the item`);
    }
    if (request.updateExpression?.attributes.has(name)) {
      throw invalidInput(
        'updateExpression.expression',
        request.updateExpression.expression,
        `${name} is a large attribute of the item (use set, remove or largeAttributes)`,
      );
    }
  }
}

/**
 * Whether DynamoDB can hold the item after the write; what `add` and an update expression grow is left to it to judge.
 * @throws {SagaError} InvalidInput
 */
export function checkItemSize(
  request: SagaRequest,
  item: Item,
  pointers: ReadonlyMap<string, string>,
  saga: SagaMetadata | null,
): void {
  if (request.operation === 'delete' || saga === null) return;
  const kept = Object.entries(item).filter(([name]) => !isEnded(name, request));
  const bytes = itemBytes({
    ...Object.fromEntries(kept),
    ...request.key,
    ...plainAttributes(request),
    ...Object.fromEntries([...pointers].map(([name, pointer]) => [name, { S: pointer }])),
    [SAGA_ATTRIBUTE]: writeSaga(saga),
  });
  if (bytes > MAX_ITEM_BYTES) {
    const field = request.operation === 'create' ? 'attributes' : 'set';
    throw invalidInput(
      field,
      undefined,
      `the item would have ${bytes} bytes, over DynamoDB's ${MAX_ITEM_BYTES}; large values belong in largeAttributes`,
    );
  }
}

function plainAttributes(request: CreateRequest | UpdateRequest): Item {
  return request.operation === 'create' ? request.attributes : request.set;
}

/** Whether the request takes the attribute from the item, or gives it another value. */
export function isEnded(name: string, request: SagaRequest): boolean {
  if (request.operation !== 'update') return true;
  return Object.hasOwn(request.set, name) || request.remove.includes(name);
}
