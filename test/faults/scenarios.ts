// What the sweep makes fail: runs that take every path of the sagas, each of which ends the same way when nothing fails.

import { PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { Operation } from '../../core/keys/run.ts';
import type { Item } from '../../core/values/attributes.ts';
import { toSdkItem } from '../../core/values/sdk-item.ts';
import type { FaultInput } from '../../local/index.ts';
import { PART_BYTES, stageLarge } from '../e2e/large-copies.ts';
import type { Stand } from './stand.ts';

/** One item of a scenario. */
export interface Subject {
  readonly stand: Stand;
  readonly id: string;
}

export interface Scenario {
  readonly name: string;
  readonly operation: Operation;
  /** Whether a create takes the place of an item. */
  readonly overwrites?: true;
  /** By StartSyncExecution, through the client, which asks what has become of the run if it gets no answer. Default: Standard. */
  readonly lane?: 'express';
  /** Whether the answer is lost by design. */
  readonly loses?: true;
  /** How the run ends when nothing fails: its last end, or the error. */
  readonly ends: string;
  /** What is there before the run. Default: nothing. */
  prepare?(subject: Subject): Promise<void>;
  /** Uploads what the input names, and gives the input but for its key. */
  input(subject: Subject): Promise<object>;
  /** What fails by design. */
  readonly faults?: (subject: Subject) => readonly FaultInput[];
  /** What another writer does when the run waits for the first time. Gives whether it was possible. */
  rival?(subject: Subject): Promise<boolean>;
}

const PARTS = 2;
const page = (text: string) => ({ largeAttributes: { page: { text } } });
const add = { add: { writes: 1 } };
const counted = { attributes: { writes: 1 } };

export const keyOf = ({ id }: Pick<Subject, 'id'>): Item => ({ id: { S: id } });

async function created({ stand, id }: Subject): Promise<void> {
  const input = { key: { id }, attributes: { writes: 0 }, ...page('as created') };
  const { status } = await stand.end(await stand.start('create', input));
  if (status !== 'SUCCEEDED') throw new Error(`${id} could not be created`);
}

async function staged({ stand, id }: Subject): Promise<object> {
  const key = `staging/${id}`;
  const { largeAttributes } = await stageLarge(stand, key, 1, 'SHA256');
  return { largeAttributes: { page: largeAttributes.film } };
}

async function stagedInParts({ stand, id }: Subject): Promise<object> {
  const { largeAttributes } = await stageLarge(stand, `staging/${id}`, PARTS);
  return { largeAttributes: { page: largeAttributes.film } };
}

const writeRefused = (): readonly FaultInput[] => [
  {
    service: 'dynamodb',
    operation: 'TransactWriteItems',
    when: 'before',
    error: 'AccessDeniedException',
    status: 400,
    times: 'always',
  },
];

const copyRefused = (): readonly FaultInput[] => [
  {
    service: 's3',
    operation: 'CompleteMultipartUpload',
    when: 'before',
    error: 'AccessDenied',
    status: 403,
    times: 'always',
  },
];

/** Makes an Express run wait in its own lane. */
const writeThrottled = (): readonly FaultInput[] => [
  {
    service: 'dynamodb',
    operation: 'TransactWriteItems',
    when: 'before',
    error: 'ThrottlingException',
    status: 400,
  },
];

const writeInDoubt = (): readonly FaultInput[] => [
  {
    service: 'dynamodb',
    operation: 'TransactWriteItems',
    when: 'after',
    error: 'InternalServerError',
    status: 500,
  },
];

const answerLost = (when: 'before' | 'after' | 'late') => (): readonly FaultInput[] => [
  {
    service: 'states',
    operation: 'StartSyncExecution',
    when,
    error: 'InternalServerException',
    lateSeconds: 10,
  },
];

/** Makes the run wait before its write, so that another writer can come first. */
const writeHeld = (): readonly FaultInput[] => [
  {
    service: 'lambda',
    operation: 'Invoke',
    match: 'WriteItem',
    when: 'before',
    error: 'TooManyRequestsException',
  },
];

/** What another saga's update of plain attributes leaves, made in one call of our own, under the condition that it would have. */
function rivalUpdate({ stand, id }: Subject): Promise<boolean> {
  return succeeds(
    stand,
    new UpdateItemCommand({
      TableName: stand.descriptor.table,
      Key: toSdkItem(keyOf({ id })),
      UpdateExpression: 'SET #saga.version = #saga.version + :one, #saga.writtenBy = :run',
      ConditionExpression: 'attribute_exists(#saga)',
      ExpressionAttributeNames: { '#saga': '_saga' },
      ExpressionAttributeValues: { ':one': { N: '1' }, ':run': { S: RIVAL } },
    }),
  );
}

function rivalCreate({ stand, id }: Subject): Promise<boolean> {
  const saga = {
    createdBy: { S: RIVAL.replace('update', 'create') },
    version: { N: '1' },
    writtenBy: { S: RIVAL },
    large: { L: [] },
  };
  return succeeds(
    stand,
    new PutItemCommand({
      TableName: stand.descriptor.table,
      Item: toSdkItem({ ...keyOf({ id }), _saga: { M: saga } }),
      ConditionExpression: 'attribute_not_exists(#saga)',
      ExpressionAttributeNames: { '#saga': '_saga' },
    }),
  );
}

/** Whether a conditional write met its condition. */
async function succeeds({ dynamodb }: Stand, command: PutItemCommand | UpdateItemCommand): Promise<boolean> {
  try {
    await (command instanceof PutItemCommand ? dynamodb.send(command) : dynamodb.send(command));
    return true;
  } catch (error) {
    if ((error as Error).name === 'ConditionalCheckFailedException') return false;
    throw error;
  }
}

export const RIVAL = 'update.rival.20260101T000000000Z';

export const SCENARIOS: readonly Scenario[] = [
  { name: 'create', operation: 'create', ends: 'committed', input: async () => page('new') },
  { name: 'create, staged', operation: 'create', ends: 'committed', input: staged },
  { name: 'create, staged, copied in parts', operation: 'create', ends: 'committed', input: stagedInParts },
  {
    name: 'create, refused by DynamoDB',
    operation: 'create',
    ends: 'RolledBack.WriteRefused',
    input: async () => page('new'),
    faults: writeRefused,
  },
  {
    name: 'create, copied in parts, refused by S3',
    operation: 'create',
    ends: 'RolledBack.PutRefused',
    input: stagedInParts,
    faults: copyRefused,
  },
  {
    name: 'create, another create first',
    operation: 'create',
    ends: 'RolledBack.AlreadyExists',
    input: async () => page('new'),
    faults: writeHeld,
    rival: rivalCreate,
  },
  {
    name: 'update',
    operation: 'update',
    ends: 'committed',
    prepare: created,
    input: async () => ({ ...add, ...page('new') }),
  },
  {
    name: 'update, staged',
    operation: 'update',
    ends: 'committed',
    prepare: created,
    input: async (subject) => ({ ...add, ...(await staged(subject)) }),
  },
  {
    name: 'update, staged, copied in parts',
    operation: 'update',
    ends: 'committed',
    prepare: created,
    input: async (subject) => ({ ...add, ...(await stagedInParts(subject)) }),
  },
  {
    name: 'update, the same content',
    operation: 'update',
    ends: 'committed',
    prepare: created,
    input: async () => ({ ...add, ...page('as created') }),
  },
  {
    name: 'update, its condition fails',
    operation: 'update',
    ends: 'RolledBack.ConditionFailed',
    prepare: created,
    input: async () => ({ ...add, condition: { expression: 'attribute_exists(colour)' }, ...page('new') }),
  },
  {
    name: 'update, another update first',
    operation: 'update',
    ends: 'committed',
    prepare: created,
    input: async () => ({ ...add, ...page('new') }),
    faults: writeHeld,
    rival: rivalUpdate,
  },
  { name: 'delete', operation: 'delete', ends: 'committed', prepare: created, input: async () => ({}) },
  {
    name: 'delete, another update first',
    operation: 'delete',
    ends: 'committed',
    prepare: created,
    input: async () => ({}),
    faults: writeHeld,
    rival: rivalUpdate,
  },
  {
    name: 'put, over no item',
    operation: 'create',
    overwrites: true,
    ends: 'committed',
    input: async () => page('new'),
  },
  {
    name: 'put, over an item with objects',
    operation: 'create',
    overwrites: true,
    ends: 'committed',
    prepare: created,
    input: async () => ({ ...counted, ...page('new') }),
  },
  {
    name: 'Express create',
    operation: 'create',
    lane: 'express',
    ends: 'committed',
    input: async () => page('new'),
  },
  { name: 'Express create, staged', operation: 'create', lane: 'express', ends: 'committed', input: staged },
  {
    name: 'Express create, refused by DynamoDB',
    operation: 'create',
    lane: 'express',
    ends: 'RolledBack.WriteRefused',
    input: async () => page('new'),
    faults: writeRefused,
  },
  {
    name: 'Express create, its write in doubt',
    operation: 'create',
    lane: 'express',
    ends: 'committed',
    input: async () => page('new'),
    faults: writeInDoubt,
  },
  {
    name: 'Express create, its answer lost',
    operation: 'create',
    lane: 'express',
    loses: true,
    ends: 'committed',
    input: async () => page('new'),
    faults: answerLost('after'),
  },
  {
    name: 'Express update',
    operation: 'update',
    lane: 'express',
    ends: 'committed',
    prepare: created,
    input: async () => ({ ...add, ...page('new') }),
  },
  {
    name: 'Express update, another update first',
    operation: 'update',
    lane: 'express',
    ends: 'committed',
    prepare: created,
    input: async () => ({ ...add, ...page('new') }),
    faults: writeThrottled,
    rival: rivalUpdate,
  },
  {
    name: 'Express update, lost before its start',
    operation: 'update',
    lane: 'express',
    loses: true,
    ends: 'rolled-back',
    prepare: created,
    input: async () => ({ ...add, ...page('new') }),
    faults: answerLost('before'),
  },
  {
    name: 'Express update, lost and late',
    operation: 'update',
    lane: 'express',
    loses: true,
    ends: 'committed',
    prepare: created,
    input: async () => ({ ...add, ...page('new') }),
    faults: answerLost('late'),
  },
  {
    name: 'Express put, over an item with objects',
    operation: 'create',
    overwrites: true,
    lane: 'express',
    ends: 'committed',
    prepare: created,
    input: async () => ({ ...counted, ...page('new') }),
  },
  {
    name: 'Express delete',
    operation: 'delete',
    lane: 'express',
    ends: 'committed',
    prepare: created,
    input: async () => ({}),
  },
];

/** Bytes from which on a staged object is copied in parts. */
export const MIN_PART_BYTES = PART_BYTES;
