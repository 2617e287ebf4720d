// One write of one item, whether it comes alone, in a batch or in a transaction: checked by itself, then against its
// table and the item as it is, which gives the item as it will be.

import { meets } from './condition.ts';
import {
  assertValid,
  type ParsedExpressions,
  type Request,
  type Store,
  storeModule,
  type TableDescription,
  type Updates,
  validated,
} from './dynalite.ts';
import { conditionFailed, constraintFailed, invalidParameters } from './errors.ts';
import { checkIndexKeys, checkKeySizes, checkNoEmptyKey } from './keys.ts';
import { legacyUpdates } from './legacy.ts';
import { checkExpressionSizes, checkItem, checkNesting, checkOperands } from './limits.ts';
import type { ItemChange } from './storage.ts';
import { applyUpdate } from './update.ts';
import type { Item } from './values.ts';

export type WriteKind = 'Put' | 'Update' | 'Delete' | 'ConditionCheck';

/** A write that is valid as far as can be said without its table. */
export interface Write {
  readonly kind: WriteKind;
  readonly tableName: string;
  /** The whole item of a Put, otherwise the key. */
  readonly subject: Item;
  readonly updates?: Updates;
  readonly request: Request & ParsedExpressions;
  /** `ReturnValuesOnConditionCheckFailure` is ALL_OLD. */
  readonly returnsOld: boolean;
}

const VALIDATED_AS = {
  Put: 'putItem',
  Update: 'updateItem',
  Delete: 'deleteItem',
  ConditionCheck: 'deleteItem',
} as const;

/** @throws {ServiceError} ValidationException, SerializationException */
export function parseWrite(kind: WriteKind, input: Request, store: Store): Write {
  checkExpressionSizes(input);
  const request = validated(VALIDATED_AS[kind], input, store);
  checkOperands('ConditionExpression', request._condition?.expression);
  const returnOnFailure = input.ReturnValuesOnConditionCheckFailure ?? 'NONE';
  if (returnOnFailure !== 'NONE' && returnOnFailure !== 'ALL_OLD') {
    throw constraintFailed(
      'ReturnValuesOnConditionCheckFailure',
      'Member must satisfy enum value set: [ALL_OLD, NONE]',
    );
  }
  const subject = (kind === 'Put' ? request.Item : request.Key) as Item;
  if (kind === 'Put') checkItem(subject, 'Item size has exceeded the maximum allowed size');
  checkNesting(request.ExpressionAttributeValues as Item | undefined);
  const updates =
    kind === 'Update' ? (request._updates ?? legacyUpdates(request.AttributeUpdates)) : undefined;
  return {
    kind,
    tableName: request.TableName as string,
    subject,
    ...(updates && { updates }),
    request,
    returnsOld: returnOnFailure === 'ALL_OLD',
  };
}

/**
 * An empty key value: refused before a transaction begins, where a key of the wrong type only cancels it.
 * @throws {ServiceError} ValidationException
 */
export function checkKeyNotEmpty(write: Write, table: TableDescription): void {
  checkNoEmptyKey(write.subject, table);
}

/** @throws {ServiceError} ValidationException when the key or an update does not fit the table */
export function checkAgainstTable(write: Write, table: TableDescription): void {
  checkKeyNotEmpty(write, table);
  assertValid(
    write.kind === 'Put'
      ? storeModule.validateItem(write.subject, table)
      : storeModule.validateKey(write.subject, table),
  );
  checkKeySizes(write.subject, table);
  if (write.updates) assertValid(storeModule.validateUpdates(undefined, write.updates, table));
  assertValid(storeModule.validateKeyPaths(write.request._condition?.nestedPaths, table));
}

/**
 * What the write makes of the item.
 * @throws {ServiceError} ConditionalCheckFailedException; ValidationException when the item does not fit the update
 */
export function evaluate(write: Write, table: TableDescription, before: Item | undefined): ItemChange {
  if (!conditionHolds(write.request, before ?? {}))
    throw conditionFailed(write.returnsOld ? before : undefined);
  return { table, before, after: itemAfter(write, table, before) };
}

function conditionHolds(request: Request & ParsedExpressions, item: Item): boolean {
  if (request._condition) return meets(item, request._condition.expression);
  return !request.Expected || storeModule.matchesFilter(item, request.Expected, request.ConditionalOperator);
}

function itemAfter(write: Write, table: TableDescription, before: Item | undefined): Item | undefined {
  switch (write.kind) {
    case 'Put':
      checkIndexKeys(write.subject, table, 'put');
      return write.subject;
    case 'Delete':
      return undefined;
    case 'ConditionCheck':
      return before;
    case 'Update': {
      const after = applyUpdate(before ?? write.subject, write.updates?.sections ?? []);
      checkIndexKeys(after, table, 'update');
      checkItem(after, 'Item size to update has exceeded the maximum allowed size');
      return after;
    }
  }
}

/**
 * What `ReturnValues` asks for; `undefined` where there is nothing to return.
 * @throws {ServiceError} ValidationException when the operation does not know the value
 */
export function returnedAttributes(write: Write, { before, after }: ItemChange): Item | undefined {
  const paths = write.updates?.paths ?? [];
  switch (write.request.ReturnValues) {
    case undefined:
    case 'NONE':
      return undefined;
    case 'ALL_OLD':
      return before;
    case 'ALL_NEW':
      return after;
    case 'UPDATED_OLD':
      return before && nonEmpty(storeModule.mapPaths(paths, before));
    case 'UPDATED_NEW':
      return after && nonEmpty(storeModule.mapPaths(paths, after));
    default:
      throw invalidParameters(`ReturnValues ${String(write.request.ReturnValues)}`);
  }
}

function nonEmpty(item: Item): Item | undefined {
  return Object.keys(item).length > 0 ? item : undefined;
}
