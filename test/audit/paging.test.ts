// Lists and histories of many pages, from a Step Functions that only counts: how far is read, and how often is asked.

import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  ListExecutionsCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import type { AuditContext } from '../../audit/context.ts';
import { runTree } from '../../audit/history/history.ts';
import { readHistory } from '../../audit/history/read-history.ts';
import { listRuns } from '../../audit/runs/list.ts';
import { history, type Line } from './histories.ts';
import { recorded, STORE } from './recordings.ts';

const RUNS = 10_000;
const EVENTS = 25_000;
const RUN_ARN = 'arn:aws:states:eu-central-1:111122223333:execution:DocsCreate:run';

/** Answers as Step Functions does, and keeps what it was asked. */
function counting() {
  const asked: object[] = [];
  let [underWay, most] = [0, 0];
  const send = async (command: unknown): Promise<object> => {
    asked.push(command as object);
    most = Math.max(most, ++underWay);
    await Promise.resolve();
    underWay -= 1;
    if (command instanceof ListExecutionsCommand) return pageOfRuns(command);
    if (command instanceof GetExecutionHistoryCommand) return pageOfEvents(command);
    const { executionArn } = (command as DescribeExecutionCommand).input;
    return { ...recorded('committed-create').description, executionArn };
  };
  const context = { store: STORE, sfn: { send } as unknown as SFNClient } as AuditContext;
  const count = (kind: new (...input: never[]) => object) =>
    asked.filter((each) => each instanceof kind).length;
  return { context, count, most: () => most };
}

function pageOfRuns({
  input: { stateMachineArn = '', maxResults = 0, nextToken = '0' },
}: ListExecutionsCommand) {
  const from = Number(nextToken);
  const executions = Array.from({ length: maxResults }, (_, at) => ({
    executionArn: `${stateMachineArn.replace(':stateMachine:', ':execution:')}:run-${from + at}`,
    name: `run-${from + at}`,
    status: 'SUCCEEDED',
    startDate: new Date(Date.UTC(2026, 10, 23) - (from + at) * 1000),
  }));
  const next = from + maxResults;
  return { executions, ...(next < RUNS && { nextToken: String(next) }) };
}

function pageOfEvents({ input: { maxResults = 0, nextToken = '1' } }: GetExecutionHistoryCommand) {
  const from = Number(nextToken);
  const events = Array.from({ length: Math.min(maxResults, EVENTS - from + 1) }, (_, at) => ({
    id: from + at,
  }));
  const next = from + maxResults;
  return { events, ...(next <= EVENTS && { nextToken: String(next) }) };
}

describe('a list of 30,000 runs', () => {
  it('reads one page of each state machine, and few descriptions, for its first runs', async () => {
    const { context, count } = counting();
    const names: string[] = [];
    for await (const { name } of listRuns(context, { limit: 5 })) names.push(name);

    expect(names).toHaveLength(5);
    expect(count(ListExecutionsCommand)).toBe(3);
    expect(count(DescribeExecutionCommand)).toBeLessThan(10);
  });

  it('goes on page by page while it is read, with few calls under way at a time', async () => {
    const { context, count, most } = counting();
    let found = 0;
    for await (const _ of listRuns(context, { operations: ['create'], limit: 2500 })) found += 1;

    expect(found).toBe(2500);
    expect(count(ListExecutionsCommand)).toBe(3);
    expect(most()).toBeLessThanOrEqual(9);
  });
});

describe('a history of 25,000 events', () => {
  it('is read whole, in pages', async () => {
    const { context, count } = counting();
    const events = await readHistory(context, RUN_ARN);

    expect(events.map(({ id }) => id)).toEqual(Array.from({ length: EVENTS }, (_, at) => at + 1));
    expect(count(GetExecutionHistoryCommand)).toBe(25);
  });

  it('becomes a tree by a few looks at each event', () => {
    const retries = Array.from({ length: 8_000 }, (_, at): Line[] => [
      ['TaskScheduled', at * 3 + 2],
      ['TaskStarted', at * 3 + 3],
      ['TaskFailed', at * 3 + 4, { error: 'WriteThrottled', cause: '' }],
    ]).flat();
    let looks = 0;
    const events = new Proxy<HistoryEvent[]>(
      history(['ExecutionStarted', 0], ['TaskStateEntered', 0, { name: 'WriteItem' }], ...retries),
      {
        get(target, name, receiver) {
          looks += 1;
          return Reflect.get(target, name, receiver);
        },
      },
    );

    expect(runTree(events).states[0]?.attempts).toHaveLength(8_000);
    expect(looks).toBeLessThan(20 * 24_000);
  });
});
