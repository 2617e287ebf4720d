import { describe, expect, test } from 'vitest';
import type { Context } from '../../local/iam/conditions.ts';
import { type Denial, evaluate, type Role } from '../../local/iam/evaluate.ts';
import { compilePolicy, trustedServices } from '../../local/iam/policy.ts';

const OBJECT = 'arn:aws:s3:::docs/items/a';
const NOT_ALLOWED = 'because no identity-based policy allows the s3:GetObject action';
const DENIED = 'with an explicit deny in an identity-based policy';

const document = (...statements: object[]) => ({ Version: '2012-10-17', Statement: statements });
const allow = (Action: string | string[], Resource: string | string[] = '*', more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
const deny = (Action: string | string[], Resource: string | string[] = '*', more: object = {}) => ({
  ...allow(Action, Resource, more),
  Effect: 'Deny',
});

interface Case {
  readonly action?: string;
  readonly resource?: string;
  readonly values?: Readonly<Record<string, string>>;
  readonly boundary?: object;
  readonly bucketPolicy?: object;
}

const role = (policy: object, boundary?: object): Role => ({
  arn: 'arn:aws:iam::000000000000:role/worker',
  name: 'worker',
  accountId: '000000000000',
  policy: compilePolicy(policy),
  boundary: boundary && compilePolicy(boundary),
});

function decide(policy: object, given: Case = {}): Denial {
  const context: Context = (key) => given.values?.[key];
  const access = { action: given.action ?? 's3:GetObject', resource: given.resource ?? OBJECT, context };
  return evaluate(role(policy, given.boundary), access, compilePolicy(given.bucketPolicy ?? document()));
}

describe('a role', () => {
  test('may do nothing without a statement that allows it', () => {
    expect(decide(document())).toBe(NOT_ALLOWED);
  });

  test.each([
    ['its name', 's3:GetObject'],
    ['its name in another case', 'S3:getobject'],
    ['a star at the end', 's3:Get*'],
    ['a star in the middle', 's3:*Object'],
    ['a question mark', 's3:Get?bject'],
    ['a star for all', '*'],
    ['one of a list', ['s3:PutObject', 's3:GetObject']],
  ])('is allowed an action by %s', (_, action) => {
    expect(decide(document(allow(action)))).toBeUndefined();
  });

  test.each(['s3:GetObjectTagging', 's3:GetObjec', 'dynamodb:*', 's3:PutObject'])(
    'is not allowed an action by %s',
    (action) => {
      expect(decide(document(allow(action)))).toBe(NOT_ALLOWED);
    },
  );

  test.each([
    ['arn:aws:s3:::docs/items/a', true],
    ['arn:aws:s3:::docs/*', true],
    ['arn:aws:s3:::docs/items/?', true],
    ['arn:aws:s3:::*/a', true],
    ['arn:aws:s3:::docs', false],
    ['arn:aws:s3:::docs/items', false],
    ['arn:aws:s3:::docs/items/A', false],
    ['arn:aws:s3:::docs/items/??', false],
  ])('reaches a resource by %s: %s', (resource, reached) => {
    expect(decide(document(allow('s3:GetObject', resource)))).toBe(reached ? undefined : NOT_ALLOWED);
  });

  test('reads what is special in regular expressions, and escaped wildcards, as the characters that they are', () => {
    const resource = 'arn:aws:s3:::docs-1/a.b+(c)[d]|^/*';
    const policy = document(allow('s3:GetObject', resource.replace('*', '$' + '{*}')));
    expect(decide(policy, { resource })).toBeUndefined();
    expect(decide(policy, { resource: resource.replace('*', 'x') })).toBe(NOT_ALLOWED);
    expect(decide(policy, { resource: resource.replace('.', 'x') })).toBe(NOT_ALLOWED);
  });

  test('is denied what a statement denies, whatever others allow and in whatever order', () => {
    const denial = deny('s3:Get*', 'arn:aws:s3:::docs/items/*');
    expect(decide(document(denial, allow('*')))).toBe(DENIED);
    expect(decide(document(allow('*'), denial))).toBe(DENIED);
    expect(decide(document(allow('*'), denial), { resource: 'arn:aws:s3:::docs/b' })).toBeUndefined();
  });

  test('is allowed all but what NotAction and NotResource name', () => {
    const policy = document({
      Effect: 'Allow',
      NotAction: 's3:Put*',
      NotResource: 'arn:aws:s3:::docs/secret/*',
    });
    expect(decide(policy)).toBeUndefined();
    expect(decide(policy, { action: 's3:PutObject' })).toContain('no identity-based policy');
    expect(decide(policy, { resource: 'arn:aws:s3:::docs/secret/a' })).toBe(NOT_ALLOWED);
  });

  test('cannot go beyond its permissions boundary', () => {
    const policy = document(allow('s3:*'));
    expect(decide(policy, { boundary: document(allow('s3:Get*')) })).toBeUndefined();
    expect(decide(policy, { boundary: document(allow('s3:Put*')) })).toBe(
      'because no permissions boundary allows the s3:GetObject action',
    );
    expect(decide(policy, { boundary: document(deny('s3:*')) })).toBe(
      'with an explicit deny in a permissions boundary',
    );
  });
});

describe("a bucket's policy", () => {
  const by = (Principal: unknown, statement: object) => document({ ...statement, Principal });

  test.each([
    ['everybody', '*'],
    ['every AWS principal', { AWS: '*' }],
    ['the role', { AWS: 'arn:aws:iam::000000000000:role/worker' }],
  ])('allows by itself what it allows to %s', (_, principal) => {
    expect(decide(document(), { bucketPolicy: by(principal, allow('s3:GetObject')) })).toBeUndefined();
  });

  test.each([
    ['another role', { AWS: 'arn:aws:iam::000000000000:role/other' }],
    ['the account, which leaves it to policies of roles', { AWS: '000000000000' }],
    ['a service', { Service: 'lambda.amazonaws.com' }],
  ])('allows nothing to the role by allowing it to %s', (_, principal) => {
    expect(decide(document(), { bucketPolicy: by(principal, allow('s3:GetObject')) })).toBe(NOT_ALLOWED);
  });

  test.each([['*'], [{ AWS: 'arn:aws:iam::000000000000:root' }], [{ AWS: ['000000000000'] }]])(
    'denies what it denies to %j',
    (principal) => {
      expect(decide(document(allow('*')), { bucketPolicy: by(principal, deny('s3:*')) })).toBe(
        'with an explicit deny in a resource-based policy',
      );
    },
  );
});

describe('a condition', () => {
  const when = (condition: object) => document(allow('s3:GetObject', '*', { Condition: condition }));
  const holds = (condition: object, values: Record<string, string>) =>
    decide(when(condition), { values }) === undefined;

  test.each([
    [{ StringEquals: { 's3:prefix': ['a/', 'b/'] } }, 'b/', 'c/'],
    [{ StringNotEquals: { 's3:prefix': ['a/', 'b/'] } }, 'c/', 'b/'],
    [{ StringEqualsIgnoreCase: { 's3:prefix': 'A/' } }, 'a/', 'b/'],
    [{ StringNotEqualsIgnoreCase: { 's3:prefix': 'A/' } }, 'b/', 'a/'],
    [{ StringLike: { 's3:prefix': 'home/*' } }, 'home/me', 'home'],
    [{ StringNotLike: { 's3:prefix': 'home/*' } }, 'home', 'home/me'],
    [{ NumericLessThanEquals: { 's3:max-keys': 10 } }, '10', '11'],
    [{ NumericGreaterThan: { 's3:max-keys': '9' } }, '10', '9'],
    [{ NumericNotEquals: { 's3:max-keys': '9' } }, '10', '9.0'],
    [{ Bool: { 'aws:SecureTransport': false } }, 'False', 'true'],
    [
      { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/w*' } },
      'arn:aws:iam::1:role/w',
      'arn:aws:iam::1:user/w',
    ],
    [
      { ArnNotEquals: { 'aws:PrincipalArn': 'arn:aws:iam::1:role/w' } },
      'arn:aws:iam::1:role/v',
      'arn:aws:iam::1:role/w',
    ],
  ])('%j holds for %s and not for %s', (condition, good, bad) => {
    const key = Object.keys(Object.values(condition)[0] as object)[0]?.toLowerCase() ?? '';
    expect(holds(condition, { [key]: good })).toBe(true);
    expect(holds(condition, { [key]: bad })).toBe(false);
  });

  test('on a key that the call does not have holds only if it is negated, IfExists, or Null', () => {
    expect(holds({ StringEquals: { 's3:prefix': 'a' } }, {})).toBe(false);
    expect(holds({ StringNotEquals: { 's3:prefix': 'a' } }, {})).toBe(true);
    expect(holds({ StringEqualsIfExists: { 's3:prefix': 'a' } }, {})).toBe(true);
    expect(holds({ StringEqualsIfExists: { 's3:prefix': 'a' } }, { 's3:prefix': 'b' })).toBe(false);
    expect(holds({ Null: { 's3:prefix': true } }, {})).toBe(true);
    expect(holds({ Null: { 's3:prefix': 'false' } }, {})).toBe(false);
  });

  test('holds only if all of its operators and keys do', () => {
    const condition = {
      StringEquals: { 's3:prefix': 'a', 's3:delimiter': '/' },
      Bool: { 'aws:SecureTransport': true },
    };
    const values = { 's3:prefix': 'a', 's3:delimiter': '/', 'aws:securetransport': 'true' };
    expect(holds(condition, values)).toBe(true);
    for (const key of Object.keys(values)) expect(holds(condition, { ...values, [key]: 'x' })).toBe(false);
  });
});

describe('what cannot be evaluated is refused by name', () => {
  test.each([
    [
      'an operator',
      allow('s3:*', '*', { Condition: { IpAddress: { 's3:prefix': '10.0.0.0/8' } } }),
      'operator IpAddress',
    ],
    [
      'a set operator',
      allow('s3:*', '*', { Condition: { 'ForAnyValue:StringEquals': { 's3:prefix': 'a' } } }),
      'operator ForAnyValue:StringEquals',
    ],
    [
      'a key',
      allow('s3:*', '*', { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'a' } } }),
      'key aws:PrincipalTag/team',
    ],
    ['a variable in a resource', allow('s3:*', 'arn:aws:s3:::docs/$' + '{aws:username}/*'), 'aws:username'],
    [
      'a variable in a condition',
      allow('s3:*', '*', { Condition: { StringLike: { 's3:prefix': '$' + '{aws:userid}' } } }),
      'aws:userid',
    ],
    [
      'a number that is none',
      allow('s3:*', '*', { Condition: { NumericEquals: { 's3:max-keys': 'ten' } } }),
      '"ten"',
    ],
    ['NotPrincipal', allow('s3:*', '*', { NotPrincipal: '*' }), 'NotPrincipal'],
    ['an effect', { ...allow('s3:*'), Effect: 'Maybe' }, 'Statement.0.Effect'],
    ['a statement without a resource', { Effect: 'Allow', Action: 's3:*' }, 'either Resource or NotResource'],
  ])('%s', (_, statement, named) => {
    expect(() => compilePolicy(document(statement))).toThrow(named);
  });

  test('but not where the statement is about services that are not here', () => {
    const condition = { StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' } };
    expect(compilePolicy(document(allow(['kms:Decrypt', 'logs:*'], '*', { Condition: condition })))).toEqual(
      [],
    );
  });
});

test('a trust policy names the services that may assume the role', () => {
  const trust = document(
    {
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { Service: ['lambda.amazonaws.com', 'states.amazonaws.com'] },
    },
    { Effect: 'Allow', Action: 'sts:TagSession', Principal: { Service: 'ec2.amazonaws.com' } },
    { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: '000000000000' } },
  );
  expect([...trustedServices(trust)]).toEqual(['lambda.amazonaws.com', 'states.amazonaws.com']);
});
