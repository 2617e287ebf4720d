// Requests that no SDK sends: too long, too deep, named after what every JavaScript object has. Each is refused by AWS's name
// of what is wrong with it, and the cloud goes on.

import http from 'node:http';
import { describe, expect, test } from 'vitest';
import { inlineFunction, invoke, start, startWithFunction, type TestCloud } from './support.ts';

const template = {
  Resources: {
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'tab',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      },
    },
    Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'files' } },
  },
};

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function post(
  cloud: TestCloud,
  path: string,
  body: string,
  headers: Record<string, string> = {},
  method = 'POST',
): Promise<Answer> {
  const answer = await fetch(cloud.endpoint + path, { method, headers, body });
  return { status: answer.status, text: await answer.text() };
}

async function dynamodb(cloud: TestCloud, operation: string, body: string): Promise<[number, string]> {
  const headers = { 'x-amz-target': `DynamoDB_20120810.${operation}` };
  const { status, text } = await post(cloud, '/', body, headers);
  return [status, String(JSON.parse(text).__type ?? '').replace(/.*#/, '')];
}

/** A cloud that fails the test if anything in it is a defect. */
function startSound(): Promise<TestCloud> {
  return start({
    template,
    onError: (error) => {
      throw error;
    },
  });
}

const nested = (times: number, open: string, inner: string, close: string): string =>
  open.repeat(times) + inner + close.repeat(times);

describe.each([100, 5000, 100_000])('nested %i deep', (times) => {
  test.each([
    ['lists', nested(times, '{"L":[', '{"S":"x"}', ']}')],
    ['maps', nested(times, '{"M":{"a":', '{"S":"x"}', '}}')],
    ['no value at all', nested(times, '[', '', ']')],
  ])('an item of %s is a ValidationException', async (_, value) => {
    const cloud = await startSound();
    const members = `"TableName":"tab","Item":{"id":{"S":"a"},"v":${value}}`;
    const key = `"TableName":"tab","Key":{"id":${value}}`;
    for (const [operation, body] of [
      ['PutItem', `{${members}}`],
      ['GetItem', `{${key}}`],
      ['UpdateItem', `{${key}}`],
      ['TransactWriteItems', `{"TransactItems":[{"Put":{${members}}}]}`],
      ['BatchWriteItem', `{"RequestItems":{"tab":[{"PutRequest":{"Item":{"id":{"S":"a"},"v":${value}}}}]}}`],
      ['CreateTable', `{"TableName":"tab","x":${value}}`],
    ] as const) {
      expect([operation, ...(await dynamodb(cloud, operation, body))]).toEqual([
        operation,
        400,
        'ValidationException',
      ]);
    }
  });

  test('a document of S3 is MalformedXML', async () => {
    const cloud = await startSound();
    const body = nested(2 * times, '<Tagging>', '', '</Tagging>');
    const { status, text } = await post(cloud, '/files?tagging', body, {}, 'PUT');
    expect([status, text]).toEqual([400, expect.stringContaining('<Code>MalformedXML<')]);
  });

  test('a parameter and a fault are 400', async () => {
    const cloud = await startSound();
    const list = nested(Math.min(times, 20_000), '[', '', ']');
    const headers = { 'x-amz-target': 'AmazonSSM.GetParameter' };
    expect((await post(cloud, '/', `{"Name":${list}}`, headers)).text).toContain('SerializationException');
    expect((await post(cloud, '/_local/faults', list)).status).toBe(400);
  });
});

test('32 levels, AWS’s most, go into an item, also in a transaction', async () => {
  const cloud = await startSound();
  const item = `{"id":{"S":"a"},"v":${nested(31, '{"M":{"a":', '{"S":"x"}', '}}')}}`;
  const put = `{"Put":{"TableName":"tab","Item":${item}}}`;
  expect(await dynamodb(cloud, 'TransactWriteItems', `{"TransactItems":[${put}]}`)).toEqual([200, '']);
});

test.each([
  ['(', ')'],
  ['(a = :v AND ', ')'],
  ['NOT (', ')'],
])('a condition with many %s is refused at once, with a few it is read', async (open, close) => {
  const cloud = await startSound();
  const put = (times: number) =>
    dynamodb(
      cloud,
      'PutItem',
      JSON.stringify({
        TableName: 'tab',
        Item: { id: { S: 'a' } },
        ConditionExpression: nested(times, open, 'a = :v', close),
        ExpressionAttributeValues: { ':v': { S: 'a' } },
      }),
    );
  expect(await put(100)).toEqual([400, 'ValidationException']);
  expect((await put(1))[1]).toMatch(/^(?:ConditionalCheckFailedException)?$/);
});

test.each(['&#x110000;', '&#99999999999999999999;', '&#xD800;', '&constructor;', '&__proto__;', '&other;'])(
  'the reference %s in a document of S3 is MalformedXML',
  async (reference) => {
    const cloud = await startSound();
    const body = `<Tagging><TagSet><Tag><Key>${reference}</Key><Value>v</Value></Tag></TagSet></Tagging>`;
    const { status, text } = await post(cloud, '/files?tagging', body, {}, 'PUT');
    expect([status, text]).toEqual([400, expect.stringContaining('<Code>MalformedXML<')]);
  },
);

test('long numbers take no longer than they are long', async () => {
  const cloud = await startSound();
  const zeros = '0'.repeat(2_000_000);
  for (const [N, status] of [
    [`1${zeros}1`, 400],
    [`0.${zeros}1`, 400],
    [`1e${zeros}x`, 400],
    [`1.${zeros}`, 200],
    [`${zeros}1`, 200],
  ] as const) {
    const Item = { id: { S: 'a' }, n: { N } };
    expect((await dynamodb(cloud, 'PutItem', JSON.stringify({ TableName: 'tab', Item })))[0]).toBe(status);
  }
});

describe('names that every object has', () => {
  const NAMES = ['constructor', '__proto__', 'toString', 'hasOwnProperty'];

  test.each(NAMES)('%s is no operation, no table, no bucket, no function, no parameter', async (name) => {
    const cloud = await startSound();
    for (const target of ['DynamoDB_20120810', 'DynamoDBStreams_20120810', 'AmazonSSM']) {
      const headers = { 'x-amz-target': `${target}.${name}` };
      const { status, text } = await post(cloud, '/', '{}', headers);
      expect([status, text]).toEqual([400, expect.stringContaining('UnknownOperationException')]);
    }
    expect((await post(cloud, '/', '{}', { 'x-amz-target': `${name}.X` })).status).toBe(501);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await post(cloud, '/', `Action=${name}`, form)).text).toContain('InvalidAction');
    const get = JSON.stringify({ TableName: name, Key: { id: { S: 'a' } } });
    expect(await dynamodb(cloud, 'GetItem', get)).toEqual([400, 'ResourceNotFoundException']);
    expect((await fetch(`${cloud.endpoint}/${name}/key`)).status).toBe(404);
    expect((await post(cloud, `/2015-03-31/functions/${name}/invocations`, '{}')).status).toBe(404);
    const tier = `{"Name":"/a","Value":"x","Type":"String","Tier":"${name}"}`;
    const put = await post(cloud, '/', tier, { 'x-amz-target': 'AmazonSSM.PutParameter' });
    expect([put.status, put.text]).toEqual([400, expect.stringContaining('Tier: expected')]);
  });

  test('are ordinary names of attributes, but for __proto__, which is refused', async () => {
    const cloud = await startSound();
    const put = (name: string) =>
      dynamodb(cloud, 'PutItem', `{"TableName":"tab","Item":{"id":{"S":"a"},"${name}":{"S":"x"}}}`);
    expect(await put('constructor')).toEqual([200, '']);
    expect(await put('__proto__')).toEqual([400, 'ValidationException']);
    const headers = { 'x-amz-target': 'DynamoDB_20120810.GetItem' };
    const { text } = await post(cloud, '/', '{"TableName":"tab","Key":{"id":{"S":"a"}}}', headers);
    expect(JSON.parse(text).Item).toEqual({ id: { S: 'a' }, constructor: { S: 'x' } });
  });

  test('are ordinary names of resources', async () => {
    const Resources = { constructor: { Type: 'AWS::S3::Bucket' }, toString: { Type: 'AWS::S3::Bucket' } };
    const Outputs = { valueOf: { Value: { 'Fn::GetAtt': ['constructor', 'Arn'] } } };
    const cloud = await start({ template: { Resources, Outputs } });
    expect(Object.keys(cloud.resources)).toEqual(['constructor', 'toString']);
    expect(cloud.outputs.local).toEqual({ valueOf: expect.stringMatching(/^arn:aws:s3:::/) });
  });

  const bucket = { Type: 'AWS::S3::Bucket' };
  test.each<[string, object, RegExp]>([
    ['a type', { Resources: { A: { Type: 'constructor' } } }, /resource type constructor/],
    [
      'an attribute',
      {
        Resources: { A: bucket },
        Outputs: { O: { Value: { 'Fn::GetAtt': ['A', 'constructor'] } } },
      },
      /no attribute constructor/,
    ],
    [
      'a mapping',
      {
        Mappings: { M: { a: { b: 'c' } } },
        Resources: { A: bucket },
        Outputs: { O: { Value: { 'Fn::FindInMap': ['M', 'constructor', 'name'] } } },
      },
      /no M\.constructor\.name/,
    ],
    [
      'a parameter without a value',
      {
        Parameters: { constructor: { Type: 'String' } },
        Resources: { A: bucket },
        Outputs: { O: { Value: { Ref: 'constructor' } } },
      },
      /parameter constructor has no default/,
    ],
    ['a reference', { Resources: { A: bucket }, Outputs: { O: { Value: { Ref: 'toString' } } } }, /toString/],
    ['a condition', { Resources: { A: { ...bucket, Condition: 'valueOf' } } }, /no condition valueOf/],
    ['__proto__', JSON.parse('{"Resources":{"__proto__":{"Type":"AWS::S3::Bucket"}}}'), /__proto__/],
  ])('refuse %s that is not in the template, by name', async (_, given, message) => {
    await expect(start({ template: given })).rejects.toThrow(message);
  });
});

describe('bodies that are too large', () => {
  /** Sends 64 KB at a time, without saying how long it will be, until it is answered. */
  function stream(
    cloud: TestCloud,
    options: http.RequestOptions,
    most: number,
  ): Promise<Answer & { sent: number }> {
    return new Promise((resolve, reject) => {
      let sent = 0;
      const request = http.request(cloud.endpoint, { method: 'POST', ...options }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString(), sent });
          request.destroy();
        });
      });
      request.on('error', reject);
      const piece = Buffer.alloc(64 * 1024, ' ');
      const next = (): void => {
        if (request.destroyed) return;
        if (sent >= most) return void request.end();
        sent += piece.length;
        request.write(piece, next);
      };
      next();
    });
  }

  const target = (name: string) => ({ headers: { 'x-amz-target': name } });
  const MB = 1024 ** 2;

  test.each<[string, http.RequestOptions, number]>([
    ['DynamoDB', target('DynamoDB_20120810.PutItem'), 17 * MB],
    ['SSM', target('AmazonSSM.PutParameter'), MB],
    ['CloudFormation', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }, MB],
    ['the local API', { path: '/_local/faults' }, MB],
    ['Lambda', { path: '/2015-03-31/functions/fn/invocations' }, 7 * MB],
    ['Step Functions', target('AWSStepFunctions.CreateStateMachine'), 3 * MB],
  ])('are 413 of %s, also without a length', async (_, options, most) => {
    const cloud = await start({
      template: { Resources: { Fn: inlineFunction('exports.handler = () => 1') } },
    });
    expect((await stream(cloud, options, most)).status).toBe(413);
    expect((await fetch(`${cloud.endpoint}/_local/health`)).status).toBe(200);
  });

  test('are refused by S3 where a document is asked for, and where they are longer than announced', async () => {
    const cloud = await startSound();
    const { status, text } = await post(cloud, '/files?tagging', ' '.repeat(5 * MB), {}, 'PUT');
    expect([status, text]).toEqual([400, expect.stringContaining('<Code>MaxMessageLengthExceeded<')]);
    const headers = { 'x-amz-decoded-content-length': '5', 'content-encoding': 'aws-chunked' };
    const chunked = `6\r\n123456\r\n${`${(MB).toString(16)}\r\n${' '.repeat(MB)}\r\n`.repeat(3)}0\r\n\r\n`;
    const longer = await post(cloud, '/files/key', chunked, headers, 'PUT');
    expect([longer.status, longer.text]).toEqual([400, expect.stringContaining('<Code>IncompleteBody<')]);
  });
});

test('a function sees the template’s variables, the cloud’s and Lambda’s, and none of the host’s', async () => {
  process.env.SECRET_OF_THE_HOST = 'secret';
  try {
    const source = 'exports.handler = async () => process.env';
    const cloud = await startWithFunction(source, { Environment: { Variables: { OWN: 'own' } } });
    const { payload } = await invoke(cloud);
    expect(Object.keys(payload as object).sort()).toEqual([
      'AWS_ACCESS_KEY_ID',
      'AWS_CONFIG_FILE',
      'AWS_DEFAULT_REGION',
      'AWS_ENDPOINT_URL',
      'AWS_EXECUTION_ENV',
      'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
      'AWS_LAMBDA_FUNCTION_NAME',
      'AWS_LAMBDA_FUNCTION_VERSION',
      'AWS_LAMBDA_INITIALIZATION_TYPE',
      'AWS_LAMBDA_LOG_GROUP_NAME',
      'AWS_REGION',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_SHARED_CREDENTIALS_FILE',
      'LAMBDA_TASK_ROOT',
      'LANG',
      'OWN',
      'PATH',
      'TMPDIR',
      'TZ',
      '_HANDLER',
    ]);
    expect(payload).toMatchObject({ AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local', OWN: 'own' });
  } finally {
    delete process.env.SECRET_OF_THE_HOST;
  }
});
