// Express runs as logs tell them that are made up: at every level, over days, with gaps, and delivered late or twice.

import { describe, expect, it } from 'vitest';
import { followRuns, listRuns, type RunSummary, readRun } from '../../../audit/index.ts';
import type { StoreDescriptor } from '../../../core/contract/store.ts';
import { STORE } from '../../console/fake-context.ts';
import { type Line, logged as loggedOf } from './fake-log.ts';

const EXPRESS = 'arn:aws:states:eu-central-1:123456789012:stateMachine:express-';
const store: StoreDescriptor = {
  ...STORE,
  express: {
    stateMachines: { create: `${EXPRESS}create`, update: `${EXPRESS}update`, delete: `${EXPRESS}delete` },
    logGroup: '/aws/vendedlogs/states/express',
  },
};
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ULID = '01M8A42470BRZ4A0KNRHRYDN4H';
const RUN = `create.x.${ULID}.0123456789ab.20261120T120000123Z`;

const arnOf = (name: string, uuid = 'u', operation = 'create') =>
  `arn:aws:states:eu-central-1:123456789012:express:express-${operation}:${name}:${uuid}`;

function line(arn: string, id: number, type: string, at: number, details: object = {}): Line {
  const record = {
    ...{ id: String(id), type, details, previous_event_id: String(id - 1) },
    ...{ event_timestamp: String(at), execution_arn: arn, redrive_count: '0' },
  };
  return { timestamp: at, message: JSON.stringify(record) };
}

/** A failure as level ERROR has it. */
const failed = (arn: string, at: number, error: string, cause: object = { message: 'because' }) => [
  line(arn, 4, 'FailStateEntered', at, { name: 'Rejected' }),
  line(arn, 5, 'ExecutionFailed', at, { error, cause: JSON.stringify(cause) }),
];

function logged(lines: readonly Line[]) {
  return loggedOf(store, lines);
}

async function list(
  lines: readonly Line[],
  options: Parameters<typeof listRuns>[1] = {},
): Promise<RunSummary[]> {
  const runs: RunSummary[] = [];
  for await (const run of listRuns(logged(lines).context, options)) runs.push(run);
  return runs;
}

/** The one run of a log. */
async function only(lines: readonly Line[]): Promise<RunSummary | undefined> {
  const [run, ...more] = await list(lines);
  expect(more).toEqual([]);
  return run;
}

describe('what a log tells of a run', () => {
  const now = Date.now();
  const arn = arnOf(`create-1-${ULID}`);
  const started = (input?: object) =>
    line(arn, 1, 'ExecutionStarted', now - HOUR, input && { input: JSON.stringify(input) });
  const succeeded = (output?: object) =>
    line(arn, 9, 'ExecutionSucceeded', now - HOUR + 800, output && { output: JSON.stringify(output) });

  it('is everything at level ALL with data', async () => {
    const run = await only([
      started({ key: { id: '1' } }),
      succeeded({ version: 3, cleanup: 'done', run: RUN }),
    ]);
    expect(run).toEqual({
      executionArn: arn,
      name: `create-1-${ULID}`,
      operation: 'create',
      status: 'SUCCEEDED',
      outcome: 'committed',
      key: { id: '1' },
      version: 3,
      startedAt: new Date(now - HOUR),
      stoppedAt: new Date(now - HOUR + 800),
      durationMs: 800,
      redriveCount: 0,
      lane: 'express',
      run: RUN,
    });
  });

  it('at level ALL without data is neither its item nor its version, but that its clean-up was put off', async () => {
    const run = await only([
      started(),
      line(arn, 7, 'PassStateEntered', now - HOUR, { name: 'CleanupDeferred' }),
      succeeded(),
    ]);
    expect(run).toMatchObject({ outcome: 'cleanup-deferred', durationMs: 800 });
    expect(run).not.toHaveProperty('key');
    expect(run).not.toHaveProperty('version');
  });

  it.each([
    ['Rejected.NotFound', 'rejected', 'NotFound'],
    ['RolledBack.WriteRefused', 'rolled-back', 'WriteRefused'],
    ['OutcomeUnknown', 'unknown', 'OutcomeUnknown'],
    ['Continued', 'continued', 'Continued'],
    // No answer of the saga's own: HandOver was refused, say.
    ['States.TaskFailed', 'unknown', 'States.TaskFailed'],
  ])('that ended by %s: %s', async (error, outcome, reason) => {
    expect(await only(failed(arn, now - HOUR, error))).toMatchObject({
      outcome,
      reason,
      message: 'because',
      status: 'FAILED',
    });
  });

  it('that timed out is unknown: nobody knows what it had written', async () => {
    const run = await only([line(arn, 8, 'ExecutionTimedOut', now - HOUR)]);
    expect(run).toMatchObject({ status: 'TIMED_OUT', outcome: 'unknown', reason: 'States.Timeout' });
  });

  it('without an end is that it runs, and after five minutes that nothing is known', async () => {
    expect(await only([line(arn, 1, 'ExecutionStarted', now - MINUTE)])).toMatchObject({
      outcome: 'running',
      status: 'RUNNING',
    });
    expect(await only([started()])).toMatchObject({
      outcome: 'unknown',
      status: 'UNKNOWN',
      message: 'its end is not in the log',
    });
  });

  it('names the item where the cause does', async () => {
    const run = await only(
      failed(arn, now - HOUR, 'Rejected.NotFound', { message: 'm', key: { id: { S: '7' } } }),
    );
    expect(run?.key).toEqual({ id: '7' });
  });

  it('once is what was delivered twice, and nothing of others', async () => {
    const others = [
      failed(arnOf('a').replace('express-create', 'another'), now - HOUR, 'Rejected.NotFound'),
      failed('arn:aws:states:eu-central-1:123456789012:execution:create:a', now - HOUR, 'Rejected.NotFound'),
      [
        { timestamp: now - HOUR, message: 'no record' },
        { timestamp: now - HOUR, message: '{"id": "x"}' },
      ],
    ].flat();
    const twice = [
      ...failed(arn, now - HOUR, 'Rejected.NotFound'),
      ...failed(arn, now - HOUR, 'Rejected.NotFound'),
    ];
    expect(await list([...twice, ...others])).toHaveLength(1);
  });
});

describe('a list over windows of the log', () => {
  const now = Date.now();
  const ages = [1, 14, 16, 29, 31, 32, 59, 61, 300, 3000, 30_000].map((minutes) => minutes * MINUTE);
  const lines = ages.flatMap((age, at) => failed(arnOf(`r${at}`), now - age, 'Rejected.NotFound'));

  it('has every run once, newest first', async () => {
    expect((await list(lines)).map(({ name }) => name)).toEqual(ages.map((_, at) => `r${at}`));
  });

  it('joins a run whose events are on both sides of where a window begins', async () => {
    const arn = arnOf('across');
    for (const start of [15, 16, 30, 45, 60, 105].map((minutes) => now - minutes * MINUTE - 1000)) {
      const across = [
        line(arn, 1, 'ExecutionStarted', start),
        ...failed(arn, start + 290_000, 'Rejected.NotFound'),
      ];
      expect(await list([...lines, ...across])).toHaveLength(ages.length + 1);
    }
  });

  it('reads no further than it is asked for', async () => {
    const { context, calls } = logged(lines);
    for await (const _ of listRuns(context, { limit: 2 })) break;
    expect(calls).not.toContainEqual(
      expect.objectContaining({ startTime: expect.any(Number), endTime: expect.any(Number) }),
    );
  });

  it('keeps to its times', async () => {
    const since = new Date(now - 60 * MINUTE);
    const until = new Date(now - 15 * MINUTE);
    expect((await list(lines, { since, until })).map(({ name }) => name)).toEqual([
      'r2',
      'r3',
      'r4',
      'r5',
      'r6',
    ]);
  });

  it.each([
    ['that is older than what is looked through', { until: new Date(now - 100 * 24 * HOUR) }, 0],
    ['that ends in the future', { until: new Date(now + HOUR) }, ages.length],
    ['that began before 1970', { since: new Date(-1e14) }, ages.length],
  ])('asks for no times that there are not, of a window %s', async (_, options, found) => {
    const { context, calls } = logged(lines);
    const names: string[] = [];
    for await (const { name } of listRuns(context, options)) names.push(name);
    expect(names).toHaveLength(found);
    for (const { startTime = 0, endTime = now } of calls as { startTime?: number; endTime?: number }[]) {
      expect(endTime).toBeGreaterThan(startTime);
      expect(startTime).toBeGreaterThanOrEqual(0);
      expect(startTime).toBeLessThanOrEqual(now);
    }
  });
});

describe('following', () => {
  it('tells of each end once that the log tells from then on, in its lane and of its operations', async () => {
    const at = Date.now();
    const lines = failed(arnOf('past'), at - MINUTE, 'Rejected.NotFound');
    const { context } = logged(lines);
    const controller = new AbortController();
    const seen: string[] = [];
    const arrivals = [
      () => lines.push(...failed(arnOf('new'), at - 1000, 'RolledBack.WriteRefused')),
      () => lines.push(...failed(arnOf('other', 'u', 'delete'), at, 'Rejected.NotFound')),
      () => lines.push(line(arnOf('begun'), 1, 'ExecutionStarted', at)),
      () => lines.push(line(arnOf('begun'), 9, 'ExecutionSucceeded', at + 900)),
      () => controller.abort(),
    ];
    const inFlight: number[] = [];
    const onLook = (count: number): void => {
      inFlight.push(count);
      arrivals.shift()?.();
    };
    const lanes = ['express'] as const;
    const { signal } = controller;
    const operations = ['create'] as const;
    for await (const { name, outcome } of followRuns(context, {
      lanes,
      operations,
      intervalMs: 0,
      signal,
      onLook,
    })) {
      seen.push(`${name} ${outcome}`);
    }
    expect(seen).toEqual(['new rolled-back', 'begun committed']);
    expect(inFlight).toEqual([0, 0, 0, 1, 0]);
  });

  it('fails where the log cannot be read, unless it is of the Standard lane alone', async () => {
    const { logs: _, ...blind } = logged([]).context;
    const none = followRuns(blind).next();
    await expect(none).rejects.toMatchObject({ name: 'LogsUnreadable' });
    const controller = new AbortController();
    const standard = followRuns(blind, {
      lanes: ['standard'],
      signal: controller.signal,
      onLook: () => controller.abort(),
    });
    expect(await standard.next()).toMatchObject({ done: true });
  });
});

describe('failed attempts alone', () => {
  it('are shown, and no end is concluded from them', async () => {
    const arn = arnOf(`update-1-${ULID}`, 'u', 'update');
    const cause = JSON.stringify({ errorType: 'SlowDown', errorMessage: 'Reduce your rate' });
    const attempt = (id: number) =>
      line(arn, id, 'TaskFailed', Date.now() - HOUR, { error: 'SlowDown', cause, resource: 'invoke' });
    const report = await readRun(logged([attempt(20), attempt(23)]).context, arn);
    expect(report).toMatchObject({
      summary: { outcome: 'unknown', message: expect.stringContaining('its clean-up deferred') },
      written: 'maybe',
      express: {
        failures: [
          { error: 'SlowDown', message: 'Reduce your rate' },
          { error: 'SlowDown', message: 'Reduce your rate' },
        ],
      },
    });
  });

  it('whose state is told are not told beside it', async () => {
    const arn = arnOf(`update-1-${ULID}`, 'u', 'update');
    const at = Date.now() - HOUR;
    const report = await readRun(
      logged([
        line(arn, 2, 'TaskStateEntered', at, { name: 'Plan' }),
        line(arn, 3, 'TaskScheduled', at, {}),
        line(arn, 4, 'TaskFailed', at, { error: 'SlowDown' }),
      ]).context,
      arn,
    );
    expect(report.express?.failures).toEqual([]);
  });
});

describe('a report of a log that has everything', () => {
  it('tells the way that the run took, and what that proves', async () => {
    const arn = arnOf(`create-1-${ULID}`);
    const at = Date.now() - HOUR;
    const report = await readRun(
      logged([
        line(arn, 1, 'ExecutionStarted', at),
        line(arn, 2, 'TaskStateEntered', at, { name: 'Plan' }),
        line(arn, 3, 'TaskScheduled', at, { resource: 'invoke' }),
        line(arn, 4, 'TaskSucceeded', at + 5, { resource: 'invoke' }),
        line(arn, 5, 'TaskStateExited', at + 6, { name: 'Plan' }),
        line(arn, 6, 'TaskStateEntered', at + 7, { name: 'WriteItem' }),
        line(arn, 7, 'TaskScheduled', at + 8, {}),
        line(arn, 8, 'TaskSucceeded', at + 20, {}),
        line(arn, 9, 'TaskStateExited', at + 21, { name: 'WriteItem' }),
        line(arn, 10, 'ExecutionSucceeded', at + 22),
      ]).context,
      arn,
    );
    expect(report.timeline.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'Plan succeeded',
      'WriteItem succeeded',
    ]);
    expect(report).toMatchObject({ written: 'yes', phase: 'ended', express: { isWhole: true } });
    expect(report.express).not.toHaveProperty('gap');
    expect(report.consoleUrl).toContain(`#/express-executions/details/${arn}?startDate=${at}`);
  });
});
