// Tables that an earlier process left, when a template names them again: an update, as a second deployment is on AWS.
// What the template says holds, also what it no longer says; items stay. What an update cannot change is refused.

import { DataError } from '../data/index.ts';
import type { Database } from './database.ts';
import type { IndexDescription, Request, TableDescription } from './dynalite.ts';
import { findTable, saveTable } from './storage.ts';
import { described } from './table-description.ts';
import { newTable } from './tables.ts';

/** @throws {DataError} when the key or an index is another, naming the folder */
export async function adoptTable(database: Database, input: Request): Promise<object> {
  const wanted = newTable(database, input);
  const found = await findTable(database.store, wanted.TableName);
  const place = `the table ${wanted.TableName} in ${database.folder}`;
  refuseChange(place, 'key', keyText(found.KeySchema, found), keyText(wanted.KeySchema, wanted));
  refuseChange(place, 'indexes', indexText(found), indexText(wanted));
  const { TableId, CreationDateTime } = found;
  const table = {
    ...wanted,
    TableId,
    CreationDateTime,
    ...sameStream(found, wanted),
    ...sameBilling(found, wanted),
  };
  await saveTable(database.store, table);
  return { TableDescription: described(table) };
}

function refuseChange(place: string, what: string, from: string, to: string): void {
  if (from === to) return;
  throw new DataError(
    `${place} has the ${what} ${from}, the template says ${to}: ` +
      'a table with data cannot be changed so; use another data folder, or delete this one',
  );
}

/** A stream that goes on keeps its name. */
function sameStream(found: TableDescription, wanted: TableDescription): Request {
  const view = ({ StreamSpecification }: TableDescription): string =>
    JSON.stringify(StreamSpecification ?? null);
  if (wanted.StreamSpecification === undefined || view(found) !== view(wanted)) return {};
  const { LatestStreamLabel, LatestStreamArn } = found;
  return { LatestStreamLabel, LatestStreamArn };
}

/** A table that was on demand has been since it became so. */
function sameBilling(found: TableDescription, wanted: TableDescription): Request {
  const mode = ({ BillingModeSummary }: TableDescription): string =>
    JSON.stringify(BillingModeSummary ?? null);
  const isSame = wanted._onDemandSince !== undefined && mode(found) === mode(wanted);
  return isSame ? { _onDemandSince: found._onDemandSince ?? found.CreationDateTime } : {};
}

/** `id (S), number (N)` */
function keyText(schema: TableDescription['KeySchema'], table: TableDescription): string {
  const typeOf = (name: string): string =>
    table.AttributeDefinitions.find(({ AttributeName }) => AttributeName === name)?.AttributeType ?? '?';
  return [...schema]
    .sort((a, b) => a.KeyType.localeCompare(b.KeyType))
    .map(({ AttributeName }) => `${AttributeName} (${typeOf(AttributeName)})`)
    .join(', ');
}

/** `byKind: kind (S), number (N), all attributes`, one after the other; `none` */
function indexText(table: TableDescription): string {
  const all = [
    ...(table.LocalSecondaryIndexes ?? []).map((index) => `local ${describe(index, table)}`),
    ...(table.GlobalSecondaryIndexes ?? []).map((index) => describe(index, table)),
  ];
  return all.length === 0 ? 'none' : all.sort().join('; ');
}

function describe(index: IndexDescription, table: TableDescription): string {
  const { ProjectionType, NonKeyAttributes = [] } = (index as IndexDescription & Projected).Projection ?? {};
  const attributes = [ProjectionType ?? 'ALL', ...[...NonKeyAttributes].sort()].join(' ');
  return `${index.IndexName}: ${keyText(index.KeySchema, table)}, ${attributes}`;
}

interface Projected {
  readonly Projection?: { readonly ProjectionType?: string; readonly NonKeyAttributes?: readonly string[] };
}
