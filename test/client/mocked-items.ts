// What the mocked table and bucket answer to reads.

import { Readable } from 'node:stream';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import type { SdkItem } from './items.ts';
import { awsError, dynamodb, s3, sha256 } from './mocks.ts';

/** Consistent reads answer these items in turn, the last one for ever. */
export function items(...answers: (SdkItem | undefined)[]): void {
  const behaviour = dynamodb.on(GetItemCommand, { ConsistentRead: true });
  answers.forEach((Item, at) => {
    if (at < answers.length - 1) behaviour.resolvesOnce({ Item });
    else behaviour.resolves({ Item });
  });
}

/** The objects that there are; all others are missing, which is answered once those that there are have been read. */
export function objects(present: Readonly<Record<string, string>>): void {
  const find = async (Key: string) => {
    const content = present[Key];
    if (content === undefined) {
      await new Promise(setImmediate);
      throw awsError('NoSuchKey', 404);
    }
    const Metadata = { 'updated-at': '2026-01-01T00:00:00Z' };
    const ETag = `"${sha256(content)}"`;
    return { content, head: { ContentLength: content.length, ContentType: 'text/plain', ETag, Metadata } };
  };
  s3.on(HeadObjectCommand).callsFake(async ({ Key }: { Key: string }) => (await find(Key)).head);
  s3.on(GetObjectCommand).callsFake(async ({ Key, IfMatch }: { Key: string; IfMatch?: string }) => {
    const { content, head } = await find(Key);
    if (IfMatch !== undefined && IfMatch !== head.ETag) throw awsError('PreconditionFailed', 412);
    return { ...head, Body: Readable.from([Buffer.from(content)]) };
  });
}
