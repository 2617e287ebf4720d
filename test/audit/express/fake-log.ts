// A store whose only trace of its Express runs is a log group that is made up.

import type { AuditContext } from '../../../audit/index.ts';
import type { StoreDescriptor } from '../../../core/contract/store.ts';

/** As CloudWatch Logs has it. */
export interface Line {
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly message: string;
}

/** Standard executions by their ARN: what DescribeExecution answers. */
export type Executions = Readonly<Record<string, object>>;

/** A store whose log group has these lines, in pages of `pageSize`; every call is counted. There are no Standard runs but those given, and every item is `item`. */
export function logged(
  store: StoreDescriptor,
  lines: readonly Line[],
  { executions = {}, pageSize = 2, item }: { executions?: Executions; pageSize?: number; item?: object } = {},
) {
  const calls: object[] = [];
  const refuse = () => Promise.reject(Object.assign(new Error('none'), { name: 'ExecutionDoesNotExist' }));
  const context = {
    store,
    sfn: {
      send: async (command: { readonly input: { readonly executionArn?: string } }) => {
        if (command.constructor.name === 'ListExecutionsCommand') return { executions: [] };
        if (command.constructor.name === 'GetExecutionHistoryCommand') return { events: HISTORY };
        const executionArn = command.input.executionArn ?? '';
        const found = executions[executionArn];
        return found === undefined ? refuse() : { executionArn, ...found };
      },
    },
    s3: { send: () => Promise.reject({ $metadata: { httpStatusCode: 404 } }) },
    dynamodb: { send: async () => ({ ...(item && { Item: item }) }) },
    logs: async () => ({
      filterLogEvents: async (input: {
        startTime?: number;
        endTime?: number;
        nextToken?: string;
        filterPattern?: string;
      }) => {
        calls.push(input);
        const {
          startTime = 0,
          endTime = Number.POSITIVE_INFINITY,
          nextToken = '0',
          filterPattern = '',
        } = input;
        const text = /^"(.*)"$/.exec(filterPattern)?.[1] ?? '';
        const isMeant = (message: string) =>
          filterPattern.startsWith('{') ? LISTED.test(message) : message.includes(text);
        const from = Number(nextToken);
        // As CloudWatch Logs does: a page is a part of what was searched, and may be empty.
        const inTime = lines
          .filter(({ timestamp }) => timestamp >= startTime && timestamp <= endTime)
          .sort((one, other) => one.timestamp - other.timestamp);
        const more = from + pageSize < inTime.length;
        return {
          $metadata: {},
          events: inTime.slice(from, from + pageSize).filter(({ message }) => isMeant(message)),
          ...(more && { nextToken: String(from + pageSize) }),
        };
      },
    }),
  } as unknown as AuditContext;
  return { context, calls };
}

/** What the pattern of a list asks for. */
const LISTED = /"type":"Execution|"name":"CleanupDeferred"/;
const HISTORY = [{ id: 1, previousEventId: 0, type: 'ExecutionStarted', timestamp: new Date(0) }];
