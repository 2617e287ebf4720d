// ConsumedCapacity of reads and writes.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html

import { itemSize } from './sizes.ts';
import type { Item } from './values.ts';

export interface ConsumedCapacity {
  readonly TableName: string;
  readonly CapacityUnits: number;
  readonly Table?: { readonly CapacityUnits: number };
}

export type Consistency = 'eventual' | 'strong' | 'transactional';

export function readUnits(item: Item | undefined, consistency: Consistency): number {
  const factor = { eventual: 0.5, strong: 1, transactional: 2 }[consistency];
  return factor * unitsOf(item, 4096);
}

/** The larger of the item before and after counts. */
export function writeUnits(before: Item | undefined, after: Item | undefined, transactional = false): number {
  return (transactional ? 2 : 1) * Math.max(unitsOf(before, 1024), unitsOf(after, 1024));
}

/** @returns what `ReturnConsumedCapacity` asks for: `undefined` unless it is TOTAL or INDEXES */
export function consumedCapacity(
  mode: unknown,
  TableName: string,
  units: number,
): ConsumedCapacity | undefined {
  if (mode !== 'TOTAL' && mode !== 'INDEXES') return undefined;
  const total = { TableName, CapacityUnits: units };
  return mode === 'INDEXES' ? { ...total, Table: { CapacityUnits: units } } : total;
}

/** One entry a table, in the order of their first use. */
export function capacityByTable(
  mode: unknown,
  uses: readonly { readonly tableName: string; readonly units: number }[],
): ConsumedCapacity[] | undefined {
  if (mode !== 'TOTAL' && mode !== 'INDEXES') return undefined;
  const units = new Map<string, number>();
  for (const use of uses) units.set(use.tableName, (units.get(use.tableName) ?? 0) + use.units);
  return [...units].flatMap(([name, total]) => consumedCapacity(mode, name, total) ?? []);
}

function unitsOf(item: Item | undefined, bytesPerUnit: number): number {
  return Math.max(1, Math.ceil((item ? itemSize(item) : 0) / bytesPerUnit));
}
