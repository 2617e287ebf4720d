// The plain algorithm that docs/hazards.md, part A, is about: HEAD and PUT by content, one write of the item, and the clean-up,
// in the app's own process. Cheap, fast, and loses data: what a saga's price is measured by.

import { createHash } from 'node:crypto';
import { DeleteItemCommand, type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { DeleteObjectsCommand, HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

export interface PlainStore {
  readonly s3: S3Client;
  readonly dynamodb: DynamoDBClient;
  readonly bucket: string;
  readonly table: string;
}

/** Creates or updates, as the plain code does both: what the item pointed at before, and does no more, is deleted. */
export async function plainWrite(
  { s3, dynamodb, bucket, table }: PlainStore,
  id: string,
  large: Readonly<Record<string, string>>,
): Promise<void> {
  const pointers = await Promise.all(
    Object.entries(large).map(async ([name, text]) => {
      const Key = keyOf(id, name, text);
      if (!(await isThere(s3, bucket, Key)))
        await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: text }));
      return [name, uriOf(bucket, Key)] as const;
    }),
  );
  const names = Object.fromEntries(pointers.map(([name], at) => [`#n${at}`, name]));
  const { Attributes: before = {} } = await dynamodb.send(
    new UpdateItemCommand({
      TableName: table,
      Key: { id: { S: id } },
      UpdateExpression: `SET #title = :title${pointers.map((_, at) => `, #n${at} = :n${at}`).join('')}`,
      ExpressionAttributeNames: { '#title': 'title', ...names },
      ExpressionAttributeValues: {
        ':title': { S: 'A title' },
        ...Object.fromEntries(pointers.map(([, uri], at) => [`:n${at}`, { S: uri }])),
      },
      ReturnValues: 'ALL_OLD',
    }),
  );
  const now: ReadonlySet<string> = new Set(pointers.map(([, uri]) => uri));
  const old = Object.values(before).flatMap(({ S }) => (S?.startsWith('s3://') && !now.has(S) ? [S] : []));
  await deleteObjects(s3, bucket, old);
}

export async function plainDelete({ s3, dynamodb, bucket, table }: PlainStore, id: string): Promise<void> {
  const { Attributes: before = {} } = await dynamodb.send(
    new DeleteItemCommand({ TableName: table, Key: { id: { S: id } }, ReturnValues: 'ALL_OLD' }),
  );
  await deleteObjects(
    s3,
    bucket,
    Object.values(before).flatMap(({ S }) => (S?.startsWith('s3://') ? [S] : [])),
  );
}

async function deleteObjects(s3: S3Client, bucket: string, uris: readonly string[]): Promise<void> {
  if (uris.length === 0) return;
  const Objects = uris.map((uri) => ({ Key: uri.slice(`s3://${bucket}/`.length) }));
  await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
}

function keyOf(id: string, name: string, text: string): string {
  return `plain/${id}/${name}/${createHash('sha256').update(text).digest('hex')}`;
}

async function isThere(s3: S3Client, bucket: string, key: string): Promise<boolean> {
  return s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key })).then(
    () => true,
    (error: { name?: string }) => {
      if (error.name === 'NotFound') return false;
      throw error;
    },
  );
}

function uriOf(bucket: string, key: string): string {
  return `s3://${bucket}/${key}`;
}
