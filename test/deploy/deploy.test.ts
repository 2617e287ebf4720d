// The CDK's own command deploys a store into MiniStack, and what runs there of its life. What does not, and why: the probes.

import { DeleteItemCommand, DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import {
  CopyObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  RedriveExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Finding, fsck } from '../../audit/fsck/index.ts';
import { LargeItemClient } from '../../client/index.ts';
import type { StoreDescriptor } from '../../core/index.ts';
import type { Plan } from '../../core/saga/plan.ts';
import { type Deployed, deployToMiniStack, REGION, STACK } from './ministack.ts';

const deployed = await deployToMiniStack();
afterAll(() => deployed?.[Symbol.asyncDispose]());

if (deployed === undefined) test.skip('a deployment, for want of Python');
else describe('MiniStack', () => life(deployed));

function life({ endpoint, credentials, said, outputs, deployAgain }: Deployed): void {
  const options = { endpoint, region: REGION, credentials };
  const s3 = new S3Client({ ...options, forcePathStyle: true });
  const dynamodb = new DynamoDBClient(options);
  const sfn = new SFNClient(options);
  let store: StoreDescriptor;
  let client: LargeItemClient;

  beforeAll(async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', endpoint);
    vi.stubEnv('AWS_ACCESS_KEY_ID', credentials.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', credentials.secretAccessKey);
    vi.stubEnv('AWS_REGION', REGION);
    client = await LargeItemClient.fromStack({ stackName: STACK, s3, dynamodb, sfn });
    store = client.store;
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    for (const each of [s3, dynamodb, sfn]) each.destroy();
  });

  const keys = async (): Promise<string[]> => {
    const { Contents = [] } = await s3.send(
      new ListObjectsV2Command({ Bucket: store.bucket, Prefix: 'items/' }),
    );
    return Contents.map(({ Key = '' }) => Key);
  };

  /** Ends within a minute, or the test fails. */
  const ended = async (executionArn: string | undefined): Promise<DescribeExecutionCommandOutput> =>
    vi.waitUntil(
      async () => {
        const run = await sfn.send(new DescribeExecutionCommand({ executionArn }));
        return run.status === 'RUNNING' ? undefined : run;
      },
      { timeout: 60_000, interval: 100 },
    );

  const authorization = `AWS4-HMAC-SHA256 Credential=test/20260101/${REGION}/lambda/aws4_request`;

  /** The deployed function with this in its name. */
  const functionNamed = async (part: string) => {
    const list = await fetch(`${endpoint}/2015-03-31/functions/`, { headers: { authorization } });
    const { Functions } = (await list.json()) as {
      Functions: { FunctionName: string; FunctionArn: string }[];
    };
    const found = Functions.find(({ FunctionName }) => FunctionName.includes(part));
    if (found === undefined) throw new Error(`no function has ${part} in its name`);
    return found;
  };

  const invoke = async (part: string, payload: object): Promise<unknown> => {
    const { FunctionName: name } = await functionNamed(part);
    const answer = await fetch(`${endpoint}/2015-03-31/functions/${name}/invocations`, {
      method: 'POST',
      headers: { authorization },
      body: JSON.stringify(payload),
    });
    const result: unknown = await answer.json();
    const failed = answer.headers.get('x-amz-function-error');
    if (failed !== null) throw new Error(`${part}: ${JSON.stringify(result)}`);
    return result;
  };

  test('the command bootstraps and deploys, and finds nothing to do the second time', async () => {
    expect(said.bootstrap).toContain('bootstrapped');
    expect(said.deploy).toContain(`✅  ${STACK}`);
    expect(Object.keys(outputs).some((name) => name.startsWith('DocsStore'))).toBe(true);
    expect(await deployAgain()).toContain('no changes');
  });

  test('the client finds the store by its outputs', () => {
    expect(store).toMatchObject({ prefix: 'items', region: REGION });
    expect(store.stateMachines.create).toContain(':stateMachine:');
  });

  /** Creates an item with one large attribute by the functions alone, with what the saga would give them. */
  const createByTasks = async (id: string, text: string): Promise<Plan> => {
    const input = { key: { id }, attributes: { title: id }, largeAttributes: { page: { text } } };
    const execution = { name: `create-${id}`, startTime: new Date().toISOString() };
    const plan = (await invoke('TasksPlan', {
      operation: 'create',
      execution,
      input,
      previous: null,
    })) as Plan;
    const put = { put: plan.puts[0], content: input.largeAttributes.page, updatedAt: execution.startTime };
    await invoke('TasksPutInline', { ...put, retries: 0, redriven: false });
    const now = new Date().toISOString();
    const { largeAttributes: _, ...rest } = input;
    const attempt = { startedAt: now, now, retries: 0, redriven: false, throttles: 0 };
    await invoke('TasksWriteItem', { operation: 'create', input: rest, plan, ...attempt });
    return plan;
  };

  test('the tasks create an item with its object; the client and fsck read both', async () => {
    const text = '<h1>A moth</h1>';
    const plan = await createByTasks('moth', text);
    const item = await client.get({ id: 'moth' });
    expect(item).toMatchObject({ version: 1, attributes: { title: 'moth' } });
    expect(await item?.large.page?.text()).toBe(text);
    expect(await keys()).toEqual([plan.puts[0]?.key]);
    const found: Finding[] = [];
    const summary = await fsck(
      { store, s3, dynamodb, sfn },
      { onFinding: (finding) => void found.push(finding) },
    );
    expect(found).toEqual([]);
    expect(summary).toMatchObject({ items: 1, objects: 1 });
  });

  test('a delete runs to its end as a saga: the item is gone, and its object', async () => {
    const { executionArn } = await sfn.send(
      new StartExecutionCommand({
        stateMachineArn: store.stateMachines.delete,
        name: 'delete-moth',
        input: JSON.stringify({ key: { id: 'moth' } }),
      }),
    );
    expect(await ended(executionArn)).toMatchObject({ status: 'SUCCEEDED' });
    const Key = { id: { S: 'moth' } };
    const { Item } = await dynamodb.send(
      new GetItemCommand({ TableName: store.table, Key, ConsistentRead: true }),
    );
    expect(Item).toBeUndefined();
    expect(await keys()).toEqual([]);
  });

  test('what another program deletes is cleaned up through the table’s stream', async () => {
    await createByTasks('stray', 'x');
    expect(await keys()).toHaveLength(1);
    await dynamodb.send(new DeleteItemCommand({ TableName: store.table, Key: { id: { S: 'stray' } } }));
    await vi.waitUntil(async () => (await keys()).length === 0, { timeout: 60_000, interval: 200 });
  });

  describe('its faults; one that is mended turns its probe', () => {
    /** How an execution ends that has only this machine's states. */
    const outcome = async (states: Record<string, object>, input: unknown = {}) => {
      const definition = JSON.stringify({
        QueryLanguage: 'JSONata',
        StartAt: Object.keys(states)[0],
        States: states,
      });
      const { stateMachineArn } = await sfn.send(
        new CreateStateMachineCommand({
          name: `probe-${Math.abs(hash(definition))}`,
          definition,
          roleArn: 'arn:aws:iam::000000000000:role/probe',
        }),
      );
      const started = await sfn.send(
        new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
      );
      return ended(started.executionArn);
    };
    test('an execution has no RedriveCount', async () => {
      const Output = '{% $exists($states.context.Execution.RedriveCount) %}';
      expect(await outcome({ A: { Type: 'Pass', Output, End: true } })).toMatchObject({ output: 'false' });
    });

    test('Succeed does not know Output', async () => {
      const run = await outcome({ A: { Type: 'Succeed', Output: { done: true } } }, { given: 1 });
      expect(run).toMatchObject({ status: 'SUCCEEDED', output: '{"given": 1}' });
    });

    test('the name of a function’s error is lost', async () => {
      const FunctionName = (await functionNamed('TasksPlan')).FunctionArn;
      const Payload = {
        operation: 'create',
        execution: { name: 'a', startTime: '2026-01-01T00:00:00Z' },
        input: {},
      };
      const task = {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Arguments: { FunctionName, Payload: { ...Payload, previous: null } },
        End: true,
      };
      const run = await outcome({ A: task });
      expect(run.status).toBe('FAILED');
      expect(run.error).not.toBe('InvalidInput');
    });

    test('TimeoutSeconds is no expression', async () => {
      const FunctionName = (await functionNamed('TasksPlan')).FunctionArn;
      const task = {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Arguments: { FunctionName, Payload: {} },
        TimeoutSeconds: '{% 60 %}',
        End: true,
      };
      expect((await outcome({ A: task })).cause).toContain('not supported between instances');
    });

    test('nothing is redriven', async () => {
      const { executionArn } = await outcome({ A: { Type: 'Fail', Error: 'E' } });
      await expect(sfn.send(new RedriveExecutionCommand({ executionArn }))).rejects.toThrow();
    });

    test('a copy has no checksum of the algorithm that was asked for', async () => {
      await s3.send(new PutObjectCommand({ Bucket: store.bucket, Key: 'probe/a', Body: 'x' }));
      const CopySource = `${store.bucket}/probe/a`;
      const copy = { Bucket: store.bucket, Key: 'probe/b', CopySource, ChecksumAlgorithm: 'SHA256' } as const;
      const { CopyObjectResult } = await s3.send(new CopyObjectCommand(copy));
      const head = await s3.send(
        new HeadObjectCommand({ Bucket: store.bucket, Key: 'probe/b', ChecksumMode: 'ENABLED' }),
      );
      expect([CopyObjectResult?.ChecksumSHA256, head.ChecksumSHA256]).toEqual([undefined, undefined]);
    });

    test('a distributed Map has no ItemBatcher', async () => {
      const { status, output } = await outcome(
        {
          A: {
            Type: 'Map',
            Items: '{% $states.input.all %}',
            ItemBatcher: { MaxItemsPerBatch: 2 },
            ItemProcessor: {
              ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
              StartAt: 'B',
              States: { B: { Type: 'Pass', End: true } },
            },
            End: true,
          },
        },
        { all: [1, 2, 3] },
      );
      expect([status, output]).not.toEqual(['SUCCEEDED', '[{"Items": [1, 2]}, {"Items": [3]}]']);
    });
  });
}

function hash(text: string): number {
  return [...text].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) | 0, 7);
}
