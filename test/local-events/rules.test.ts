// Rules of the bus: which events they wait for, and what their targets get.

import { describe, expect, test, vi } from 'vitest';
import { STATE_MACHINE_ARN, start, type TestCloud } from '../local-frame/support.ts';

const Arn = `${STATE_MACHINE_ARN}m`;
const rule = (Properties: Record<string, unknown>, target: Record<string, unknown> = {}) => ({
  Rule: {
    Type: 'AWS::Events::Rule',
    Properties: { Name: 'orders', Targets: [{ Id: 'a', Arn, ...target }], ...Properties },
  },
});
const placed = { EventPattern: { source: ['shop'], detail: { total: [{ numeric: ['>', 10] }] } } };
interface Entry {
  readonly Source?: string | undefined;
  readonly DetailType: string;
  readonly Detail: string;
  readonly EventBusName?: string;
}

const order: Entry = {
  Source: 'shop',
  DetailType: 'placed',
  Detail: '{"total":11,"lines":[{"sku":"a\\"b"}]}',
};

const startedInputs = (cloud: TestCloud) =>
  cloud.started.map((body) => JSON.parse(JSON.parse(body).input) as unknown);

interface PutAnswer {
  readonly FailedEntryCount: number;
  readonly Entries: readonly { readonly EventId?: string; readonly ErrorCode?: string }[];
}

async function put(cloud: TestCloud, ...Entries: Entry[]): Promise<PutAnswer> {
  const answer = await fetch(cloud.endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSEvents.PutEvents' },
    body: JSON.stringify({ Entries }),
  });
  return (await answer.json()) as PutAnswer;
}

/** What the target of a rule gets of one event. */
async function received(target: Record<string, unknown>): Promise<unknown> {
  const cloud = await start({ template: { Resources: rule(placed, target) } });
  await put(cloud, order);
  await vi.waitUntil(() => cloud.started.length === 1, { timeout: 60_000 });
  return startedInputs(cloud)[0];
}

describe('a rule', () => {
  test('sends the events that match its pattern, and no others', async () => {
    const cloud = await start({ template: { Resources: rule(placed) } });
    const answer = await put(cloud, { ...order, Detail: '{"total":10}' }, order, { ...order, Source: 'x' });
    expect(answer).toMatchObject({ FailedEntryCount: 0 });
    await vi.waitUntil(() => cloud.started.length > 0, { timeout: 60_000 });
    expect(JSON.parse(cloud.started[0] ?? '')).toMatchObject({ stateMachineArn: Arn });
    expect(startedInputs(cloud)).toEqual([
      {
        version: '0',
        id: answer.Entries[1]?.EventId,
        'detail-type': 'placed',
        source: 'shop',
        account: '000000000000',
        region: 'us-east-1',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        resources: [],
        detail: { total: 11, lines: [{ sku: 'a"b' }] },
      },
    ]);
  });

  test.each<[string, Record<string, unknown>, unknown]>([
    ['a constant', { Input: '{"fixed":true}' }, { fixed: true }],
    ['a part', { InputPath: '$.detail.lines[0]' }, { sku: 'a"b' }],
    ['a part that is not there', { InputPath: '$.detail.none' }, null],
    [
      'a template',
      {
        InputTransformer: {
          InputPathsMap: { sku: '$.detail.lines[0].sku', total: '$.detail.total', none: '$.detail.none' },
          InputTemplate:
            '{"text":"<sku> for <total>","total":<total>,"rule":"<aws.events.rule-name>","none":<none>}',
        },
      },
      { text: 'a"b for 11', total: 11, rule: 'orders', none: null },
    ],
    [
      'a text',
      { InputTransformer: { InputPathsMap: { total: '$.detail.total' }, InputTemplate: 'Total is <total>' } },
      'Total is 11',
    ],
  ])('sends %s instead of the event', async (_what, target, expected) => {
    expect(await received(target)).toEqual(expected);
  });

  test('fires when its time has come, once for a jump of the clock', async () => {
    const cloud = await start({ template: { Resources: rule({ ScheduleExpression: 'rate(1 hour)' }) } });
    cloud.clock.advance(3_600_000);
    await vi.waitUntil(() => cloud.started.length === 1, { timeout: 60_000 });
    cloud.clock.advance(24 * 3_600_000);
    await vi.waitUntil(() => cloud.started.length === 2, { timeout: 60_000 });
    expect(startedInputs(cloud)[1]).toMatchObject({
      source: 'aws.events',
      'detail-type': 'Scheduled Event',
      resources: ['arn:aws:events:us-east-1:000000000000:rule/orders'],
    });
  });

  test('that is disabled sends nothing', async () => {
    const template = {
      Resources: {
        ...rule({ ...placed, State: 'DISABLED' }),
        ...{ On: rule(placed, { Input: '"on"' }).Rule },
      },
    };
    const cloud = await start({ template });
    await put(cloud, order);
    await vi.waitUntil(() => cloud.started.length > 0, { timeout: 60_000 });
    expect(startedInputs(cloud)).toEqual(['on']);
  });

  test.each<[string, Record<string, unknown>, Record<string, unknown>, string]>([
    [
      'an unknown operator',
      { EventPattern: { source: [{ cidr: '10.0.0.0/8' }] } },
      {},
      'EventPattern: source: the operator cidr',
    ],
    ['an unknown schedule', { ScheduleExpression: 'rate(5 seconds)' }, {}, 'expected rate(...) or cron(...)'],
    [
      'a path with a filter',
      placed,
      { InputPath: '$.detail.lines[?(@.sku)]' },
      'the path $.detail.lines[?(@.sku)] is not supported',
    ],
    ['another bus', { ...placed, EventBusName: 'mine' }, {}, 'only the default bus is there locally'],
  ])('is refused with %s', async (_what, properties, target, message) => {
    await expect(start({ template: { Resources: rule(properties, target) } })).rejects.toThrow(message);
  });
});

test('PutEvents tells which entries are wrong, and takes the others', async () => {
  const cloud = await start({ template: { Resources: rule(placed) } });
  const answer = await put(
    cloud,
    { ...order, Source: undefined },
    { ...order, Detail: 'no JSON' },
    { ...order, EventBusName: 'mine' },
    order,
  );
  expect(answer).toMatchObject({
    FailedEntryCount: 3,
    Entries: [
      { ErrorCode: 'InvalidArgument' },
      { ErrorCode: 'MalformedDetail' },
      { ErrorCode: 'NotFound' },
      { EventId: expect.any(String) },
    ],
  });
});
