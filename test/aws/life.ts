// The life of items, as the end-to-end suite has it on the local cloud, through the client: what each step must do, how long it
// took, and what it cost in transitions.

import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { RedriveExecutionCommand, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { fsck } from '../../audit/index.ts';
import { type Recorded, recordOf, type Trial } from './trial.ts';

export interface Step {
  readonly name: string;
  /** Undefined where it did what it must. */
  readonly problem?: string | undefined;
  /** Until the caller knew. */
  readonly milliseconds: number;
  readonly recorded: readonly Recorded[];
}

const STAGED_BYTES = 20 * 1024 ** 2;
const CLEAN_UP_SECONDS = 120;

type Do = (trial: Trial) => Promise<readonly string[]>;

/** Each returns the executions that it has started. @throws {Error} when something is not as it must be */
const STEPS: Readonly<Record<string, Do>> = {
  'create, inline content': async ({ client }) => {
    const largeAttributes = { page: '<h1>A moth</h1>' };
    const done = await client.create({
      key: { id: 'moth' },
      attributes: { title: 'A moth' },
      largeAttributes,
    });
    expectEqual('version', done.version, 1);
    return [done.executionArn];
  },
  read: async ({ client }) => {
    const item = await client.get({ id: 'moth' });
    expectEqual('page', await item?.large.page?.text(), '<h1>A moth</h1>');
    return [];
  },
  'create that is there': async ({ client }) => {
    const error = await failureOf(client.create({ key: { id: 'moth' }, attributes: {} }));
    expectEqual('reason', error.reason, 'AlreadyExists');
    return [error.executionArn];
  },
  'update, 20 MiB staged and copied': async ({ client }) => {
    const largeAttributes = { picture: new Uint8Array(STAGED_BYTES) };
    const done = await client.update({ key: { id: 'moth' }, set: { title: 'The moth' }, largeAttributes });
    const item = await client.get({ id: 'moth' });
    expectEqual('size', (await item?.large.picture?.bytes())?.length, STAGED_BYTES);
    return [done.executionArn];
  },
  'update of another version': async ({ client }) => {
    const error = await failureOf(client.update({ key: { id: 'moth' }, expectedVersion: 7, set: { a: 1 } }));
    expectEqual('reason', error.reason, 'VersionMismatch');
    return [error.executionArn];
  },
  'five updates at once, each applied once': async ({ client }) => {
    const updates = Array.from({ length: 5 }, () =>
      client.update({ key: { id: 'moth' }, add: { views: 1 } }),
    );
    const done = await Promise.all(updates);
    const item = await client.get({ id: 'moth' });
    expectEqual('views', Number(item?.attributes.views), 5);
    return done.map(({ executionArn }) => executionArn);
  },
  'stopped and redriven': async ({ client, sfn, pause }) => {
    const input = JSON.stringify({ key: { id: 'moth' }, add: { views: 1 } });
    const stateMachineArn = client.store.stateMachines.update;
    const { executionArn = '' } = await sfn.send(new StartExecutionCommand({ stateMachineArn, input }));
    await sfn.send(new StopExecutionCommand({ executionArn }));
    await pause(1);
    await sfn.send(new RedriveExecutionCommand({ executionArn }));
    await client.handle(executionArn).wait();
    const item = await client.get({ id: 'moth' });
    expectEqual('views', Number(item?.attributes.views), 6);
    return [executionArn];
  },
  delete: async ({ client }) => {
    const done = await client.delete({ key: { id: 'moth' } });
    expectEqual('item', await client.get({ id: 'moth' }), undefined);
    return [done.executionArn];
  },
  'deleted by another program, cleaned up by the stream': async (trial) => {
    const { client, dynamodb, bucket, s3 } = trial;
    const done = await client.create({
      key: { id: 'stray' },
      attributes: {},
      largeAttributes: { page: 'x' },
    });
    const Key = { id: { S: 'stray' } };
    await dynamodb.send(new DeleteItemCommand({ TableName: client.store.table, Key }));
    const Prefix = `${client.store.prefix}/`;
    const left = async () => {
      const { KeyCount } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix }));
      return KeyCount ?? 0;
    };
    for (let waited = 0; (await left()) > 0; waited += 1) {
      if (waited === CLEAN_UP_SECONDS) throw new Error(`an object is there after ${CLEAN_UP_SECONDS} s`);
      await trial.pause(1);
    }
    return [done.executionArn];
  },
  'fsck finds nothing amiss': async ({ client, sfn, s3, dynamodb }) => {
    const found: string[] = [];
    const onFinding = ({ kind }: { kind: string }) => void found.push(kind);
    await fsck({ store: client.store, sfn, s3, dynamodb }, { onFinding });
    expectEqual('findings', found.join(), '');
    return [];
  },
};

/** @param isOver - asked before each step */
export async function live(trial: Trial, isOver: () => boolean = () => false): Promise<Step[]> {
  const steps: Step[] = [];
  for (const [name, step] of Object.entries(STEPS)) {
    if (isOver()) break;
    const since = performance.now();
    let arns: readonly string[] = [];
    let problem: string | undefined;
    try {
      arns = await step(trial);
    } catch (error) {
      problem = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    }
    const milliseconds = Math.round(performance.now() - since);
    trial.say(
      `${problem === undefined ? 'done' : 'FAILED'}: ${name} (${milliseconds} ms)${problem ? ` ${problem}` : ''}`,
    );
    const recorded: Recorded[] = [];
    for (const arn of arns) recorded.push(await recordOf(trial, name, arn));
    steps.push({ name, problem, milliseconds, recorded });
  }
  return steps;
}

function expectEqual(what: string, actual: unknown, expected: unknown): void {
  if (Object.is(actual, expected)) return;
  throw new Error(`${what}: expected ${String(expected)}, got ${String(actual)}`);
}

async function failureOf(write: Promise<unknown>): Promise<{ reason: string; executionArn: string }> {
  try {
    await write;
  } catch (error) {
    return error as { reason: string; executionArn: string };
  }
  throw new Error('it succeeded, and should not have');
}
