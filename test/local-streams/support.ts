// Local clouds with a table, its stream, and a function that consumes it and logs each event that it sees.

import { DeleteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { onTestFinished } from 'vitest';
import { startCloud } from '../../local/cloud.ts';
import type { LocalCloud, LocalCloudOptions } from '../../local/cloud-types.ts';
import { type ChangeRecord, createDynamoDb, type DynamoDb } from '../../local/dynamodb/index.ts';
import { createS3 } from '../../local/s3/index.ts';
import { createStates } from '../../local/states/index.ts';

export interface StreamEvent {
  readonly Records: readonly ChangeRecord[];
}

export interface StreamCloud extends LocalCloud {
  readonly client: DynamoDBClient;
  /** What time to live deletes by itself now and then, now. */
  readonly expire: DynamoDb['expire'];
  /** The first events that the function saw, once it saw that many. */
  events(count: number): Promise<readonly StreamEvent[]>;
  /** The ids of the items in those events, by event. */
  batches(count: number): Promise<readonly (readonly string[])[]>;
  /** Resolves once the function saw a change of this item. */
  seen(id: string): Promise<void>;
  put(id: string, more?: Readonly<Record<string, { N: string } | { S: string }>>): Promise<void>;
  remove(id: string): Promise<void>;
  /** Resolves once a line with this text was logged. */
  logged(text: string): Promise<void>;
  /** What was logged so far, by the function and by its mapping. */
  readonly lines: readonly string[];
}

export const STREAM = { 'Fn::GetAtt': ['Items', 'StreamArn'] };

const MARK = 'SEEN ';

/** How often the waits of a mapping are shortened: a pause of a second takes a millisecond. */
const TIME_SCALE = 1000;

/** Source of a function that logs its event, then runs `body`, in which `ids` are those of the items. */
export function consumer(body = ''): string {
  return `let calls = 0;
    exports.handler = async (event) => {
      calls += 1;
      console.log('${MARK}' + JSON.stringify(event));
      const ids = event.Records.map(({ dynamodb }) => dynamodb.Keys.id.S);
      ${body}
    };`;
}

export const table = {
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    TableName: 'items',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
    TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
  },
};

/** Table `items`, bucket `failures`, function `consumer`, and the mapping between them with these properties. */
export function templateOf(source: string, mapping: object = {}, functionProperties: object = {}) {
  return {
    Resources: {
      Items: table,
      Failures: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'failures' } },
      Consumer: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          FunctionName: 'consumer',
          Handler: 'index.handler',
          Runtime: 'nodejs20.x',
          Code: { ZipFile: source },
          ...functionProperties,
        },
      },
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          EventSourceArn: STREAM,
          FunctionName: { Ref: 'Consumer' },
          StartingPosition: 'TRIM_HORIZON',
          ...mapping,
        },
      },
    },
  };
}

/** A cloud that stops when the test does. */
export async function start(options: LocalCloudOptions): Promise<StreamCloud> {
  const lines: string[] = [];
  const waiting: (() => void)[] = [];
  let dynamodb: DynamoDb | undefined;
  const cloud = await startCloud(
    {
      warmUp: false,
      timeScale: TIME_SCALE,
      onLog: (_functionName, line) => {
        lines.push(line);
        for (const check of waiting) check();
      },
      ...options,
    },
    {
      createS3,
      createDynamoDb: (given) => {
        dynamodb = createDynamoDb(given);
        return dynamodb;
      },
      createStates,
    },
  );
  const { endpoint, region, credentials } = cloud;
  const client = new DynamoDBClient({ endpoint, region, credentials, maxAttempts: 1 });
  onTestFinished(async () => {
    client.destroy();
    await cloud.stop();
  });

  const seenSoFar = (): StreamEvent[] =>
    lines
      .filter((line) => line.includes(MARK))
      .map((line) => JSON.parse(line.slice(line.indexOf(MARK) + MARK.length)) as StreamEvent);
  const once = (condition: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (condition()) resolve();
      };
      waiting.push(check);
      check();
    });
  const events = async (count: number): Promise<StreamEvent[]> => {
    await once(() => seenSoFar().length >= count);
    return seenSoFar();
  };

  return {
    ...cloud,
    client,
    lines,
    expire: () => (dynamodb as DynamoDb).expire(),
    events,
    batches: async (count) => (await events(count)).map(({ Records }) => Records.map(idOf)),
    logged: (text) => once(() => lines.some((line) => line.includes(text))),
    seen: (id) =>
      once(() => seenSoFar().some(({ Records }) => Records.some((record) => idOf(record) === id))),
    async put(id, more) {
      await client.send(new PutItemCommand({ TableName: 'items', Item: { id: { S: id }, ...more } }));
    },
    async remove(id) {
      await client.send(new DeleteItemCommand({ TableName: 'items', Key: { id: { S: id } } }));
    },
  };
}

function idOf({ dynamodb }: ChangeRecord): string {
  return dynamodb.Keys.id?.S ?? '';
}

export function startConsumer(
  source: string,
  mapping: object = {},
  options: LocalCloudOptions = {},
): Promise<StreamCloud> {
  return start({ template: templateOf(source, mapping), ...options });
}
