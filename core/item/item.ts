// The item as sagas see it: its reserved attribute `_saga`, its pointers, and how large DynamoDB counts it.

import { invalidInput } from '../errors/errors.ts';
import { SAGA_ATTRIBUTE } from '../errors/limits.ts';
import { type ObjectSpace, ownObjectKey } from '../keys/pointer.ts';
import type { AttributeValue, Item } from '../values/attributes.ts';
import { base64Length, utf8Length } from '../values/encoding.ts';

/**
 * What `_saga` holds. `createdBy` and `version` together never recur, also after a delete and a new create: `createdBy` is the
 * run, and the series of its keys (core/keys/run.ts).
 */
export interface SagaMetadata {
  /** The run that created or adopted the item; never changes. */
  readonly createdBy: string;
  /** Whether it was adopted: a program that is no saga had written it. Not told of those that earlier versions adopted. */
  readonly adopted?: true;
  /** Grows by one with each write; 1 after the first. */
  readonly version: number;
  /** The run that wrote last. */
  readonly writtenBy: string;
  /** Names of the large attributes, sorted. */
  readonly large: readonly string[];
}

/**
 * The item's `_saga`, or undefined for an item that no saga wrote yet.
 * @throws {SagaError} InvalidInput when another writer has spoiled it
 */
export function readSaga(item: Item): SagaMetadata | undefined {
  const value = item[SAGA_ATTRIBUTE];
  if (value === undefined) return undefined;
  const saga = parseSaga(value);
  if (saga === undefined) {
    throw invalidInput(
      SAGA_ATTRIBUTE,
      value,
      'the item has this reserved attribute in a form that no saga writes',
    );
  }
  return saga;
}

/** Whether another writer has spoiled the item's `_saga`. */
export function isSpoiled(item: Item): boolean {
  const value = item[SAGA_ATTRIBUTE];
  return value !== undefined && parseSaga(value) === undefined;
}

function parseSaga(value: AttributeValue): SagaMetadata | undefined {
  const { createdBy, adopted, version, writtenBy, large } = 'M' in value ? value.M : {};
  if (!isString(createdBy) || !isNumber(version) || !isString(writtenBy) || !isStrings(large)) {
    return undefined;
  }
  return {
    createdBy: createdBy.S,
    ...(adopted !== undefined && { adopted: true }),
    version: Number(version.N),
    writtenBy: writtenBy.S,
    large: large.L.map((name) => (name as { S: string }).S),
  };
}

export function writeSaga(saga: SagaMetadata): AttributeValue {
  return {
    M: {
      createdBy: { S: saga.createdBy },
      ...(saga.adopted && { adopted: { BOOL: true } }),
      version: { N: String(saga.version) },
      writtenBy: { S: saga.writtenBy },
      large: { L: saga.large.map((name) => ({ S: name })) },
    },
  };
}

/**
 * The item's large attributes and their pointers. For an item without `_saga`, every string attribute that
 * points into the store's own object space counts as one: it can be adopted.
 */
export function readPointers(item: Item, space: ObjectSpace): ReadonlyMap<string, string> {
  const saga = readSaga(item);
  const names = saga?.large ?? Object.keys(item);
  return new Map(
    names.flatMap((name) => {
      const value = item[name];
      if (!isString(value)) return [];
      return saga !== undefined || ownObjectKey(value.S, space) !== undefined
        ? [[name, value.S] as const]
        : [];
    }),
  );
}

/** Keys of this store's objects that the item mentions anywhere: more than sagas write, so that none is missed. */
export function referencedKeys(item: Item, space: ObjectSpace): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const value of Object.values(item)) {
    for (const text of textsIn(value)) {
      const key = ownObjectKey(text, space);
      if (key !== undefined) keys.add(key);
    }
  }
  return keys;
}

function* textsIn(value: AttributeValue): Generator<string> {
  if ('S' in value) yield value.S;
  else if ('SS' in value) yield* value.SS;
  else if ('L' in value) for (const each of value.L) yield* textsIn(each);
  else if ('M' in value) for (const each of Object.values(value.M)) yield* textsIn(each);
}

/** Bytes of the item as DynamoDB counts them (Developer Guide, "Item sizes and formats"); numbers are estimated low. */
export function itemBytes(item: Item): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + utf8Length(name) + valueBytes(value), 0);
}

function valueBytes(value: AttributeValue): number {
  if ('S' in value) return utf8Length(value.S);
  if ('N' in value) return numberBytes(value.N);
  if ('B' in value) return base64Length(value.B);
  if ('SS' in value) return sum(value.SS, utf8Length);
  if ('NS' in value) return sum(value.NS, numberBytes);
  if ('BS' in value) return sum(value.BS, base64Length);
  if ('L' in value) return 3 + sum(value.L, (element) => 1 + valueBytes(element));
  if ('M' in value) return 3 + Object.keys(value.M).length + itemBytes(value.M);
  return 1;
}

function numberBytes(text: string): number {
  return 1 + Math.floor(text.replace(/E.*|[^0-9]/g, '').replace(/^0+|0+$/g, '').length / 2);
}

function sum<T>(values: readonly T[], size: (value: T) => number): number {
  return values.reduce((total, value) => total + size(value), 0);
}

function isString(value: AttributeValue | undefined): value is { S: string } {
  return value !== undefined && 'S' in value;
}

function isNumber(value: AttributeValue | undefined): value is { N: string } {
  return value !== undefined && 'N' in value;
}

function isStrings(value: AttributeValue | undefined): value is { L: readonly { S: string }[] } {
  return value !== undefined && 'L' in value && value.L.every(isString);
}
