// Time to live: the attribute that says when an item goes, and the deletion of what has passed its time.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html

import type { Clock } from '../clock.ts';
import type { Request, Store, TableDescription } from './dynalite.ts';
import { invalidParameters, validationError } from './errors.ts';
import { everyItem, findTable, type ItemChange, saveTable, tableNames } from './storage.ts';
import { requestedTable } from './tables.ts';
import type { Item } from './values.ts';

/** An item whose time lies further back than this is taken for a mistake and kept. */
const LONGEST_PAST_SECONDS = 5 * 365 * 24 * 60 * 60;

/** @throws {ServiceError} ValidationException when nothing would change */
export async function updateTimeToLive(store: Store, input: Request): Promise<object> {
  const table = await requestedTable(store, input);
  const { AttributeName, Enabled } = (input.TimeToLiveSpecification ?? {}) as Request;
  if (typeof AttributeName !== 'string' || AttributeName === '' || typeof Enabled !== 'boolean') {
    throw invalidParameters(
      'TimeToLiveSpecification must have AttributeName (a string) and Enabled (true or false)',
    );
  }
  const current = timeToLiveAttribute(table);
  if (Enabled && current !== undefined) throw validationError('TimeToLive is already enabled');
  if (!Enabled && current === undefined) throw validationError('TimeToLive is already disabled');
  if (!Enabled && current !== AttributeName) {
    throw validationError(
      `TimeToLive is active on a different AttributeName: current AttributeName is ${current}`,
    );
  }
  await saveTable(store, { ...table, _timeToLive: Enabled ? AttributeName : undefined });
  return { TimeToLiveSpecification: { AttributeName, Enabled } };
}

export async function describeTimeToLive(store: Store, input: Request): Promise<object> {
  const attribute = timeToLiveAttribute(await requestedTable(store, input));
  return {
    TimeToLiveDescription: attribute
      ? { TimeToLiveStatus: 'ENABLED', AttributeName: attribute }
      : { TimeToLiveStatus: 'DISABLED' },
  };
}

/** What has passed its time, as deletions that are yet to be applied. */
export async function expiredItems(store: Store, clock: Clock): Promise<ItemChange[]> {
  const nowSeconds = Math.floor(clock.now() / 1000);
  const changes: ItemChange[] = [];
  for (const name of await tableNames(store)) {
    const table = await findTable(store, name);
    const attribute = timeToLiveAttribute(table);
    if (attribute === undefined) continue;
    for await (const before of everyItem(store, table)) {
      if (hasExpired(before, attribute, nowSeconds)) changes.push({ table, before, after: undefined });
    }
  }
  return changes;
}

function hasExpired(item: Item, attribute: string, nowSeconds: number): boolean {
  const text = item[attribute]?.N;
  if (text === undefined) return false;
  const age = nowSeconds - Number(text);
  return age > 0 && age <= LONGEST_PAST_SECONDS;
}

function timeToLiveAttribute(table: TableDescription): string | undefined {
  return table._timeToLive as string | undefined;
}
