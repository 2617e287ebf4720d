// Express runs whose caller's clock, or that of the computer which looks at them, is not AWS's; and names that were started twice.

import { Readable } from 'node:stream';
import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { AwsClock, followRuns, listRuns, readRun, resolveRun } from '../../../audit/index.ts';
import { type Executions, type Line, logged } from './fake-log.ts';
import { EXPRESS_STORE, START } from './recordings.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Made at {@link START}. */
const ID = '01M844DZG00000000000000000';
const NAME = `create-doc-${ID}`;
const STANDARD = `arn:aws:states:eu-central-1:111122223333:execution:DocsCreate:x-${ID}`;

const arnOf = (uuid: string, name = NAME) =>
  `arn:aws:states:eu-central-1:111122223333:express:DocsCreateExpress:${name}:${uuid}`;
const runOf = (nonce: string, at = START) =>
  `create.x.${ID}.${nonce.repeat(12)}.${new Date(at).toISOString().replace(/[-:.]/g, '')}`;

function line(arn: string, id: number, type: string, at: number, details: object = {}): Line {
  const record = {
    id: String(id),
    type,
    details,
    previous_event_id: String(id - 1),
    event_timestamp: String(at),
  };
  return { timestamp: at, message: JSON.stringify({ ...record, execution_arn: arn, redrive_count: '0' }) };
}

const started = (arn: string, at: number) => line(arn, 1, 'ExecutionStarted', at);
const failed = (arn: string, at: number, error: string, cause: object = { message: 'because' }) =>
  line(arn, 2, 'ExecutionFailed', at, { error, cause: JSON.stringify(cause) });
const handedOver = (arn: string, at: number, run: string) =>
  failed(arn, at, 'Continued', { message: 'goes on', executionArn: STANDARD, run });

/** What went on as the Standard execution of the id has committed, and says so of this run. */
function continuedBy(run: string): Executions {
  const input = { key: { id: 'doc' }, continues: { at: 'WriteItem', plan: { run } } };
  const output = { key: { id: { S: 'doc' } }, version: 1, run, largeAttributes: {}, cleanup: 'done' };
  const times = { startDate: new Date(START + 300), stopDate: new Date(START + 60_000) };
  const texts = { input: JSON.stringify(input), output: JSON.stringify(output) };
  return { [STANDARD]: { status: 'SUCCEEDED', ...times, ...texts } };
}

function logOf(lines: readonly Line[], { now, executions }: { now?: number; executions?: Executions } = {}) {
  const { context, calls } = logged(EXPRESS_STORE, lines, { ...(executions && { executions }) });
  return { context: { ...context, now: () => now ?? START + 24 * HOUR }, calls };
}

describe('a run whose name was made by a clock', () => {
  it.each([
    ['right', 0],
    ['ahead by 10 minutes', -10],
    ['ahead by a little more than a search looks back', -14.9],
    ['ahead by 17 minutes', -17],
    ['ahead by a time zone', -14 * 60],
    ['behind by 10 minutes', 10],
    ['behind by less than a search looks on', 19],
    ['behind by 21 minutes', 21],
    ['behind by a week', 7 * 24 * 60],
  ])('%s is found, from its start to its end', async (_, minutes) => {
    const at = START + minutes * MINUTE;
    const arn = arnOf('u');
    const { context } = logOf([started(arn, at), failed(arn, at + 290_000, 'Rejected.NotFound')]);
    expect(await resolveRun(context, NAME)).toBe(arn);
    expect(await readRun(context, arn)).toMatchObject({
      summary: { outcome: 'rejected', durationMs: 290_000 },
      express: { isWhole: true },
    });
  });

  it('is not looked for in all of the log where AWS has told its start', async () => {
    const { context, calls } = logOf([]);
    await expect(resolveRun(context, runOf('a'))).rejects.toMatchObject({ name: 'RunNotFound' });
    expect(calls).toHaveLength(1);
  });
});

describe('a run without an end', () => {
  it.each([
    ['is running within its five minutes by the clock of AWS', 2 * MINUTE, 'running'],
    ['is unknown after them', 6 * MINUTE, 'unknown'],
  ])('%s', async (_, later, outcome) => {
    const { context } = logOf([started(arnOf('u'), START)], { now: START + later });
    const report = await readRun(context, arnOf('u'));
    expect(report).toMatchObject({ summary: { outcome }, written: 'maybe', tree: { status: 'UNKNOWN' } });
  });

  it('that goes on already is told as what it goes on as', async () => {
    const { context } = logOf([started(arnOf('u'), START)], {
      now: START + MINUTE,
      executions: continuedBy(runOf('a')),
    });
    expect(await readRun(context, arnOf('u'))).toMatchObject({
      summary: { executionArn: STANDARD, outcome: 'committed' },
      express: { summary: { outcome: 'running' } },
    });
  });
});

describe('a run that was ended at its five minutes', () => {
  const arn = arnOf('u');
  const ended = (id: number) => line(arn, id, 'ExecutionTimedOut', START + 300_000);
  const written = [
    started(arn, START),
    line(arn, 2, 'TaskStateEntered', START + 10, { name: 'WriteItem' }),
    line(arn, 3, 'TaskScheduled', START + 20),
    line(arn, 4, 'TaskSucceeded', START + 30),
    line(arn, 5, 'TaskStateExited', START + 40, { name: 'WriteItem' }),
  ];

  it.each([
    ['after its write', [...written, ended(6)], 'yes', 'The write took effect, exactly once'],
    ['before it', [started(arn, START), ended(2)], 'no', 'Nothing was written'],
    ['in it', [...written.slice(0, 3), ended(4)], 'maybe', 'is not known'],
    ['in it or after it, an event being lost', [...written.slice(0, 4), ended(6)], 'maybe', 'is not known'],
  ])('%s says so where all of the log is there', async (_, lines, said, step) => {
    const report = await readRun(logOf(lines).context, arn);
    expect(report).toMatchObject({ summary: { outcome: 'unknown' }, written: said });
    expect(report.nextSteps.join(' ')).toContain(step);
  });
});

describe('a list in windows', () => {
  it('is in the order of starts, also of those that an end alone tells', async () => {
    const now = START + 24 * HOUR;
    // The first window goes 15 minutes back.
    const [late, between] = [now - 9 * MINUTE, now - 12 * MINUTE];
    const early = late - 280_000;
    const lines = [
      handedOver(arnOf('early', `create-1-${ID}`), late, runOf('a', early)),
      failed(arnOf('between', `create-2-${ID}`), between, 'Rejected.NotFound'),
    ];
    const starts: number[] = [];
    for await (const run of listRuns(logOf(lines, { now }).context)) starts.push(run.startedAt.getTime());
    expect(starts).toEqual([between, early]);
  });
});

describe('following', () => {
  it('tells of ends by the clock of AWS, which the first answer may tell', async () => {
    const lines = [failed(arnOf('past'), START - MINUTE, 'Rejected.NotFound')];
    const { context, calls } = logOf(lines);
    const controller = new AbortController();
    const seen: string[] = [];
    const now = (): number => (calls.length === 0 ? START + 20 * MINUTE : START);
    let looks = 0;
    const onLook = (): void => {
      looks += 1;
      if (looks === 1) lines.push(failed(arnOf('new'), START, 'Rejected.NotFound'));
      else controller.abort();
    };
    const options = { lanes: ['express'], intervalMs: 0, signal: controller.signal, onLook } as const;
    for await (const run of followRuns({ ...context, now }, options)) seen.push(run.executionArn);
    expect(seen).toEqual([arnOf('new')]);
  });
});

describe('AWS’s clock', () => {
  /** After one answer of this status that has this date. */
  async function clockAfter(statusCode: number, date: string | undefined): Promise<AwsClock> {
    const clock = new AwsClock();
    const sfn = new SFNClient({
      region: 'eu-central-1',
      credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
      maxAttempts: 1,
      requestHandler: {
        handle: async () => ({
          response: { statusCode, headers: { ...(date && { date }) }, body: Readable.from(['{}']) },
        }),
      },
    });
    clock.listenTo(sfn);
    await sfn.send(new ListExecutionsCommand({ stateMachineArn: 'x' })).catch(() => undefined);
    return clock;
  }

  it.each([
    [200, 10],
    [200, -10],
    [400, 3],
  ])('is what an answer of status %d says: %d minutes off', async (status, minutes) => {
    const clock = await clockAfter(status, new Date(Date.now() + minutes * MINUTE).toUTCString());
    expect(Math.round((clock.now() - Date.now()) / MINUTE)).toBe(minutes);
  });

  it('is this computer’s where it is the same to the second, or where no answer tells', async () => {
    for (const date of [new Date().toUTCString(), undefined, 'no date']) {
      const clock = await clockAfter(200, date);
      const [before, now, after] = [Date.now(), clock.now(), Date.now()];
      expect(now >= before && now <= after, date).toBe(true);
    }
  });
});

describe('a name that was started twice', () => {
  // The first went well, whose answer was lost; the second was refused, and is all that level ERROR has.
  const [writer, refused] = [runOf('a'), arnOf('refused')];
  const refusal = failed(refused, START + 2000, 'Rejected.AlreadyExists');

  it('does not have the one that the log tells of shown as the other', async () => {
    const { context } = logOf([refusal]);
    await expect(resolveRun(context, writer)).rejects.toMatchObject({
      name: 'InvalidRun',
      message: expect.stringContaining(refused),
    });
    expect(await readRun(context, refused)).toMatchObject({ summary: { outcome: 'rejected' } });
  });

  it('is told by when each started, where the log tells', async () => {
    const { context } = logOf([started(refused, START + 1500), refusal]);
    await expect(resolveRun(context, writer)).rejects.toMatchObject({ name: 'RunNotFound' });
    expect(await resolveRun(context, runOf('b', START + 1500))).toBe(refused);
  });

  it('has what goes on with one of the two shown as its alone', async () => {
    const [first, other] = [arnOf('first'), arnOf('other')];
    const lines = [
      handedOver(first, START + 200, writer),
      line(other, 2, 'ExecutionTimedOut', START + 299_000),
    ];
    const { context } = logOf(lines, { executions: continuedBy(writer) });
    expect(await readRun(context, first)).toMatchObject({ summary: { executionArn: STANDARD } });
    expect(await readRun(context, other)).toMatchObject({
      summary: { executionArn: other, outcome: 'unknown' },
      written: 'maybe',
      express: { others: [first] },
    });
    expect((await readRun(context, STANDARD)).express?.summary?.executionArn).toBe(first);
  });

  it('has no other execution’s events shown beside what goes on', async () => {
    const lines = [handedOver(arnOf('other'), START + 1500, runOf('b', START + 1000))];
    const { context } = logOf(lines, { executions: continuedBy(writer) });
    expect((await readRun(context, STANDARD)).express).toMatchObject({
      events: [],
      gap: 'its log group has no event of it, but of others of its name',
      others: [arnOf('other')],
    });
  });
});

describe('a line that is strange', () => {
  it('is passed over, or told as far as it is not', async () => {
    const arn = arnOf('u');
    const strange = [
      { timestamp: START, message: '"text"' },
      line(arn, 0, 'ExecutionStarted', START),
      { ...line(arn, 3, 'TaskFailed', 9e15), timestamp: START },
      line(arn, 4, 'TaskSucceeded', START + 10, { output: { not: 'text' }, name: 7 }),
      line(arn, 5, 'ExecutionFailed', START + 20, { error: null, cause: ['x'] }),
    ];
    const report = await readRun(logOf(strange).context, arn);
    expect(report).toMatchObject({ summary: { outcome: 'unknown', status: 'FAILED' }, written: 'maybe' });
    expect(report.events.map(({ id }) => id)).toEqual([4, 5]);
  });
});
