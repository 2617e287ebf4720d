// A store of any size that takes no room: SDK clients whose answers are made from the page that is asked for.

import type { AuditContext } from '../../audit/index.ts';
import type { StoreDescriptor } from '../../core/contract/store.ts';
import { writeSaga } from '../../core/item/item.ts';
import { objectKey } from '../../core/keys/object-key.ts';
import { formatPointer } from '../../core/keys/pointer.ts';
import { formatRun } from '../../core/keys/run.ts';
import type { Item } from '../../core/values/attributes.ts';
import { toSdkItem } from '../../core/values/sdk-item.ts';

const PAGE = 1000;
const ARN = 'arn:aws:states:us-east-1:000000000000';
const SHA256 = 'a'.repeat(64);
const START = Date.parse('2026-01-01T00:00:00.000Z');

export const STORE: StoreDescriptor = {
  ...{ region: 'us-east-1', table: 'docs', bucket: 'docs-bucket', prefix: 'items', stagingPrefix: 'staging' },
  key: { partitionKey: { name: 'id', type: 'S' } },
  stateMachines: {
    create: `${ARN}:stateMachine:create`,
    update: `${ARN}:stateMachine:update`,
    delete: `${ARN}:stateMachine:delete`,
  },
};

/** What stands for a number in texts that are written once: what they cost is no part of what is measured. */
const NUMBER = 'N0N';
const RUN = formatRun({
  operation: 'create',
  name: `create-${NUMBER}`,
  startTime: new Date(START).toISOString(),
});
const OBJECT_KEY = objectKey(STORE, keyOf(NUMBER), 'page', SHA256, RUN).split(NUMBER);
/** Around the number. */
const ITEM = JSON.stringify(
  toSdkItem({
    ...keyOf(NUMBER),
    page: { S: formatPointer(STORE.bucket, OBJECT_KEY.join(NUMBER)) },
    _saga: writeSaga({ createdBy: RUN, version: 1, writtenBy: RUN, large: ['page'] }),
  }),
).split(NUMBER);

/** The object of the item with this number: content of ten bytes. */
export function objectOf(n: number): {
  readonly key: string;
  readonly size: number;
  readonly lastModified: number;
} {
  return { key: OBJECT_KEY.join(String(n)), size: 10, lastModified: START };
}

/** A store of so many items with an object each, all in order, and as many runs that made them. */
export function madeUpStore(size: number): AuditContext {
  const answers: Readonly<Record<string, (input: Record<string, never>) => unknown>> = {
    ScanCommand: ({ Segment = 0, TotalSegments = 1, ExclusiveStartKey }) => {
      const length = Math.ceil(size / TotalSegments);
      const [from, end] = [Segment * length, Math.min((Segment + 1) * length, size)];
      const at = ExclusiveStartKey === undefined ? from : numberOf(ExclusiveStartKey) + 1;
      const Items = range(at, Math.min(at + PAGE, end)).map(itemOf);
      return { Items, ...(at + PAGE < end && { LastEvaluatedKey: keyOf(String(at + PAGE - 1)) }) };
    },
    BatchGetItemCommand: ({ RequestItems }) => {
      const { Keys } = (RequestItems as unknown as Record<string, { Keys: Item[] }>)[STORE.table] ?? {
        Keys: [],
      };
      return { Responses: { [STORE.table]: Keys.map((key) => itemOf(numberOf(key))) } };
    },
    HeadObjectCommand: () => ({
      ...{ ContentLength: 10, ETag: '"e"', ChecksumType: 'FULL_OBJECT' },
      ChecksumSHA256: Buffer.from(SHA256, 'hex').toString('base64'),
    }),
    ListObjectsV2Command: ({ Prefix = '', ContinuationToken = '0' }) => {
      if (!String(Prefix).startsWith(STORE.prefix)) return {};
      const at = Number(ContinuationToken);
      const Contents = range(at, Math.min(at + PAGE, size)).map((n) => {
        const { key, size: Size, lastModified } = objectOf(n);
        return { Key: key, Size, LastModified: new Date(lastModified) };
      });
      return { Contents, ...(at + PAGE < size && { NextContinuationToken: String(at + PAGE) }) };
    },
    ListExecutionsCommand: ({ stateMachineArn, nextToken = '0' }) => {
      if (stateMachineArn !== STORE.stateMachines.create) return { executions: [] };
      const at = Number(nextToken);
      const executions = range(at, Math.min(at + PAGE, size)).map((n) => executionOf(n, size));
      return { executions, ...(at + PAGE < size && { nextToken: String(at + PAGE) }) };
    },
    DescribeExecutionCommand: ({ executionArn }) => {
      const n = Number(String(executionArn).split('-').at(-1));
      const output = JSON.stringify({ operation: 'create', version: 1, cleanup: 'done', letGo: [] });
      return { ...executionOf(n, size), input: JSON.stringify({ key: { id: String(n) } }), output };
    },
  };
  const client = {
    send: async (command: {
      readonly constructor: { readonly name: string };
      readonly input: Record<string, never>;
    }) => {
      const { name } = command.constructor;
      const answer = Object.hasOwn(answers, name) ? answers[name] : undefined;
      if (answer === undefined) throw new Error(`the made-up store does not answer ${name}`);
      return answer(command.input);
    },
  };
  return { store: STORE, sfn: client, s3: client, dynamodb: client } as unknown as AuditContext;
}

function executionOf(n: number, size: number) {
  // Newest first.
  const startDate = new Date(START + (size - n) * 1000);
  const name = `create-${n}`;
  return {
    ...{ name, status: 'SUCCEEDED', startDate, stopDate: startDate },
    ...{ executionArn: `${ARN}:execution:create:${name}`, stateMachineArn: STORE.stateMachines.create },
  };
}

function numberOf({ id }: Item): number {
  return Number(id !== undefined && 'S' in id ? id.S : undefined);
}

function itemOf(n: number): unknown {
  return JSON.parse(ITEM.join(String(n)));
}

function range(from: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - from) }, (_, at) => from + at);
}

function keyOf(id: string): Item {
  return { id: { S: id } };
}
