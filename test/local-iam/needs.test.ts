import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { OPERATIONS as DYNAMODB_OPERATIONS, STREAM_OPERATIONS } from '../../local/dynamodb/operations.ts';
import { NEEDS, needsOf } from '../../local/iam/needs/index.ts';
import { OPERATIONS as S3_OPERATIONS } from '../../local/s3/operations.ts';
import { DEFAULT_IDENTITY, type ServiceName } from '../../local/service.ts';

interface Request {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `action resource` of each need. */
function needs(service: ServiceName, operation: string, subject: string, request: Request = {}): string[] {
  const { method = 'POST', path = '/', query = '', headers = {} } = request;
  const local = { method, path, query: new URLSearchParams(query), headers, body: Readable.from([]) };
  const call = { operation, subject, perform: async () => ({ status: 200 }) };
  return needsOf(service, local, call, DEFAULT_IDENTITY).map(
    ({ action, resource }) => `${action} ${resource}`,
  );
}

const json = (value: unknown): string => JSON.stringify(value);

describe('S3', () => {
  test.each([
    ['HeadObject', 's3:GetObject'],
    ['GetObject', 's3:GetObject'],
    ['DeleteObject', 's3:DeleteObject'],
    ['UploadPart', 's3:PutObject'],
    ['CompleteMultipartUpload', 's3:PutObject'],
    ['AbortMultipartUpload', 's3:AbortMultipartUpload'],
    ['ListParts', 's3:ListMultipartUploadParts'],
    ['PutObjectTagging', 's3:PutObjectTagging'],
  ])('%s needs %s on the object', (operation, action) => {
    expect(needs('s3', operation, 'docs/a b/c')).toEqual([`${action} arn:aws:s3:::docs/a b/c`]);
  });

  test.each([
    ['HeadBucket', 's3:ListBucket'],
    ['ListObjects', 's3:ListBucket'],
    ['ListObjectsV2', 's3:ListBucket'],
    ['ListMultipartUploads', 's3:ListBucketMultipartUploads'],
    ['CreateBucket', 's3:CreateBucket'],
    ['GetBucketLifecycleConfiguration', 's3:GetLifecycleConfiguration'],
    ['GetPublicAccessBlock', 's3:GetBucketPublicAccessBlock'],
  ])('%s needs %s on the bucket', (operation, action) => {
    expect(needs('s3', operation, 'docs')).toEqual([`${action} arn:aws:s3:::docs`]);
  });

  test('a version needs the action for versions', () => {
    const query = 'versionId=null';
    expect(needs('s3', 'GetObject', 'docs/a', { query })).toEqual([
      's3:GetObjectVersion arn:aws:s3:::docs/a',
    ]);
    expect(needs('s3', 'DeleteObjectTagging', 'docs/a', { query })).toEqual([
      's3:DeleteObjectVersionTagging arn:aws:s3:::docs/a',
    ]);
  });

  test('GetObjectAttributes needs the right to the object as well', () => {
    expect(needs('s3', 'GetObjectAttributes', 'docs/a')).toEqual([
      's3:GetObject arn:aws:s3:::docs/a',
      's3:GetObjectAttributes arn:aws:s3:::docs/a',
    ]);
  });

  test.each(['PutObject', 'CreateMultipartUpload'])(
    '%s needs more where its headers do more',
    (operation) => {
      expect(needs('s3', operation, 'docs/a')).toEqual(['s3:PutObject arn:aws:s3:::docs/a']);
      const headers = {
        'x-amz-tagging': 'a=b',
        'x-amz-object-lock-mode': 'GOVERNANCE',
        'x-amz-object-lock-retain-until-date': '2030-01-01T00:00:00Z',
        'x-amz-object-lock-legal-hold': 'ON',
      };
      expect(needs('s3', operation, 'docs/a', { headers, query: 'X-Amz-Acl=private' })).toEqual(
        ['PutObject', 'PutObjectAcl', 'PutObjectTagging', 'PutObjectRetention', 'PutObjectLegalHold'].map(
          (action) => `s3:${action} arn:aws:s3:::docs/a`,
        ),
      );
    },
  );

  test('a source that a presigned URL names is needed like one in a header', () => {
    const query = 'X-Amz-Signature=s&X-Amz-Copy-Source=other%2Fb';
    expect(needs('s3', 'CopyObject', 'docs/a', { query })).toEqual(
      needs('s3', 'CopyObject', 'docs/a', { headers: { 'x-amz-copy-source': 'other/b' } }),
    );
    expect(needs('s3', 'CopyObject', 'docs/a', { query })[0]).toBe('s3:GetObject arn:aws:s3:::other/b');
  });

  test.each(['CopyObject', 'UploadPartCopy'])(
    '%s needs to read its source, as that is decoded',
    (operation) => {
      const copy = (source: string) =>
        needs('s3', operation, 'docs/a', { headers: { 'x-amz-copy-source': source } });
      expect(copy('/from/a%2Fb%20c')).toEqual([
        's3:GetObject arn:aws:s3:::from/a/b c',
        's3:PutObject arn:aws:s3:::docs/a',
      ]);
      expect(copy('from/a?versionId=1')[0]).toBe('s3:GetObjectVersion arn:aws:s3:::from/a');
      expect(copy('%')).toEqual(['s3:PutObject arn:aws:s3:::docs/a']);
    },
  );
});

describe('DynamoDB', () => {
  const TABLE = 'arn:aws:dynamodb:us-east-1:000000000000:table/items';

  test('an operation on a table, named or by its ARN, needs the action of its name on it', () => {
    expect(needs('dynamodb', 'GetItem', json({ TableName: 'items' }))).toEqual([`dynamodb:GetItem ${TABLE}`]);
    expect(needs('dynamodb', 'GetItem', json({ TableName: TABLE }))).toEqual([`dynamodb:GetItem ${TABLE}`]);
  });

  test.each(['Query', 'Scan'])('%s of an index needs the right to the index', (operation) => {
    expect(needs('dynamodb', operation, json({ TableName: 'items' }))).toEqual([
      `dynamodb:${operation} ${TABLE}`,
    ]);
    expect(needs('dynamodb', operation, json({ TableName: 'items', IndexName: 'by-owner' }))).toEqual([
      `dynamodb:${operation} ${TABLE}/index/by-owner`,
    ]);
  });

  test.each(['BatchGetItem', 'BatchWriteItem'])('%s needs the right to every table', (operation) => {
    expect(needs('dynamodb', operation, json({ RequestItems: { items: [], other: [] } }))).toEqual([
      `dynamodb:${operation} ${TABLE}`,
      `dynamodb:${operation} ${TABLE.replace('items', 'other')}`,
    ]);
  });

  test('a transaction needs the actions of its items, each on its table', () => {
    const on = (TableName: string) => ({ TableName });
    const TransactItems = [
      { Put: on('items') },
      { Update: on('items') },
      { Delete: on('other') },
      { ConditionCheck: on('items') },
    ];
    expect(needs('dynamodb', 'TransactWriteItems', json({ TransactItems }))).toEqual([
      `dynamodb:PutItem ${TABLE}`,
      `dynamodb:UpdateItem ${TABLE}`,
      `dynamodb:DeleteItem ${TABLE.replace('items', 'other')}`,
      `dynamodb:ConditionCheckItem ${TABLE}`,
    ]);
    expect(needs('dynamodb', 'TransactGetItems', json({ TransactItems: [{ Get: on('items') }] }))).toEqual([
      `dynamodb:GetItem ${TABLE}`,
    ]);
  });

  test('what is not well-formed is left to DynamoDB to refuse', () => {
    expect(needs('dynamodb', 'TransactWriteItems', json({ TransactItems: [null, 1] }))).toEqual([]);
    expect(needs('dynamodb', 'TransactWriteItems', json({ TransactItems: [{ Put: {} }] }))).toEqual([]);
    expect(needs('dynamodb', 'BatchGetItem', json({}))).toEqual([]);
    expect(needs('dynamodb', 'Query', json({ IndexName: 'by-owner' }))).toEqual([]);
  });
});

describe('Lambda', () => {
  const invoke = (path: string, query = '') => needs('lambda', 'Invoke', 'fn {}', { path, query });
  const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:fn';

  test.each(['fn', encodeURIComponent(FUNCTION)])(
    'an invocation of %s needs the right to the function',
    (name) => {
      expect(invoke(`/2015-03-31/functions/${name}/invocations`)).toEqual([
        `lambda:InvokeFunction ${FUNCTION}`,
      ]);
    },
  );

  test('a qualifier is part of what the right is to', () => {
    expect(invoke('/2015-03-31/functions/fn/invocations', 'Qualifier=$LATEST')).toEqual([
      `lambda:InvokeFunction ${FUNCTION}:$LATEST`,
    ]);
    expect(invoke('/2015-03-31/functions/fn:live/invocations')).toEqual([
      `lambda:InvokeFunction ${FUNCTION}:live`,
    ]);
  });
});

describe('Step Functions', () => {
  const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:m';
  const EXECUTION = 'arn:aws:states:us-east-1:000000000000:execution:m:e';

  test.each([
    'StartExecution',
    'StartSyncExecution',
    'ListExecutions',
    'DescribeStateMachine',
    'UpdateStateMachine',
  ])('%s needs the right to the state machine', (operation) => {
    expect(needs('states', operation, json({ stateMachineArn: MACHINE }))).toEqual([
      `states:${operation} ${MACHINE}`,
    ]);
  });

  test.each(['DescribeExecution', 'GetExecutionHistory', 'StopExecution', 'RedriveExecution', 'ListMapRuns'])(
    '%s needs the right to the execution',
    (operation) => {
      expect(needs('states', operation, json({ executionArn: EXECUTION }))).toEqual([
        `states:${operation} ${EXECUTION}`,
      ]);
    },
  );

  test('ListExecutions of a Map run needs the right to that', () => {
    const mapRunArn = 'arn:aws:states:us-east-1:000000000000:mapRun:m/a:b';
    expect(needs('states', 'ListExecutions', json({ mapRunArn }))).toEqual([
      `states:ListExecutions ${mapRunArn}`,
    ]);
  });

  test.each(['', '{}', '{"executionArn":1}'])(
    'what is not well-formed is left to Step Functions: %s',
    (body) => {
      expect(needs('states', 'StopExecution', body)).toEqual([]);
    },
  );

  test('CreateStateMachine needs the right to the one that is to be', () => {
    expect(needs('states', 'CreateStateMachine', json({ name: 'm' }))).toEqual([
      `states:CreateStateMachine ${MACHINE}`,
    ]);
  });
});

describe('CloudFormation', () => {
  test('a description needs the right to the stack, or to all where none is named', () => {
    const stack = 'arn:aws:cloudformation:us-east-1:000000000000:stack';
    expect(needs('cloudformation', 'DescribeStacks', 'Action=DescribeStacks&StackName=app')).toEqual([
      `cloudformation:DescribeStacks ${stack}/app/*`,
    ]);
    expect(needs('cloudformation', 'DescribeStacks', 'Action=DescribeStacks')).toEqual([
      `cloudformation:DescribeStacks ${stack}/*/*`,
    ]);
  });

  test('to assume a role needs the right to that', () => {
    const body = 'Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam%3A%3A000000000000%3Arole%2Fapp';
    expect(needs('cloudformation', 'AssumeRole', body)).toEqual([
      'sts:AssumeRole arn:aws:iam::000000000000:role/app',
    ]);
  });

  test('everybody may ask who he is', () => {
    expect(needs('cloudformation', 'GetCallerIdentity', '')).toEqual([]);
  });
});

describe('DynamoDB Streams', () => {
  const StreamArn = 'arn:aws:dynamodb:us-east-1:000000000000:table/docs/stream/2026-01-01T00:00:00.000';

  test('reading needs the right to the stream, which an iterator names', () => {
    const shard = { StreamArn, ShardId: 'shardId-1', ShardIteratorType: 'LATEST' };
    expect([
      needs('dynamodb', 'DescribeStream', json({ StreamArn })),
      needs('dynamodb', 'GetShardIterator', json(shard)),
      needs('dynamodb', 'GetRecords', json({ ShardIterator: `${StreamArn}|1|e30=` })),
      needs('dynamodb', 'ListStreams', json({})),
    ]).toEqual([
      [`dynamodb:DescribeStream ${StreamArn}`],
      [`dynamodb:GetShardIterator ${StreamArn}`],
      [`dynamodb:GetRecords ${StreamArn}`],
      ['dynamodb:ListStreams *'],
    ]);
  });
});

describe('CloudWatch Logs', () => {
  const ARN = 'arn:aws:logs:us-east-1:000000000000:log-group';

  test.each(['FilterLogEvents', 'DescribeLogStreams'])(
    '%s needs its action on the streams of the group',
    (operation) => {
      const expected = [`logs:${operation} ${ARN}:/states/a:log-stream:`];
      expect(needs('logs', operation, json({ logGroupName: '/states/a' }))).toEqual(expected);
      expect(needs('logs', operation, json({ logGroupIdentifier: `${ARN}:/states/a` }))).toEqual(expected);
    },
  );

  test('GetLogEvents needs its action on the stream', () => {
    const subject = json({ logGroupName: 'a', logStreamName: 's/1' });
    expect(needs('logs', 'GetLogEvents', subject)).toEqual([`logs:GetLogEvents ${ARN}:a:log-stream:s/1`]);
  });

  test('DescribeLogGroups needs its action on no group', () => {
    expect(needs('logs', 'DescribeLogGroups', '{}')).toEqual([`logs:DescribeLogGroups ${ARN}::log-stream:`]);
  });
});

describe('Parameter Store', () => {
  const ARN = 'arn:aws:ssm:us-east-1:000000000000:parameter';

  test.each(['GetParameter', 'PutParameter'])('%s needs the right to the parameter', (operation) => {
    for (const Name of ['/a/b', `${ARN}/a/b`, '/a/b:3']) {
      expect(needs('ssm', operation, json({ Name }))).toEqual([`ssm:${operation} ${ARN}/a/b`]);
    }
    expect(needs('ssm', operation, json({ Name: 'flat' }))).toEqual([`ssm:${operation} ${ARN}/flat`]);
  });

  test('GetParameters needs the right to each', () => {
    expect(needs('ssm', 'GetParameters', json({ Names: ['/a', 'b'] }))).toEqual([
      `ssm:GetParameters ${ARN}/a`,
      `ssm:GetParameters ${ARN}/b`,
    ]);
  });
});

test.each([
  ['s3', S3_OPERATIONS],
  ['dynamodb', { ...DYNAMODB_OPERATIONS, ...STREAM_OPERATIONS }],
] as const)('every operation of the local %s has its needs written down', (service, operations) => {
  expect(Object.keys(NEEDS[service]).toSorted()).toEqual(Object.keys(operations).toSorted());
});

test('an operation whose needs are not written down needs its action on everything', () => {
  expect(needs('states', 'SendTaskSuccess', '{}')).toEqual(['states:SendTaskSuccess *']);
});
