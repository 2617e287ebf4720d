import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { type FaultInput, type LocalCloud, startLocalCloud } from '../../local/index.ts';
import { type Ran, Terminal, twinwrite } from './terminal.ts';

const REFUSED: FaultInput = {
  ...({ service: 'dynamodb', operation: 'TransactWriteItems', when: 'before' } as const),
  ...{ error: 'ValidationException', status: 400 },
};

let cloud: LocalCloud;

beforeAll(async () => {
  cloud = await startLocalCloud({ assembly: inject('assembly'), timeScale: 60 });
  for (const [name, value] of Object.entries(cloud.env)) vi.stubEnv(name, value);
});
afterEach(() => cloud.faults.clear());
afterAll(async () => {
  vi.unstubAllEnvs();
  await cloud.stop();
});

const lines = ({ out }: Ran): Record<string, unknown>[] =>
  out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** Runs a write, and gives the name of its execution. */
async function write(...argv: string[]): Promise<string> {
  const ran = await twinwrite(...argv, '--json');
  const { executionArn } = JSON.parse(ran.out || ran.err) as { executionArn: string };
  return executionArn.split(':').at(-1) as string;
}

function rolledBack(id: string, ...more: string[]): Promise<string> {
  cloud.faults.inject(REFUSED);
  return write('create', '--key', `id=${id}`, '--large', 'page=text', ...more);
}

describe('runs', () => {
  it('is a table of 80 columns, newest first, whatever an item is called', async () => {
    const odd = `\u001b[31mé\u202e${'w'.repeat(60)}`;
    const names = [
      await write('create', '--key', `id=${odd}`),
      await write('update', '--key', `id=${odd}`, '--set', 'a=1'),
    ];
    await twinwrite('update', '--key', `id=${odd}`, '--set', 'a=1', '--expected-version', '7');

    const { code, out, err } = await twinwrite('runs', '--item', `id=${odd}`);

    expect({ code, err }).toEqual({ code: 0, err: '' });
    const rows = out.trimEnd().split('\n');
    expect(rows[0]).toMatch(/^OUTCOME +ITEM +VERSION +DURATION +STARTED \(UTC\)$/);
    expect(rows[1]).toMatch(/^✗ rejected +id= \[31mé www.*… +- +\d+ ms +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    expect(rows[3]).toBe('    VersionMismatch: the item is at version 2, expected 7');
    expect(rows[4]).toMatch(/^✓ committed .* 2 /);
    expect([rows[7], rows[5]]).toEqual(names.map((name) => `    ${name}`));
    expect(rows.every((row) => [...row].length <= 80)).toBe(true);
    for (const control of ['\u001b', '\u202e']) expect(out).not.toContain(control);
  });

  it('is one object a line, or CSV, of the runs asked for', async () => {
    const name = await rolledBack('42,"x"');
    const filter = [
      '--operation',
      'create',
      '--outcome',
      'rolled-back,stuck',
      '--item',
      'id=42,"x"',
      '--since',
      '1h',
    ];

    const json = await twinwrite('runs', ...filter, '--json');
    expect(lines(json)).toMatchObject([
      { name, outcome: 'rolled-back', reason: 'WriteRefused', key: { id: '42,"x"' } },
    ]);

    const csv = await twinwrite('runs', ...filter, '--csv');
    expect(csv.out.split('\r\n').join('\n').split('\n')).toEqual([
      'outcome,operation,name,key,version,reason,message,startedAt,stoppedAt,durationMs,redriveCount,replayOf,executionArn',
      expect.stringMatching(
        new RegExp(`^rolled-back,create,${name},"\\{""id"":""42,\\\\""x\\\\""""\\}",,WriteRefused,`),
      ),
      '',
    ]);
  });

  it('says when there are none, or more', async () => {
    expect(await twinwrite('runs', '--item', 'id=nobody')).toMatchObject({
      code: 0,
      out: '',
      err: 'no such runs\n',
    });
    expect(await twinwrite('runs', '--limit', '1', '--json')).toMatchObject({ code: 0, err: '' });
    expect(lines(await twinwrite('runs', '--limit', '2', '--json'))).toHaveLength(2);
  });

  it.each([
    [['--outcome', 'fine'], 2, '"fine" is none of committed'],
    [['--operation', 'read'], 2, '"read" is none of create, update, delete'],
    [['--since', 'yesterday'], 2, 'Expected 30m, 24h, 7d'],
    [['--limit', '0'], 2, 'Expected a whole number from 1'],
    [['--item', 'name=x'], 2, '--item: key.name: not a key attribute of the table (id), got "x"'],
    [['--csv', '--json'], 2, '--csv'],
    [['--stack', 'Nowhere'], 1, 'no Twinwrite store found'],
    [['--construct', 'Other'], 1, 'no Twinwrite store found'],
  ])('%j ends with one line', async (argv, code, message) => {
    const ran = await twinwrite('runs', ...argv);

    expect(ran).toMatchObject({ code, out: '', err: expect.stringContaining(message) });
    expect(ran.err.trimEnd().split('\n')).toHaveLength(1);
  });

  it('says so when there are no credentials', async () => {
    const unset = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];
    const values = unset.map((name) => process.env[name]);
    for (const name of unset) vi.stubEnv(name, undefined);
    for (const name of ['AWS_SHARED_CREDENTIALS_FILE', 'AWS_CONFIG_FILE']) vi.stubEnv(name, '/nowhere');
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    const ran = await twinwrite('runs');
    for (const [at, name] of unset.entries()) vi.stubEnv(name, values[at]);

    expect(ran).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/^error: no AWS credentials: [^\n]+\n$/),
    });
  });

  it('waits while it is throttled', async () => {
    cloud.faults.inject({
      service: 'states',
      operation: 'ListExecutions',
      when: 'before',
      error: 'ThrottlingException',
      status: 400,
      times: 4,
    });

    expect(await twinwrite('runs', '--limit', '1')).toMatchObject({ code: 0, err: '' });
  });
});

describe('show', () => {
  it('tells what happened, what is left and what to do', async () => {
    const name = await rolledBack('shown');

    const { code, out } = await twinwrite('show', name);

    expect(code).toBe(0);
    for (const line of [
      new RegExp(`^↩ ${name}  rolled-back$`, 'm'),
      /^ {2}item {8}id=shown$/m,
      /^ {2}item now {4}no item$/m,
      /^ {2}error {7}WriteRefused$/m,
      /^ {2}├─ ✓ ↩ DeleteCreatedObjects {2}COMPENSATION +\d+ ms$/m,
      /^ {2}DeleteCreatedObjects {2}.*▒.* \+\d/m,
      /^ {2}page, created, put, deleted\n {4}items\/pk=shown\/attr=page\//m,
      /^ {2}↩ DeleteCreatedObjects: succeeded over 1 object; none left$/m,
      /^ {2}Replay it once the reason is gone/m,
    ]) {
      expect(out).toMatch(line);
    }
    expect(out).not.toContain('console.aws.amazon.com'); // the local cloud has no page there
  });

  it("has the AWS console's page as a link, as JSON, events and a graph", async () => {
    const name = await write('create', '--key', 'id=forms', '--large', 'page=text');

    const [report] = lines(await twinwrite('show', name, '--json'));
    expect(report).toMatchObject({
      summary: { name, outcome: 'committed' },
      objects: [{ exists: 'yes', size: 4 }],
    });
    const link = report?.consoleUrl as string;
    expect(link).toMatch(/^https:\/\/us-east-1\.console\.aws\.amazon\.com\/states\/home\?region=us-east-1#/);
    expect((await twinwrite('show', link)).out).toContain(name);

    const events = await twinwrite('show', name, '--events');
    expect(events.out.split('\n')[1]).toMatch(/^ {4}2 {2}[\d:.]{12} {2}TaskStateEntered {10}Plan$/);
    expect(lines(await twinwrite('show', name, '--events', '--json'))).toHaveLength(
      report?.eventCount as number,
    );

    expect((await twinwrite('show', name, '--mermaid')).out.split('\n')).toEqual(
      expect.arrayContaining([
        'stateDiagram-v2',
        '  [*] --> Plan',
        '  Plan --> PutObjects',
        '    state "PutObject" as PutObjects_0_PutObject',
        '  WriteItem --> Created',
        '  Created --> [*]',
        '  class Plan succeeded',
      ]),
    );
  });

  it.each([
    ['nowhere', 'nowhere: there is no such run'],
    ['arn:aws:states:us-east-1:111122223333:execution:Theirs:x', 'of account 111122223333'],
    [
      'arn:aws:states:us-east-1:000000000000:execution:Other:x',
      'of state machine Other, which is not one of the store',
    ],
    ['two words', 'expected an execution'],
  ])('of %s ends with one line', async (run, message) => {
    const ran = await twinwrite('show', run);

    expect(ran).toMatchObject({ code: 1, out: '', err: expect.stringContaining(message) });
    expect(ran.err).toMatch(/^error: [^\n]+\n$/);
    expect(JSON.parse((await twinwrite('show', run, '--json')).err)).toMatchObject({
      message: expect.stringContaining(message),
    });
  });
});

describe('replay', () => {
  it('says what it does, does it, and does it once', async () => {
    const name = await rolledBack('again');

    expect(await twinwrite('replay', name, '--dry-run')).toMatchObject({
      code: 0,
      out: expect.stringContaining(
        `+ ${name}\n    rolled-back, id=again\n    starts ${name}-replay-1 with the same input\n`,
      ),
    });
    expect((await twinwrite('get', '--key', 'id=again')).code).toBe(1);
    // Some terminals do not know their width, and say 0.
    const unsized = await new Terminal({ columns: 0 }).run('replay', name, '--dry-run');
    expect(unsized.out).toContain(`+ ${name}\n    rolled-back, id=again\n`);

    const first = await twinwrite('replay', name);
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toContain(`${name}-replay-1: committed, now at version 1\n`);

    const second = await twinwrite('replay', name);
    expect(second).toMatchObject({
      code: 0,
      out: expect.stringContaining(`it was replayed by ${name}-replay-1, which is committed`),
    });
    expect(lines(await twinwrite('runs', '--item', 'id=again', '--json')).map((run) => run.name)).toEqual([
      `${name}-replay-1`,
      name,
    ]);
  });

  it('refuses with the reason, and names --force where that helps', async () => {
    const name = await rolledBack('refused');
    await write('create', '--key', 'id=refused');
    expect(await twinwrite('replay', name)).toMatchObject({
      code: 1,
      err: expect.stringContaining(`${name}: it would be rejected again: AlreadyExists`),
    });

    const committed = await write('create', '--key', 'id=fine');
    expect(await twinwrite('replay', committed, '--json')).toMatchObject({
      code: 1,
      err: expect.stringContaining('nothing to replay'),
    });
    expect(await twinwrite('replay', name, 'nowhere')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('nowhere: '),
    });
  });

  it('of many asks first, and sums up', async () => {
    const ids = ['m1', 'm2', 'm3'];
    for (const id of ids) await rolledBack(id);
    const chosen = ['replay', '--outcome', 'rolled-back', '--since', '1h', '--limit', '3', '--rate', '100/s'];

    expect(await twinwrite(...chosen)).toMatchObject({
      code: 2,
      err: expect.stringContaining('--yes: needed'),
    });
    const no = new Terminal({ stdin: Object.assign(Readable.from(['n\n']), { isTTY: true }), isTTY: true });
    expect(await no.run(...chosen)).toMatchObject({
      code: 1,
      err: expect.stringContaining('error: nothing was replayed'),
    });
    const json = new Terminal({ stdin: Object.assign(Readable.from(['n\n']), { isTTY: true }), isTTY: true });
    expect(await json.run(...chosen, '--json')).toMatchObject({
      out: '',
      err: expect.stringMatching(/starts \S+m1-\S+-replay-1 with the same input[\s\S]+Replay 3 runs\?/),
    });
    const yes = new Terminal({ stdin: Object.assign(Readable.from(['y\n']), { isTTY: true }), isTTY: true });
    const ran = await yes.run(...chosen);

    expect(ran.code).toBe(0);
    expect(ran.err).toContain('Replay 3 runs? [y/N]');
    expect(ran.out.trimEnd().split('\n').at(-1)).toBe('3 runs: 3 committed');
    for (const id of ids) expect((await twinwrite('get', '--key', `id=${id}`)).code).toBe(0);
  });

  it('of two runs on one item makes the older first, and not the other over it', async () => {
    await write('create', '--key', 'id=both');
    const names: string[] = [];
    for (const text of ['older', 'newer']) {
      cloud.faults.inject(REFUSED);
      names.push(await write('update', '--key', 'id=both', '--large', `page=${text}`));
    }

    const ran = await twinwrite(
      'replay',
      '--outcome',
      'rolled-back',
      '--item',
      'id=both',
      '--since',
      '1h',
      '--yes',
      '--rate',
      '100/s',
    );

    expect(ran).toMatchObject({ code: 1, err: 'error: 2 runs: 1 committed, 1 failed\n' });
    expect(ran.out.trimEnd().split('\n').slice(-2)).toEqual([
      `${names[0]}-replay-1: committed, now at version 2`,
      expect.stringMatching(new RegExp(`^${names[1]}: the item has moved on`)),
    ]);
    expect((await twinwrite('get', '--key', 'id=both', '--out', 'page=-')).out).toBe('older');
  });

  it('of a run whose replay failed, too, fares as the replay of that one does', async () => {
    const first = await rolledBack('chain');
    cloud.faults.inject(REFUSED);
    expect((await twinwrite('replay', first)).code).toBe(1);
    const chosen = ['replay', '--outcome', 'rolled-back', '--item', 'id=chain', '--since', '1h', '--yes'];

    const mended = await twinwrite(...chosen);
    expect(mended).toMatchObject({ code: 0, err: '' });
    expect(mended.out).toContain(`${first}-replay-2: committed`);
    const again = await twinwrite(...chosen);
    expect(again).toMatchObject({ code: 0, err: '' });
    expect(again.out).toContain(`it was replayed by ${first}-replay-2, which is committed`);
    expect((await twinwrite('show', first)).out).toContain(`replayed    by ${first}-replay-2: committed`);
  });

  it('ends with 1 when a replay did not commit', async () => {
    const name = await rolledBack('twice');
    cloud.faults.inject(REFUSED);

    expect(await twinwrite('replay', name)).toMatchObject({
      code: 1,
      err: expect.stringContaining(`error: ${name}-replay-1: rolled-back: WriteRefused`),
    });
    const [result] = lines(await twinwrite('replay', `${name}-replay-1`, '--json'));
    expect(result).toMatchObject({ run: `${name}-replay-1`, kind: 'new-execution', outcome: 'committed' });
  });

  it('interrupted between runs says what was started, and goes on when given again', async () => {
    const ids = ['i1', 'i2'];
    for (const id of ids) await rolledBack(id);
    const chosen = [
      'replay',
      '--outcome',
      'rolled-back',
      '--since',
      '1h',
      '--limit',
      '2',
      '--yes',
      '--no-wait',
    ];
    const terminal = new Terminal();
    const ended = terminal.run(...chosen, '--rate', '1/h');
    await vi.waitUntil(() => terminal.out.includes('started'), { timeout: 10_000 });
    terminal.signal('SIGINT');

    expect(await ended).toMatchObject({
      code: 130,
      err: expect.stringContaining('interrupted: 1 of 2 replays were started'),
    });
    expect(await twinwrite(...chosen)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/2 runs: 1 started, 1 replayed before\n$/),
    });
  });

  it.each([
    [[], 'name runs, or choose them by --outcome and --since'],
    [['--outcome', 'stuck'], '--since: say how far back'],
    [['x', '--since', '1h'], '--since: not together with runs by name'],
    [['x', '--rate', '0'], 'Expected a rate such as'],
    [['x', '--rate', '0.001/h'], 'Expected a rate such as'],
  ])('%j is no command line', async (argv, message) => {
    expect(await twinwrite('replay', ...argv)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining(message),
    });
  });
});

describe('stop and tail', () => {
  it('stops a run, which a replay lets go on, and follows both ends', async () => {
    cloud.faults.inject({
      service: 'lambda',
      operation: 'Invoke',
      when: 'before',
      error: 'TooManyRequestsException',
      match: 'WriteItem',
      times: 'always',
    });
    const tail = new Terminal();
    const followed = tail.run('tail', '--item', 'id=held', '--interval', '0.1', '--json');
    const writing = new Terminal();
    const written = writing.run(
      'create',
      '--key',
      'id=held',
      '--large',
      'page=text',
      '--idempotency-key',
      'held-1',
    );
    await vi.waitUntil(
      async () => (await twinwrite('show', 'held-1', '--events')).out.includes('WriteItem'),
      { timeout: 10_000 },
    );

    const stopped = await twinwrite('stop', 'held-1', '--cause', '=1+1');
    expect(stopped).toMatchObject({
      code: 0,
      out: 'held-1: stopped; to let it go on: twinwrite replay held-1\n',
    });
    expect((await written).code).toBe(1);
    expect(await twinwrite('stop', 'held-1')).toMatchObject({
      code: 1,
      err: 'error: held-1 has ended: it is aborted\n',
    });
    // A spreadsheet must not compute what it is given.
    expect((await twinwrite('runs', '--item', 'id=held', '--csv')).out).toContain(",Stopped,'=1+1,");
    await vi.waitUntil(() => tail.out.split('\n').length === 2, { timeout: 10_000 });
    cloud.faults.clear();

    expect(await twinwrite('replay', 'held-1')).toMatchObject({
      code: 0,
      out: expect.stringContaining('redrives the run, which goes on from WriteItem'),
    });
    await vi.waitUntil(() => tail.out.split('\n').length === 3, { timeout: 10_000 });
    tail.signal('SIGINT');

    const ends = await followed;
    expect(ends.code).toBe(0);
    expect(lines(ends)).toMatchObject([
      { name: 'held-1', outcome: 'aborted', message: '=1+1' },
      { name: 'held-1', outcome: 'committed', redriveCount: 1 },
    ]);
  });
});
