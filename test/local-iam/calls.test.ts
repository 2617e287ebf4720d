// What a role may do, through a real local cloud and the AWS SDK.

import {
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import {
  ACCOUNT,
  allow,
  arnOf,
  deny,
  document,
  functionOf,
  startWith,
  templateFor,
  WORKER,
} from './support.ts';

const put = (Key: string) => new PutObjectCommand({ Bucket: 'docs', Key, Body: 'x' });
const get = (Key: string) => new GetObjectCommand({ Bucket: 'docs', Key });
const head = (Key: string) => new HeadObjectCommand({ Bucket: 'docs', Key });
const list = (Prefix: string) => new ListObjectsV2Command({ Bucket: 'docs', Prefix });
const ITEMS = `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/items`;

describe('a call of a function', () => {
  test('that its role does not allow is refused in S3 as AWS refuses it', async () => {
    const { worker } = await startWith([allow('s3:GetObject')]);
    await expect(worker.s3.send(put('items/a'))).rejects.toMatchObject({
      name: 'AccessDenied',
      message:
        `User: ${WORKER} is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::docs/items/a" ` +
        'because no identity-based policy allows the s3:PutObject action',
      $metadata: { httpStatusCode: 403 },
    });
    await expect(worker.s3.send(new ListBucketsCommand({}))).rejects.toThrow(
      'is not authorized to perform: s3:ListAllMyBuckets because no identity-based policy',
    );
  });

  test('that its role does not allow is refused in DynamoDB as AWS refuses it', async () => {
    const { worker } = await startWith([]);
    const write = worker.dynamodb.send(new PutItemCommand({ TableName: 'items', Item: { id: { S: 'a' } } }));
    await expect(write).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message:
        `User: ${WORKER} is not authorized to perform: dynamodb:PutItem on resource: ${ITEMS} ` +
        'because no identity-based policy allows the dynamodb:PutItem action',
      $metadata: { httpStatusCode: 400 },
    });
    await expect(worker.dynamodb.send(new ListTablesCommand({}))).rejects.toThrow('table/* because');
  });

  test('that its role does not allow is refused in Lambda, whether the function is there or not', async () => {
    const other = functionOf('other', arnOf('WorkerRole'), 'exports.handler = async () => ({})');
    const { worker } = await startWith([], { resources: { Other: other } });
    for (const name of ['other', 'nowhere']) {
      expect(await worker.invoke(name)).toEqual({
        status: 403,
        answer: expect.objectContaining({
          message: expect.stringContaining(
            `lambda:InvokeFunction on resource: arn:aws:lambda:us-east-1:${ACCOUNT}:function:${name} because`,
          ),
        }),
      });
    }
  });

  test('that is refused has no effect, and takes no fault', async () => {
    const { cloud, worker, outside } = await startWith([]);
    cloud.faults.inject({ service: 's3', operation: 'PutObject', when: 'after', error: 'InternalError' });
    await expect(worker.s3.send(put('a'))).rejects.toThrow('not authorized');
    expect(cloud.faults.list()).toMatchObject([{ fired: 0 }]);
    expect((await outside.s3.send(list(''))).KeyCount).toBe(0);
  });

  test('passes where a wildcard of its role reaches the resource, and only there', async () => {
    const { worker } = await startWith([allow('s3:Put*', 'arn:aws:s3:::docs/items/*')]);
    await worker.s3.send(put('items/deep/a b'));
    await expect(worker.s3.send(put('other/a'))).rejects.toThrow('not authorized');
  });

  test('is refused where a statement denies it, whatever else allows it', async () => {
    const { worker } = await startWith([allow('*'), deny('s3:PutObject', 'arn:aws:s3:::docs/locked/*')]);
    await worker.s3.send(put('open/a'));
    await expect(worker.s3.send(put('locked/a'))).rejects.toThrow(
      'with an explicit deny in an identity-based policy',
    );
  });

  test('is told apart from those of another role', async () => {
    const role = templateFor([allow('s3:*')]).Resources.WorkerRole;
    const resources = {
      FreeRole: { ...role, Properties: { ...role.Properties, RoleName: 'free-role' } },
      Free: functionOf(
        'free',
        arnOf('FreeRole'),
        `const { S3Client, ListObjectsV2Command } = require('@aws-sdk/client-s3');
         exports.handler = async () => {
           const { KeyCount } = await new S3Client({}).send(new ListObjectsV2Command({ Bucket: 'docs' }));
           return { KeyCount };
         }`,
      ),
    };
    const { worker, outside } = await startWith([], { resources });
    expect((await outside.invoke('free')).answer).toEqual({ KeyCount: 0 });
    await expect(worker.s3.send(list(''))).rejects.toThrow('s3:ListBucket');
  });
});

describe('a missing object', () => {
  test('is not found for a role that may list the bucket', async () => {
    const { worker } = await startWith([allow('s3:GetObject'), allow('s3:ListBucket', 'arn:aws:s3:::docs')]);
    await expect(worker.s3.send(head('gone'))).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });
    await expect(worker.s3.send(get('gone'))).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('is forbidden for a role that may not', async () => {
    const { worker, outside } = await startWith([allow(['s3:GetObject', 's3:PutObject'])]);
    await expect(worker.s3.send(head('gone'))).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
    const copy = new CopyObjectCommand({ Bucket: 'docs', Key: 'a', CopySource: 'docs/gone' });
    for (const read of [() => worker.s3.send(get('gone')), () => worker.s3.send(copy)]) {
      await expect(read()).rejects.toMatchObject({
        name: 'AccessDenied',
        message: expect.stringContaining('s3:ListBucket on resource: "arn:aws:s3:::docs"'),
      });
    }
    await outside.s3.send(put('there'));
    await worker.s3.send(head('there'));
  });
});

test('a copy needs the right to read its source, and to its tags if it has any', async () => {
  const { worker, outside } = await startWith([
    allow(['s3:PutObject', 's3:PutObjectTagging']),
    allow('s3:GetObject', 'arn:aws:s3:::docs/open/*'),
  ]);
  await outside.s3.send(put('open/a'));
  await outside.s3.send(
    new PutObjectCommand({ Bucket: 'docs', Key: 'open/tagged', Body: 'x', Tagging: 'a=b' }),
  );
  const copy = (source: string, TaggingDirective?: 'REPLACE') =>
    worker.s3.send(new CopyObjectCommand({ Bucket: 'docs', Key: 'b', CopySource: source, TaggingDirective }));
  await copy('docs/open/a');
  await expect(copy('docs/closed/a')).rejects.toThrow(
    's3:GetObject on resource: "arn:aws:s3:::docs/closed/a"',
  );
  await expect(copy('docs/open/tagged')).rejects.toThrow('s3:GetObjectTagging');
  await copy('docs/open/tagged', 'REPLACE');
});

test('DeleteObjects deletes what may be deleted and reports the rest by key', async () => {
  const { worker, outside } = await startWith([allow('s3:DeleteObject', 'arn:aws:s3:::docs/mine/*')]);
  for (const key of ['mine/a', 'yours/b']) await outside.s3.send(put(key));
  const Objects = [{ Key: 'mine/a' }, { Key: 'yours/b' }, { Key: 'mine/never' }];
  const answer = await worker.s3.send(new DeleteObjectsCommand({ Bucket: 'docs', Delete: { Objects } }));
  expect(answer.Deleted).toEqual([{ Key: 'mine/a' }, { Key: 'mine/never' }]);
  expect(answer.Errors).toEqual([
    {
      Key: 'yours/b',
      Code: 'AccessDenied',
      Message: expect.stringContaining('s3:DeleteObject on resource: "arn:aws:s3:::docs/yours/b" because'),
    },
  ]);
  const left = await outside.s3.send(list(''));
  expect(left.Contents?.map(({ Key }) => Key)).toEqual(['yours/b']);
});

test('one forbidden action refuses the whole transaction', async () => {
  const { worker, outside } = await startWith([allow(['dynamodb:PutItem', 'dynamodb:ConditionCheckItem'])]);
  const Put = { TableName: 'items', Item: { id: { S: 'a' } } };
  const Delete = { TableName: 'audit', Key: { id: { S: 'a' } } };
  const write = worker.dynamodb.send(new TransactWriteItemsCommand({ TransactItems: [{ Put }, { Delete }] }));
  await expect(write).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringContaining(`dynamodb:DeleteItem on resource: ${ITEMS.replace('items', 'audit')}`),
  });
  const read = await outside.dynamodb.send(
    new GetItemCommand({ TableName: 'items', Key: { id: { S: 'a' } } }),
  );
  expect(read.Item).toBeUndefined();
  await worker.dynamodb.send(new TransactWriteItemsCommand({ TransactItems: [{ Put }] }));
});

test('a condition on the prefix limits what may be listed', async () => {
  const Condition = { StringLike: { 's3:prefix': 'mine/*' } };
  const { worker } = await startWith([allow('s3:ListBucket', 'arn:aws:s3:::docs', { Condition })]);
  await worker.s3.send(list('mine/a'));
  await expect(worker.s3.send(list('yours/'))).rejects.toThrow('not authorized');
  await expect(worker.s3.send(new ListObjectsV2Command({ Bucket: 'docs' }))).rejects.toThrow(
    'not authorized',
  );
});

describe('a bucket policy', () => {
  const policy = (...statements: object[]) => ({
    Policy: {
      Type: 'AWS::S3::BucketPolicy',
      Properties: { Bucket: { Ref: 'Docs' }, PolicyDocument: document(...statements) },
    },
  });
  const everybody = { Principal: { AWS: '*' } };

  test('that insists on TLS leaves the local cloud usable', async () => {
    const Condition = { Bool: { 'aws:SecureTransport': 'false' } };
    const tls = { NumericLessThan: { 's3:TlsVersion': 1.2 } };
    const resources = policy(
      deny('s3:*', '*', { ...everybody, Condition }),
      deny('s3:*', '*', { ...everybody, Condition: tls }),
    );
    const { worker } = await startWith([allow('s3:PutObject')], { resources });
    await worker.s3.send(put('a'));
  });

  test('denies and allows roles, but is nothing to callers outside', async () => {
    const resources = policy(
      deny('s3:PutObject', 'arn:aws:s3:::docs/locked', everybody),
      allow('s3:GetObject', 'arn:aws:s3:::docs/*', { Principal: { AWS: arnOf('WorkerRole') } }),
    );
    const { worker, outside } = await startWith([allow('s3:PutObject')], { resources });
    await outside.s3.send(put('locked'));
    await worker.s3.send(get('locked'));
    await expect(worker.s3.send(put('locked'))).rejects.toThrow('explicit deny in a resource-based policy');
  });
});

describe('policies of a role', () => {
  const managed = (Statement: object, more: object = {}) => ({
    Type: 'AWS::IAM::ManagedPolicy',
    Properties: { PolicyDocument: document(Statement), ...more },
  });

  test.each([
    [
      'a policy that names the role',
      {
        More: {
          Type: 'AWS::IAM::Policy',
          Properties: {
            PolicyName: 'p',
            Roles: [{ Ref: 'WorkerRole' }],
            PolicyDocument: document(allow('s3:PutObject')),
          },
        },
      },
      {},
    ],
    [
      'a policy of its own type',
      {
        More: {
          Type: 'AWS::IAM::RolePolicy',
          Properties: {
            PolicyName: 'p',
            RoleName: { Ref: 'WorkerRole' },
            PolicyDocument: document(allow('s3:PutObject')),
          },
        },
      },
      {},
    ],
    [
      'a policy that is created before the role',
      { A: managed(allow('s3:PutObject'), { Roles: ['worker-role'] }) },
      {},
    ],
    [
      'a managed policy of the template',
      { More: managed(allow('s3:PutObject')) },
      { ManagedPolicyArns: [{ Ref: 'More' }] },
    ],
    ["one of AWS's own", {}, { ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonS3FullAccess'] }],
  ])('may come by %s', async (_, resources, role) => {
    const { worker } = await startWith([], { resources, role });
    await worker.s3.send(put('a'));
    await expect(worker.dynamodb.send(new ListTablesCommand({}))).rejects.toThrow('not authorized');
  });

  test("of AWS's own about logs allow nothing here", async () => {
    const role = { ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'] };
    const { worker } = await startWith([], { role });
    await expect(worker.s3.send(put('a'))).rejects.toThrow('not authorized');
  });

  test('end at its permissions boundary', async () => {
    const resources = { Limit: managed(allow('s3:Get*')) };
    const { worker } = await startWith([allow('s3:*')], {
      resources,
      role: { PermissionsBoundary: { Ref: 'Limit' } },
    });
    await expect(worker.s3.send(put('a'))).rejects.toThrow(
      'no permissions boundary allows the s3:PutObject action',
    );
  });
});

test('callers outside may do everything, with any credentials', async () => {
  const { outside } = await startWith([]);
  await outside.s3.send(put('a'));
  await outside.dynamodb.send(new ListTablesCommand({}));
  expect((await outside.invoke('worker')).status).toBe(200);
});

test('with iam: false roles may do everything, and policies are not read', async () => {
  const unreadable = allow('s3:*', '*', { Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } });
  const { worker } = await startWith([unreadable], { options: { iam: false } });
  await worker.s3.send(put('a'));
});
