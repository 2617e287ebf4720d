// What scenarios are made of: what is there before, what is written, what fails by design, and what another writer does.

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
export const page = (text: string) => ({ largeAttributes: { page: { text } } });
export const add = { add: { writes: 1 } };
export const counted = { attributes: { writes: 1 } };

export const keyOf = ({ id }: Pick<Subject, 'id'>): Item => ({ id: { S: id } });

export async function created({ stand, id }: Subject): Promise<void> {
  const input = { key: { id }, attributes: { writes: 0 }, ...page('as created') };
  const { status } = await stand.end(await stand.start('create', input));
  if (status !== 'SUCCEEDED') throw new Error(`${id} could not be created`);
}

export async function staged({ stand, id }: Subject): Promise<object> {
  const key = `staging/${id}`;
  const { largeAttributes } = await stageLarge(stand, key, 1, 'SHA256');
  return { largeAttributes: { page: largeAttributes.film } };
}

export async function stagedInParts({ stand, id }: Subject): Promise<object> {
  const { largeAttributes } = await stageLarge(stand, `staging/${id}`, PARTS);
  return { largeAttributes: { page: largeAttributes.film } };
}

export const writeRefused = (): readonly FaultInput[] => [
  {
    service: 'dynamodb',
    operation: 'TransactWriteItems',
    when: 'before',
    error: 'AccessDeniedException',
    status: 400,
    times: 'always',
  },
];

export const copyRefused = (): readonly FaultInput[] => [
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
export const writeThrottled = (): readonly FaultInput[] => [
  {
    service: 'dynamodb',
    operation: 'TransactWriteItems',
    when: 'before',
    error: 'ThrottlingException',
    status: 400,
  },
];

export const writeInDoubt = (): readonly FaultInput[] => [
  {
    service: 'dynamodb',
    operation: 'TransactWriteItems',
    when: 'after',
    error: 'InternalServerError',
    status: 500,
  },
];

export const answerLost = (when: 'before' | 'after' | 'late') => (): readonly FaultInput[] => [
  {
    service: 'states',
    operation: 'StartSyncExecution',
    when,
    error: 'InternalServerException',
    lateSeconds: 10,
  },
];

/** Makes the run wait before its write, so that another writer can come first. */
export const writeHeld = (): readonly FaultInput[] => [
  {
    service: 'lambda',
    operation: 'Invoke',
    match: 'WriteItem',
    when: 'before',
    error: 'TooManyRequestsException',
  },
];

/** What another saga's update of plain attributes leaves, made in one call of our own, under the condition that it would have. */
export function rivalUpdate({ stand, id }: Subject): Promise<boolean> {
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

export function rivalCreate({ stand, id }: Subject): Promise<boolean> {
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

/** Bytes from which on a staged object is copied in parts. */
export const MIN_PART_BYTES = PART_BYTES;
