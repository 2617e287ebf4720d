// What a behaviour of the suite is, and what behaviours share.

import type { AttributeValue, DynamoDB } from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';

/** What a behaviour is tried on. */
export interface Subject {
  readonly client: DynamoDB;
  /** A table with the partition key `id` (S). */
  readonly simple: string;
  /** A table with the keys `pk` (S) and `sk` (N), and a global index `byKind` on `kind` (S) and `sk`. */
  readonly sorted: string;
}

/** One thing that DynamoDB does. Every behaviour uses keys of its own, so that their order does not matter. */
export type Behaviour = readonly [name: string, holds: (subject: Subject) => Promise<void>];

export type Item = Record<string, AttributeValue>;

/** The error that a call fails with, for its name, message and members to be looked at. */
export async function failure(call: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await call;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error('expected the call to fail; it succeeded');
}

/** Passes when the call is refused as invalid, with a message that says this. */
export async function refused(call: Promise<unknown>, message: string | RegExp = ''): Promise<void> {
  const error = await failure(call);
  expect({ name: error.name, message: error.message }).toEqual({
    name: 'ValidationException',
    message: typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message),
  });
}

/** The item with this `id`, read consistently. */
export async function read({ client, simple }: Subject, id: string): Promise<Item | undefined> {
  const { Item } = await client.getItem({ TableName: simple, Key: { id: { S: id } }, ConsistentRead: true });
  return Item;
}

/** Puts an item with this `id` and attributes into the simple table. */
export async function given({ client, simple }: Subject, id: string, attributes: Item = {}): Promise<void> {
  await client.putItem({ TableName: simple, Item: { id: { S: id }, ...attributes } });
}
