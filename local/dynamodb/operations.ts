// The API: each operation's name, the lock that it needs, and what performs it.

import { describeContinuousBackups, updateContinuousBackups } from './backups.ts';
import { applyBatch, batchWriteAnswer, parseBatchWrite } from './batch-writes.ts';
import { consumedCapacity, writeUnits } from './capacity.ts';
import type { Database, Operation } from './database.ts';
import type { BatchOperation, Request } from './dynalite.ts';
import { batchGetItem, getItem, readPage } from './reads.ts';
import { commit, findItem, findTable, type ItemChange } from './storage.ts';
import * as streams from './streams.ts';
import * as tables from './tables.ts';
import { parseTransactWrite } from './transaction-requests.ts';
import { applyTransaction, transactGetItems, transactWriteAnswer } from './transactions.ts';
import { describeTimeToLive, updateTimeToLive } from './ttl.ts';
import { checkAgainstTable, evaluate, parseWrite, returnedAttributes, type WriteKind } from './writes.ts';

/** Every operation that there is; all others are refused by name. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  BatchGetItem: reading((database, input) => batchGetItem(database.store, input)),
  BatchWriteItem: writing(batchWriteItem),
  CreateTable: writing(tables.createTable),
  DeleteItem: (database, input) => writeItem(database, 'Delete', input),
  DeleteTable: writing(deleteTable),
  DescribeContinuousBackups: reading(describeContinuousBackups),
  DescribeEndpoints: async ({ identity }) => ({
    Endpoints: [{ Address: `dynamodb.${identity.region}.amazonaws.com`, CachePeriodInMinutes: 1440 }],
  }),
  DescribeTable: reading(tables.describeTable),
  DescribeTimeToLive: reading((database, input) => describeTimeToLive(database.store, input)),
  GetItem: reading((database, input) => getItem(database.store, input)),
  ListTables: reading(tables.listTables),
  ListTagsOfResource: reading(tables.listTagsOfResource),
  PutItem: (database, input) => writeItem(database, 'Put', input),
  Query: reading((database, input) => readPage(database.store, 'query', input)),
  Scan: reading((database, input) => readPage(database.store, 'scan', input)),
  TagResource: writing(tables.tagResource),
  TransactGetItems: reading((database, input) => transactGetItems(database.store, input)),
  TransactWriteItems: transactWriteItems,
  UntagResource: writing(tables.untagResource),
  UpdateContinuousBackups: writing(updateContinuousBackups),
  UpdateItem: (database, input) => writeItem(database, 'Update', input),
  UpdateTable: writing(tables.updateTable),
  UpdateTimeToLive: writing((database, input) => updateTimeToLive(database.store, input)),
};

/** The API of DynamoDB Streams. */
export const STREAM_OPERATIONS: Readonly<Record<string, Operation>> = {
  DescribeStream: reading(streams.describeStream),
  GetRecords: reading(streams.getRecords),
  GetShardIterator: reading(streams.getShardIterator),
  ListStreams: reading(streams.listStreams),
};

function reading(operation: Operation): Operation {
  return (database, input) => database.lock.read(() => operation(database, input));
}

function writing(operation: Operation): Operation {
  return (database, input) => database.lock.write(() => operation(database, input));
}

async function writeItem(database: Database, kind: WriteKind, input: Request): Promise<object> {
  const write = parseWrite(kind, input, database.store);
  const change = await database.lock.write(async () => {
    const table = await findTable(database.store, write.tableName);
    checkAgainstTable(write, table);
    const before = await findItem(database.store, table, write.subject);
    return applied(database, evaluate(write, table, before));
  });
  const units = writeUnits(change.before, change.after);
  return {
    Attributes: returnedAttributes(write, change),
    ConsumedCapacity: consumedCapacity(input.ReturnConsumedCapacity, write.tableName, units),
  };
}

async function applied(database: Database, change: ItemChange): Promise<ItemChange> {
  await commit(database.store, [change]);
  database.changes.append([change]);
  return change;
}

async function batchWriteItem(database: Database, input: Request): Promise<object> {
  const writes = parseBatchWrite(database.store, input);
  const changes = await applyBatch(database.store, writes);
  database.changes.append(changes);
  return batchWriteAnswer(input, changes);
}

async function deleteTable(database: Database, input: Request): Promise<object> {
  const answer = await tables.deleteTable(database, input);
  database.changes.forget(input.TableName as string);
  return answer;
}

/** Waits for its turn once; a token that is in use meanwhile is refused, as AWS documents it. */
async function transactWriteItems(database: Database, input: Request): Promise<object> {
  const { writes, token } = parseTransactWrite(database.store, input);
  const run = async (beside: readonly BatchOperation[]): Promise<readonly ItemChange[]> =>
    database.lock.write(async () => {
      const changes = await applyTransaction(database.store, writes, beside);
      database.changes.append(changes);
      return changes;
    });
  const changes =
    token === undefined ? await run([]) : await database.tokens.once(token, input.TransactItems, run);
  return transactWriteAnswer(input, writes, changes ?? []);
}
