// The construct's grants to callers: with exactly these each kind of caller does what it is there for, without any one of
// them it does not. Rights whose lack shows in no test here stand in a table with the reason why they are granted.

import { createHash } from 'node:crypto';
import { DynamoDBClient, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import {
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { LargeItemClient, type StoreDescriptor, type Stuck, type WriteResult } from '../../client/index.ts';
import { type CallerName, PARAMETER_NAME } from '../../docs/callers.ts';
import { CALLER_NAMES, type CallersCloud, type Reduced, STACK, startCallersCloud } from './callers-cloud.ts';

/** Something that a caller does with an item of its own, and what comes out of it while it has its rights. */
interface Scenario {
  /** @param owner - a client of somebody outside, who may do everything */
  run(caller: LargeItemClient, id: string, owner: LargeItemClient): Promise<unknown>;
  readonly outcome: unknown;
}

const MUCH = 'x'.repeat(300_000);
type Operation = 'create' | 'update' | 'delete';

const SCENARIOS = {
  create: { run: (caller, id) => versionAfter(caller, 'create', id), outcome: 1 },
  'an update': { run: existing((caller, id) => versionAfter(caller, 'update', id)), outcome: 2 },
  'a delete': { run: existing((caller, id) => versionAfter(caller, 'delete', id)), outcome: null },
  'a create that gets stuck': { run: (caller, id) => stuckIn(caller, 'create', id), outcome: 'WriteItem' },
  'an update that gets stuck': {
    run: existing((caller, id) => stuckIn(caller, 'update', id)),
    outcome: 'WriteItem',
  },
  'a delete that gets stuck': {
    run: existing((caller, id) => stuckIn(caller, 'delete', id)),
    outcome: 'DeleteItem',
  },
  'a wait for the run of somebody else': {
    async run(caller, id, owner) {
      const { executionArn } = await owner.create({ key: { id } }, { wait: false });
      return (await caller.handle(executionArn).wait()).version;
    },
    outcome: 1,
  },
  'an upload for somebody without rights': {
    run: (caller, id, owner) => createdFrom(owner, id, caller),
    outcome: 'signed',
  },
  'a create from what somebody has staged': {
    run: (caller, id, owner) => createdFrom(caller, id, owner),
    outcome: 'signed',
  },
  'a create with much content': {
    async run(caller, id, owner) {
      await caller.create({ key: { id }, largeAttributes: { page: MUCH } });
      const page = await (await owner.get({ id }))?.large.page?.text();
      return { staged: await stagedFor(id), page: page?.length };
    },
    outcome: { staged: 0, page: MUCH.length },
  },
  'an upload in parts that is given up': {
    async run(caller, id, owner) {
      async function* film() {
        for (let megabytes = 0; megabytes < 20; megabytes += 1) yield new Uint8Array(1024 ** 2);
        throw new Error('the camera is gone');
      }
      const failure = await caller.create({ key: { id }, largeAttributes: { film: film() } }).catch(String);
      const { Uploads = [] } = await outsideS3().send(
        new ListMultipartUploadsCommand({ Bucket: owner.store.bucket }),
      );
      return { failure, left: Uploads.filter(({ Key }) => Key?.includes(id)).length };
    },
    outcome: { failure: expect.stringContaining('the camera is gone'), left: 0 },
  },
  'a get': {
    run: existing(async (caller, id) => {
      const page = (await caller.get({ id }))?.large.page;
      const signed = await fetch((await page?.presignedUrl()) ?? '');
      return { page: await page?.text(), signed: await signed.text() };
    }),
    outcome: { page: 'a page', signed: 'a page' },
  },
  'a get of what somebody has deleted from the bucket': {
    run: existing(async (caller, id, owner) => {
      const uri = (await owner.get({ id }))?.large.page?.uri ?? '';
      const { bucket } = owner.store;
      await outsideS3().send(
        new DeleteObjectCommand({ Bucket: bucket, Key: uri.slice(`s3://${bucket}/`.length) }),
      );
      return caller.get({ id }).catch(({ name }) => name);
    }),
    outcome: 'IntegrityError',
  },
  'a get of many': {
    run: existing(async (caller, id) => {
      const { items } = await caller.getMany([{ id }, { id: 'none' }], { load: true }).page();
      return Promise.all(items.map(({ item }) => item?.large.page?.text()));
    }),
    outcome: ['a page', undefined],
  },
  'a query': {
    run: existing((caller, id) => keysOf(caller.query({ partition: { id } }))),
    outcome: [{ id: expect.any(String) }],
  },
  'a scan': {
    run: existing(async (caller) => (await keysOf(caller.scan())).length > 0),
    outcome: true,
  },
  'a query of an index': {
    run: existing((caller, id) => keysOf(caller.query({ index: 'byKind', partition: { kind: id } }))),
    outcome: [{ id: expect.any(String) }],
  },
  'a scan of an index': {
    run: existing(async (caller) => (await keysOf(caller.scan({ index: 'byKind' }))).length > 0),
    outcome: true,
  },
  'a look-up by stack': {
    run: async () => (await LargeItemClient.fromStack({ stackName: STACK, construct: 'Docs' })).store.prefix,
    outcome: 'items',
  },
  'a look-up by parameter': {
    run: async () => (await LargeItemClient.fromParameter({ name: PARAMETER_NAME })).store.prefix,
    outcome: 'items',
  },
} as const satisfies Record<string, Scenario>;
type ScenarioName = keyof typeof SCENARIOS;

/** Each right beside what fails without it. */
const NEEDED: Readonly<Partial<Record<CallerName, Readonly<Record<string, ScenarioName>>>>> = {
  InlineWriter: {
    'states:StartExecution stateMachine:{Create}': 'create',
    'states:StartExecution stateMachine:{Update}': 'an update',
    'states:StartExecution stateMachine:{Delete}': 'a delete',
    'states:DescribeExecution execution:{Create}:*': 'create',
    'states:DescribeExecution execution:{Update}:*': 'an update',
    'states:DescribeExecution execution:{Delete}:*': 'a delete',
    'states:GetExecutionHistory execution:{Create}:*': 'a create that gets stuck',
    'states:GetExecutionHistory execution:{Update}:*': 'an update that gets stuck',
    'states:GetExecutionHistory execution:{Delete}:*': 'a delete that gets stuck',
  },
  Writer: {
    's3:PutObject {bucket}/staging/*': 'a create with much content',
    's3:DeleteObject {bucket}/staging/*': 'a create with much content',
    's3:AbortMultipartUpload {bucket}/staging/*': 'an upload in parts that is given up',
  },
  Reader: {
    'dynamodb:GetItem table/{table}': 'a get',
    'dynamodb:BatchGetItem table/{table}': 'a get of many',
    'dynamodb:Query table/{table}': 'a query',
    'dynamodb:Scan table/{table}': 'a scan',
    'dynamodb:Query table/{table}/index/*': 'a query of an index',
    'dynamodb:Scan table/{table}/index/*': 'a scan of an index',
    's3:GetObject {bucket}/items/*': 'a get',
    's3:ListBucket {bucket}': 'a get of what somebody has deleted from the bucket',
  },
  FinderByStack: { [`cloudformation:DescribeStacks stack/${STACK}/*`]: 'a look-up by stack' },
  FinderByParameter: { [`ssm:GetParameter parameter${PARAMETER_NAME}`]: 'a look-up by parameter' },
};

const NOT_NEEDED_HERE: readonly (readonly [right: RegExp, reason: string])[] = [
  [/^states:ListExecutions /, 'many waits at once are only slower without it: each looks at its own run'],
  [/^s3:GetObject .*\/staging/, 'copies the segments of content of more than 80 GB: too large for a test'],
];

const isNotNeeded = (right: string): boolean => NOT_NEEDED_HERE.some(([pattern]) => pattern.test(right));

const WITH_ALL = CALLER_NAMES.map((caller): Reduced => ({ caller, without: [] }));
const LACKING = Object.entries(NEEDED).flatMap(([caller, rights]) =>
  Object.entries(rights).map(([right, scenario]) => ({
    right,
    scenario,
    role: { caller: caller as CallerName, without: [right] } satisfies Reduced,
  })),
);

let callers: CallersCloud;
let owner: LargeItemClient;
let ids = 0;

beforeAll(async () => {
  callers = await startCallersCloud([...WITH_ALL, ...LACKING.map(({ role }) => role)]);
  as(callers.cloud.env);
  const found = await LargeItemClient.fromStack({ stackName: STACK, construct: 'Docs' });
  owner = clientOf(callers.cloud.env, found.store);
  await new DynamoDBClient(configOf(callers.cloud.env)).send(
    new UpdateTableCommand({
      TableName: found.store.table,
      AttributeDefinitions: [{ AttributeName: 'kind', AttributeType: 'S' }],
      GlobalSecondaryIndexUpdates: [
        {
          Create: {
            IndexName: 'byKind',
            KeySchema: [{ AttributeName: 'kind', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'KEYS_ONLY' },
          },
        },
      ],
    }),
  );
});
afterEach(() => {
  callers.cloud.faults.clear();
  vi.unstubAllEnvs();
});
afterAll(() => callers[Symbol.asyncDispose]());

test('every right of a caller is either needed or has its reason', () => {
  const ofInlineWriter = callers.rightsOf('InlineWriter');
  const ofStager = callers.rightsOf('Stager');
  expect(callers.rightsOf('Writer').toSorted()).toEqual([...ofInlineWriter, ...ofStager].toSorted());
  expect(callers.rightsOf('Waiter').toSorted()).toEqual(
    ofInlineWriter
      .filter((right) => !/^states:(?:StartExecution|GetExecutionHistory) /.test(right))
      .toSorted(),
  );
  for (const [caller, needed] of Object.entries(NEEDED)) {
    const given = caller === 'Writer' ? ofStager : callers.rightsOf(caller as CallerName);
    expect(given.filter((right) => !isNotNeeded(right)).toSorted()).toEqual(Object.keys(needed).toSorted());
  }
  const all = CALLER_NAMES.flatMap((caller) => callers.rightsOf(caller));
  expect(NOT_NEEDED_HERE.filter(([pattern]) => !all.some((right) => pattern.test(right)))).toEqual([]);
});

/** What each caller is there for. Of operators: test/local-iam/operator-grants.test.ts; of checkers: test/audit/; of sweepers: test/lib/clean-up/sweep.test.ts. */
const DOES: Readonly<
  Record<Exclude<CallerName, 'Operator' | 'Checker' | 'Sweeper'>, readonly ScenarioName[]>
> = {
  InlineWriter: [...Object.values(NEEDED.InlineWriter ?? {}), 'a create from what somebody has staged'],
  Writer: Object.values(NEEDED.Writer ?? {}),
  Stager: ['an upload for somebody without rights'],
  Waiter: ['a wait for the run of somebody else'],
  Reader: Object.values(NEEDED.Reader ?? {}),
  FinderByStack: ['a look-up by stack'],
  FinderByParameter: ['a look-up by parameter'],
};

describe('with its grant alone', () => {
  const cases = Object.entries(DOES).flatMap(([caller, scenarios]) =>
    [...new Set(scenarios)].map((scenario) => [caller as CallerName, scenario] as const),
  );
  test.each(cases)('%s: %s', async (caller, scenario) => {
    const role = WITH_ALL.find((each) => each.caller === caller) as Reduced;
    expect(await outcomeOf(role, scenario)).toEqual(SCENARIOS[scenario].outcome);
  });
});

describe('without', () => {
  test.each(LACKING)('$right $role.caller fails: $scenario', async ({ role, scenario }) => {
    expect(await outcomeOf(role, scenario)).not.toEqual(SCENARIOS[scenario].outcome);
  });
});

/** What comes out of it, or the error. */
async function outcomeOf(role: Reduced, name: ScenarioName): Promise<unknown> {
  const environment = await callers.environmentOf(role);
  as(environment);
  const scenario: Scenario = SCENARIOS[name];
  const id = `item-${ids++}`;
  return scenario.run(clientOf(environment, owner.store), id, owner).catch(String);
}

type Environment = Readonly<Record<string, string>>;

/** From now on whoever looks into the environment calls so. */
function as(environment: Environment): void {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
}

function clientOf(environment: Environment, store: StoreDescriptor): LargeItemClient {
  const config = configOf(environment);
  return new LargeItemClient({
    store,
    s3: new S3Client(config),
    sfn: new SFNClient(config),
    dynamodb: new DynamoDBClient(config),
    pollIntervalMs: 10,
  });
}

function configOf({
  AWS_ENDPOINT_URL: endpoint = '',
  AWS_REGION: region = '',
  AWS_ACCESS_KEY_ID: accessKeyId = '',
  AWS_SECRET_ACCESS_KEY: secretAccessKey = '',
  AWS_SESSION_TOKEN: sessionToken,
}: Environment) {
  const session = sessionToken === undefined ? {} : { sessionToken };
  return { endpoint, region, credentials: { accessKeyId, secretAccessKey, ...session } };
}

/** Somebody outside. */
function outsideS3(): S3Client {
  return new S3Client(configOf(callers.cloud.env));
}

async function keysOf(results: AsyncIterable<{ readonly key: unknown }>): Promise<unknown[]> {
  const keys = [];
  for await (const { key } of results) keys.push(key);
  return keys;
}

/** The scenario with an item that is there. */
function existing(run: Scenario['run']): Scenario['run'] {
  return async (caller, id, owner) => {
    await owner.create({ key: { id }, attributes: { kind: id }, largeAttributes: { page: 'a page' } });
    return run(caller, id, owner);
  };
}

function write(caller: LargeItemClient, operation: Operation, id: string): Promise<WriteResult> {
  const input = { key: { id } };
  if (operation === 'create') return caller.create(input);
  return operation === 'update' ? caller.update(input) : caller.delete(input);
}

async function versionAfter(caller: LargeItemClient, operation: Operation, id: string): Promise<unknown> {
  return (await write(caller, operation, id)).version;
}

/** The content that an item has which was uploaded by a signed request. */
async function createdFrom(writer: LargeItemClient, id: string, signer: LargeItemClient): Promise<unknown> {
  const sha256 = createHash('sha256').update('signed').digest('hex');
  const { staged, url, method, headers } = await signer.presignUpload({ sha256, size: 6 });
  await fetch(url, { method, headers, body: 'signed' });
  await writer.create({ key: { id }, largeAttributes: { page: { staged } } });
  return (await owner.get({ id }))?.large.page?.text();
}

/** The state at which the run stands, as the caller is told. */
async function stuckIn(caller: LargeItemClient, operation: Operation, id: string): Promise<unknown> {
  callers.cloud.faults.inject({
    service: 'dynamodb',
    operation: 'TransactWriteItems',
    when: 'before',
    error: 'InternalServerError',
    times: 'always',
  });
  return write(caller, operation, id).catch((error: Stuck) => error.state);
}

async function stagedFor(id: string): Promise<number> {
  const listed = await outsideS3().send(
    new ListObjectsV2Command({ Bucket: owner.store.bucket, Prefix: `${owner.store.stagingPrefix}/` }),
  );
  return (listed.Contents ?? []).filter(({ Key }) => Key?.includes(id)).length;
}
