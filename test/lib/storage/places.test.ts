// Where a store's objects lie: apart from what expires, and from those of other stores.

import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { type ITable, Table } from 'aws-cdk-lib/aws-dynamodb';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, test } from 'vitest';
import { storeSchema } from '../../../core/contract/store.ts';
import { LargeItemStore, type LargeItemStoreProps } from '../../../lib/index.ts';
import { templateApp, templateOf } from '../app.ts';
import { rights, storeOf } from '../template.ts';

describe('prefixes', () => {
  test.each([
    ['items', 'items/staging'],
    ['items/staging', 'items'],
    ['items', 'items'],
    ['items', ''],
    ['/items', 'staging'],
    ['items/', 'staging'],
    ['items', 'a//b'],
  ])('%j with staging %j are refused', (prefix, stagingPrefix) => {
    expect(() => templateOf(() => ({ prefix, stagingPrefix }))).toThrow(/LargeItemStore: /);
  });

  test.each([
    ['', 'staging'],
    ['items', 'items-staging'],
    ['a/b', 'a/c'],
  ])('%j with staging %j are taken', (prefix, stagingPrefix) => {
    expect(storeOf(templateOf(() => ({ prefix, stagingPrefix })))).toMatchObject({ prefix, stagingPrefix });
  });
});

describe('two stores in one bucket', () => {
  const both = (other: LargeItemStoreProps, one: LargeItemStoreProps = {}) => {
    const stack = new Stack(templateApp(), 'Test');
    const buckets = ['A', 'B'].map((id) => Bucket.fromBucketName(stack, id, 'shared'));
    new LargeItemStore(stack, 'One', { bucket: buckets[0] as IBucket, ...one });
    new LargeItemStore(stack, 'Other', { bucket: buckets[1] as IBucket, ...other });
  };

  test('with one prefix are refused: a sweep of either would take the objects of the other for orphans', () => {
    expect(() => both({})).toThrow(/^LargeItemStore: prefix "items" is that of Test\/One in the same bucket/);
  });

  test('and one table are taken, as when a store moves to another stack', () => {
    const table = streamed();
    both({ table }, { table });
  });

  test.each<[LargeItemStoreProps, LargeItemStoreProps]>([
    [{ prefix: 'staging' }, {}],
    [{ prefix: 'sweeps/b', sweep: { reportPrefix: 'reports' } }, {}],
    [{ prefix: 'aws/lambda' }, { ttl: 'at', table: streamed() }],
    [{ prefix: 'b', stagingPrefix: 'items' }, {}],
  ])('where objects would lie below what expires are refused: %j beside %j', (other, one) => {
    const staged = other.prefix === 'staging' ? { stagingPrefix: 'b-staging' } : {};
    expect(() => both({ ...staged, ...other }, one)).toThrow(/in the same bucket, whose objects expire$/);
  });

  test('apart are taken, and the bucket has each lifecycle rule once', () => {
    const stack = new Stack(templateApp(), 'Test');
    const { bucket } = new LargeItemStore(stack, 'a', { prefix: 'a', ttl: 'at' });
    new LargeItemStore(stack, 'b', { bucket, prefix: 'b', ttl: 'at' });
    new LargeItemStore(stack, 'c', { bucket, prefix: 'c', stagingPrefix: 'c-staging' });
    const [made] = Object.values(Template.fromStack(stack).findResources('AWS::S3::Bucket'));
    const rules = made?.Properties.LifecycleConfiguration.Rules as { Id: string; Prefix?: string }[];
    expect(rules.map(({ Prefix }) => Prefix)).toEqual([
      'staging/',
      'sweeps/',
      undefined,
      undefined,
      'aws/lambda/',
      'c-staging/',
    ]);
    expect(new Set(rules.map(({ Id }) => Id)).size).toBe(6);
  });
});

function streamed(): ITable {
  const stack = new Stack(templateApp(), 'Tables');
  return Table.fromTableAttributes(stack, 'T', { tableName: 't', tableStreamArn: 'arn:aws:dynamodb:::t/s' });
}

test.each<LargeItemStoreProps>([
  { prefix: 'aws/lambda' },
  { prefix: 'aws' },
  { prefix: '', objectKeyTemplate: '{prefix}/aws/lambda/pk={pk}/{attr}={sha256}/{run}' },
])(
  'with a stream, objects among the failures that Lambda keeps are refused, since those expire: %j',
  (props) => {
    expect(() => templateOf(() => ({ ...props, ttl: 'at' }))).toThrow(/LargeItemStore: .*aws\/lambda/);
    templateOf(() => props); // without one nothing expires there
  },
);

describe('an object key template', () => {
  const objectKeyTemplate = '{prefix}/{pk}={attr}/{sha256}/{run}';

  test('reaches the tasks and the callers; without one they are told none', () => {
    const formerObjectKeyTemplates = ['{prefix}/old/{run}/{sha256}/{attr}={pk}'];
    const own = { objectKeyTemplate, formerObjectKeyTemplates };
    expect(storeSchema.parse(storeOf(templateOf(() => own)))).toMatchObject(own);
    expect(Object.keys(storeOf(templateOf()) as object)).not.toContain('objectKeyTemplate');
  });

  test('that is unsafe is refused, with its text and the reason', () => {
    const sortKey = { name: 'at', type: 'N' } as const;
    expect(() => templateOf(() => ({ objectKeyTemplate, sortKey }))).toThrow(
      `LargeItemStore: objectKeyTemplate "${objectKeyTemplate}": {sk} is missing: the table has a sort key`,
    );
    expect(() => templateOf(() => ({ formerObjectKeyTemplates: ['{prefix}/x'] }))).toThrow(
      'LargeItemStore: formerObjectKeyTemplates "{prefix}/x": {pk} is missing',
    );
  });
});

describe("the place of another library's objects", () => {
  test('may be read by readers, and deleted by the clean-up alone', () => {
    const stack = new Stack(templateApp(), 'Test');
    const legacy = { bucket: new Bucket(stack, 'Old'), prefix: 'large/docs' };
    const store = new LargeItemStore(stack, 'Docs', { legacy });
    store.grantRead(new Role(stack, 'Reader', { assumedBy: new AccountRootPrincipal() }));
    const template = Template.fromStack(stack);
    expect(storeOf(template)).toMatchObject({ legacy: { prefix: 'large/docs', bucket: expect.any(String) } });
    const withLegacy = Object.entries(rights(template)).flatMap(([role, resources]) =>
      Object.keys(resources).some((resource) => resource.endsWith('/large/docs/*')) ? [role] : [],
    );
    expect(withLegacy.map((role) => role.replace(/DefaultPolicy.*/, '')).sort()).toEqual([
      'DocsTasksDeleteObjects',
      'Reader',
    ]);
  });

  test('in the same bucket needs no name of one', () => {
    expect(storeOf(templateOf(() => ({ legacy: { prefix: 'old' } })))).toMatchObject({
      legacy: { prefix: 'old' },
    });
  });

  test.each(['staging', 'staging/old', '/old', 'old/'])('is refused at %j', (prefix) => {
    expect(() => templateOf(() => ({ legacy: { prefix } }))).toThrow(/LargeItemStore: legacy\.prefix/);
  });
});
