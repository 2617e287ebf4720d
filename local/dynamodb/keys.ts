// Key attributes of tables and indexes: what dynalite leaves unchecked of them.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html (Primary key)

import { ServiceError } from '../service.ts';
import type { IndexDescription, TableDescription } from './dynalite.ts';
import { invalidParameters, validationError } from './errors.ts';
import { type AttributeValue, type Item, type ScalarType, typeOf } from './values.ts';

const MAX_PARTITION_KEY_BYTES = 2048;
const MAX_SORT_KEY_BYTES = 1024;

export function keyNames(table: TableDescription): string[] {
  return table.KeySchema.map((element) => element.AttributeName);
}

export function keyOf(item: Item, table: TableDescription): Item {
  return Object.fromEntries(keyNames(table).map((name) => [name, item[name] as AttributeValue]));
}

/** @throws {ServiceError} ValidationException when a key attribute is an empty string or empty binary */
export function checkNoEmptyKey(keyOrItem: Item, table: TableDescription): void {
  for (const name of keyNames(table)) {
    const kind = emptyKind(keyOrItem[name]);
    if (!kind) continue;
    throw validationError(
      'One or more parameter values are not valid. ' +
        `The AttributeValue for a key attribute cannot contain an empty ${kind} value. Key: ${name}`,
    );
  }
}

/** @throws {ServiceError} ValidationException when a key attribute is too long, in bytes of UTF-8 */
export function checkKeySizes(keyOrItem: Item, table: TableDescription): void {
  const [partition, sort] = keyNames(table).map((name) => keyBytes(keyOrItem[name]));
  if ((partition ?? 0) > MAX_PARTITION_KEY_BYTES) {
    throw invalidParameters(
      `Size of hashkey has exceeded the maximum size limit of ${MAX_PARTITION_KEY_BYTES} bytes`,
    );
  }
  if ((sort ?? 0) > MAX_SORT_KEY_BYTES) {
    throw invalidParameters(
      `Aggregated size of all range keys has exceeded the size limit of ${MAX_SORT_KEY_BYTES} bytes`,
    );
  }
}

/** @throws {ServiceError} ValidationException when an attribute cannot be the key of an index that has it as one */
export function checkIndexKeys(item: Item, table: TableDescription, operation: 'put' | 'update'): void {
  const indexes = [...(table.LocalSecondaryIndexes ?? []), ...(table.GlobalSecondaryIndexes ?? [])];
  for (const { IndexName, KeySchema } of indexes) {
    for (const { AttributeName, KeyType } of KeySchema) {
      const value = item[AttributeName];
      if (!value) continue;
      checkIndexKeyType(value, typeIn(table, AttributeName), AttributeName, IndexName, operation);
      const limit = KeyType === 'HASH' ? MAX_PARTITION_KEY_BYTES : MAX_SORT_KEY_BYTES;
      if (keyBytes(value) > limit) {
        throw invalidParameters(
          `Size of ${KeyType === 'HASH' ? 'hashkey' : 'rangekey'} has exceeded the maximum size limit of ` +
            `${limit} bytes IndexName: ${IndexName}, IndexKey: ${AttributeName}`,
        );
      }
    }
  }
}

/** Whether an item that was there before the index can be in it: one with a key of another type or size is left out. */
export function fitsIndex(item: Item, table: TableDescription, index: IndexDescription): boolean {
  const only = { ...table, LocalSecondaryIndexes: [], GlobalSecondaryIndexes: [index] };
  try {
    checkIndexKeys(item, only, 'put');
    return true;
  } catch (error) {
    if (error instanceof ServiceError) return false;
    throw error;
  }
}

function checkIndexKeyType(
  value: AttributeValue,
  expected: ScalarType | undefined,
  name: string,
  indexName: string,
  operation: 'put' | 'update',
): void {
  if (typeOf(value) !== expected) {
    throw operation === 'update'
      ? validationError(
          'The update expression attempted to update the secondary index key to unsupported type',
        )
      : invalidParameters(
          `Type mismatch for Index Key ${name} Expected: ${expected} Actual: ${typeOf(value)} IndexName: ${indexName}`,
        );
  }
  const kind = emptyKind(value);
  if (kind) {
    throw validationError(
      'One or more parameter values are not valid. A value specified for a secondary index key is not supported. ' +
        `The AttributeValue for a key attribute cannot contain an empty ${kind} value. ` +
        `IndexName: ${indexName}, IndexKey: ${name}`,
    );
  }
}

function typeIn(table: TableDescription, name: string): ScalarType | undefined {
  return table.AttributeDefinitions.find((definition) => definition.AttributeName === name)?.AttributeType;
}

function emptyKind(value: AttributeValue | undefined): 'string' | 'binary' | undefined {
  if (value?.S === '') return 'string';
  return value?.B === '' ? 'binary' : undefined;
}

function keyBytes(value: AttributeValue | undefined): number {
  if (value?.S !== undefined) return Buffer.byteLength(value.S);
  return value?.B === undefined ? 0 : Buffer.byteLength(value.B, 'base64');
}
