// What DynamoDB is asked for a query or a scan, from what a caller asks for.

import { typedExpression } from '../../core/contract/request.ts';
import type { StoreDescriptor } from '../../core/contract/store-types.ts';
import { invalidInput } from '../../core/errors/errors.ts';
import { keyAttributes } from '../../core/keys/item-key.ts';
import { type AttributeValue, toAttributeValue } from '../../core/values/attributes.ts';
import { toSdkItem } from '../../core/values/sdk-item.ts';
import { isRecord } from '../content/kinds.ts';
import type { SdkItem } from '../read/snapshot.ts';
import { encodeValue } from '../values.ts';

/** The part of a request that tells one search from another. */
export interface Search {
  readonly KeyConditionExpression?: string;
  readonly FilterExpression?: string;
  readonly IndexName?: string;
  readonly ScanIndexForward?: boolean;
  readonly ExpressionAttributeNames: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues: SdkItem;
  /** Attributes of the key that it names. */
  readonly keyNames: readonly string[];
}

export interface Asked {
  readonly partition?: unknown;
  readonly sort?: unknown;
  readonly index?: unknown;
  readonly filter?: unknown;
  readonly order?: unknown;
}

/** Names and values of expressions, gathered under placeholders of their own. */
class Placeholders {
  readonly names: Record<string, string> = {};
  readonly values: Record<string, AttributeValue> = {};

  name(name: string): string {
    const placeholder = `#tw_k${Object.keys(this.names).length}`;
    this.names[placeholder] = name;
    return placeholder;
  }

  value(value: AttributeValue): string {
    const placeholder = `:tw_k${Object.keys(this.values).length}`;
    this.values[placeholder] = value;
    return placeholder;
  }
}

/** @throws {SagaError} InvalidInput */
export function querySearch(asked: Asked, store: StoreDescriptor): Search {
  const { partition, sort, order } = asked;
  const placeholders = new Placeholders();
  const partitions = entriesOf(partition, 'partition');
  const sorts = sort === undefined ? [] : entriesOf(sort, 'sort');
  if (asked.index === undefined) checkTableKey(partitions, sorts, store);
  if (order !== undefined && order !== 'ascending' && order !== 'descending') {
    throw invalidInput('order', order, 'expected ascending or descending');
  }
  const conditions = [
    ...partitions.map(([name, value]) => {
      const typed = keyValue(name, value, `partition.${name}`, store);
      return `${placeholders.name(name)} = ${placeholders.value(typed)}`;
    }),
    ...sorts.map(([name, condition]) => sortCondition(name, condition, placeholders, store)),
  ];
  return {
    ...search(asked, placeholders),
    KeyConditionExpression: conditions.join(' AND '),
    ScanIndexForward: order !== 'descending',
    keyNames: [...partitions, ...sorts].map(([name]) => name),
  };
}

/** @throws {SagaError} InvalidInput */
export function scanSearch(asked: Asked): Search {
  return search(asked, new Placeholders());
}

function search({ index, filter }: Asked, { names, values }: Placeholders): Search {
  if (index !== undefined && (typeof index !== 'string' || index === '')) {
    throw invalidInput('index', index, 'expected the name of an index');
  }
  const filtering = filter === undefined ? undefined : filterOf(filter);
  return {
    ...(filtering !== undefined && { FilterExpression: filtering.expression }),
    ...(index !== undefined && { IndexName: index as string }),
    ExpressionAttributeNames: { ...filtering?.names, ...names },
    ExpressionAttributeValues: toSdkItem({ ...filtering?.values, ...values }),
    keyNames: [],
  };
}

function filterOf(filter: unknown) {
  const { expression, names = {}, values = {}, ...others } = isRecord(filter) ? filter : {};
  const [other] = Object.keys(others);
  if (other !== undefined)
    throw invalidInput(`filter.${other}`, undefined, 'expected expression, names and values');
  if (typeof expression !== 'string') throw invalidInput('filter.expression', expression, 'expected text');
  if (!isRecord(names)) throw invalidInput('filter.names', names, 'expected an object');
  if (!isRecord(values)) throw invalidInput('filter.values', values, 'expected an object');
  for (const [placeholder, name] of Object.entries(names)) {
    if (typeof name !== 'string') throw invalidInput(`filter.names.${placeholder}`, name, 'expected a name');
  }
  const typed = Object.entries(values).map(
    ([placeholder, value]) => [placeholder, encodeValue(value, `filter.values.${placeholder}`)] as const,
  );
  return typedExpression(
    { expression, names: names as Record<string, string>, values: Object.fromEntries(typed) },
    'dynamodb',
    'filter',
  );
}

type Entries = readonly (readonly [name: string, value: unknown])[];

function entriesOf(record: unknown, field: string): Entries {
  const entries = isRecord(record) ? Object.entries(record) : [];
  if (entries.length === 0)
    throw invalidInput(field, record, 'expected values by the names of key attributes');
  return entries;
}

function checkTableKey(partitions: Entries, sorts: Entries, { key }: StoreDescriptor): void {
  const check = (entries: Entries, field: string, name: string | undefined): void => {
    const other = entries.find(([each]) => each !== name);
    if (other === undefined) return;
    const there = name === undefined ? 'none' : name;
    throw invalidInput(
      `${field}.${other[0]}`,
      other[1],
      `not the table's ${field} key, which is ${there}; name an index`,
    );
  };
  check(partitions, 'partition', key.partitionKey.name);
  check(sorts, 'sort', key.sortKey?.name);
}

const COMPARISONS: Readonly<Record<string, string>> = { eq: '=', lt: '<', lte: '<=', gt: '>', gte: '>=' };
const KINDS = [...Object.keys(COMPARISONS), 'between', 'beginsWith'];

function sortCondition(
  name: string,
  condition: unknown,
  placeholders: Placeholders,
  store: StoreDescriptor,
): string {
  const field = `sort.${name}`;
  const given = isRecord(condition)
    ? Object.entries(condition).filter(([, value]) => value !== undefined)
    : [];
  const [entry] = given;
  if (entry === undefined || given.length !== 1) {
    throw invalidInput(field, condition, `expected one condition, of ${KINDS.join(', ')}`);
  }
  const [kind, operand] = entry;
  const at = `${field}.${kind}`;
  const subject = placeholders.name(name);
  const value = (each: unknown, path: string) => placeholders.value(keyValue(name, each, path, store));
  if (Object.hasOwn(COMPARISONS, kind)) return `${subject} ${COMPARISONS[kind]} ${value(operand, at)}`;
  if (kind === 'between') {
    if (!Array.isArray(operand) || operand.length !== 2)
      throw invalidInput(at, operand, 'expected two values');
    return `${subject} BETWEEN ${value(operand[0], `${at}[0]`)} AND ${value(operand[1], `${at}[1]`)}`;
  }
  if (kind !== 'beginsWith') throw invalidInput(at, operand, `no condition; there are ${KINDS.join(', ')}`);
  const prefix = keyValue(name, operand, at, store);
  if ('N' in prefix) throw invalidInput(at, operand, 'a number begins with nothing');
  return `begins_with(${subject}, ${placeholders.value(prefix)})`;
}

/** A value of a key attribute, typed; of the table's key, as the table has it. */
function keyValue(name: string, value: unknown, field: string, store: StoreDescriptor): AttributeValue {
  const attribute = keyAttributes(store.key).find((each) => each.name === name);
  const isBase64 = attribute?.type === 'B' && typeof value === 'string';
  const typed = isBase64 ? toAttributeValue({ B: value }, 'dynamodb', field) : encodeValue(value, field);
  const types = attribute === undefined ? ['S', 'N', 'B'] : [attribute.type];
  if (!types.some((type) => type in typed)) {
    throw invalidInput(field, value, `expected a key's value, of the type ${types.join(', ')}`);
  }
  return typed;
}
