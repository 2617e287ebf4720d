// A store on a Step Functions that is made up: any number of runs without running any, every call counted.

import {
  DescribeExecutionCommand,
  type ExecutionListItem,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import type { AuditContext } from '../../audit/index.ts';
import type { StoreDescriptor } from '../../core/contract/store.ts';

const MACHINE = 'arn:aws:states:eu-central-1:123456789012:stateMachine:';

export const STORE: StoreDescriptor = {
  table: 'docs',
  bucket: 'docs-bucket',
  prefix: 'items',
  stagingPrefix: 'staging',
  key: { partitionKey: { name: 'id', type: 'S' } },
  region: 'eu-central-1',
  stateMachines: { create: `${MACHINE}create`, update: `${MACHINE}update`, delete: `${MACHINE}delete` },
};

export interface FakeRuns {
  readonly context: AuditContext;
  /** Names of the commands that were sent, in order. */
  readonly calls: string[];
  /** What the next calls of a command throw. */
  failWith: { readonly command: string; readonly error: Error } | undefined;
  /** The status of the newest of the runs that there were from the beginning. */
  newest: { status: 'RUNNING' | 'SUCCEEDED' };
  /** How many runs were started since, all of `doc-new`. */
  started: number;
}

const PAGE = 1000;
const NEWEST = Date.parse('2026-11-20T12:00:00Z');

/** @param count - runs of `update`; a minute apart, every seventh rolled back */
export function fakeRuns(count: number): FakeRuns {
  const fake: FakeRuns = {
    calls: [],
    failWith: undefined,
    newest: { status: 'SUCCEEDED' },
    started: 0,
    context: {
      store: STORE,
      sfn: { send: (command: unknown) => answer(command) } as unknown as SFNClient,
      s3: refusing('S3'),
      dynamodb: refusing('DynamoDB'),
    },
  };
  const answer = async (command: unknown): Promise<unknown> => {
    const name = (command as object).constructor.name;
    fake.calls.push(name);
    if (fake.failWith?.command === name) throw fake.failWith.error;
    if (command instanceof ListExecutionsCommand) return list(command.input, count, fake);
    if (command instanceof DescribeExecutionCommand) return describe(command.input.executionArn ?? '', fake);
    if (command instanceof GetExecutionHistoryCommand) throw doesNotExist();
    throw new Error(`${name} is not made up`);
  };
  return fake;
}

function list(
  { stateMachineArn, nextToken, statusFilter }: ListExecutionsCommand['input'],
  count: number,
  fake: FakeRuns,
): { executions: ExecutionListItem[]; nextToken?: string } {
  if (stateMachineArn !== STORE.stateMachines.update) return { executions: [] };
  const from = Number(nextToken ?? -fake.started);
  const page = Array.from({ length: Math.min(PAGE, count - from) }, (_, at) => execution(from + at, fake));
  const executions = page.filter(({ status }) => statusFilter === undefined || status === statusFilter);
  return { executions, ...(from + PAGE < count && { nextToken: String(from + PAGE) }) };
}

function describe(executionArn: string, fake: FakeRuns): object {
  const at = Number(/-run-(-?\d+)$/.exec(executionArn)?.[1] ?? Number.NaN);
  if (Number.isNaN(at)) throw doesNotExist();
  const input = JSON.stringify({ key: { id: at < 0 ? 'doc-new' : `doc-${at % 400}` } });
  const isRolledBack = execution(at, fake).status === 'FAILED';
  return {
    ...execution(at, fake),
    input,
    ...(isRolledBack
      ? {
          error: 'RolledBack.WriteRefused',
          cause: JSON.stringify({ message: `the write of doc-${at % 400} was refused` }),
        }
      : { output: JSON.stringify({ version: at + 1, cleanup: 'done' }) }),
  };
}

function doesNotExist(): Error {
  return Object.assign(new Error('no such execution'), { name: 'ExecutionDoesNotExist' });
}

function execution(at: number, { newest }: FakeRuns): ExecutionListItem {
  const startDate = new Date(NEWEST - at * 60_000);
  const status = at === 0 ? newest.status : at % 7 === 3 ? 'FAILED' : 'SUCCEEDED';
  return {
    executionArn: `${STORE.stateMachines.update.replace('stateMachine', 'execution')}:update-run-${at}`,
    stateMachineArn: STORE.stateMachines.update,
    name: `update-run-${at}`,
    status,
    startDate,
    ...(status !== 'RUNNING' && { stopDate: new Date(startDate.getTime() + 700 + (at % 90)) }),
    redriveCount: 0,
  };
}

function refusing<C>(service: string): C {
  return { send: () => Promise.reject(new Error(`${service} was called`)) } as unknown as C;
}
