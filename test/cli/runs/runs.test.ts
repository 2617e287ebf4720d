// The commands that list, show, stop and follow runs.

import { describe, expect, it, vi } from 'vitest';
import { Terminal, twinwrite } from '../terminal.ts';
import { lines, useCloud, write } from './written.ts';

const here = useCloud();

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

  it('of a lane that the store does not have are refused, not none', async () => {
    const { code, err } = await twinwrite('runs', '--lane', 'express');
    expect([code, err]).toEqual([2, expect.stringContaining('this store has no Express lane')]);
  });

  it('says of a stuck compensation why it began, and why it failed', async () => {
    here.cloud.faults.inject({
      service: 's3',
      operation: 'DeleteObjects',
      when: 'before',
      error: 'SlowDown',
      status: 503,
      times: 'always',
    });
    const name = await here.rolledBack('stuck twice');
    const { out } = await twinwrite('runs', '--outcome', 'stuck');
    expect(out).toContain('    WriteRefused: DynamoDB refuses the item');
    expect((await twinwrite('show', name)).out).toMatch(/first error +WriteRefused\n[\s\S]*then +\w+/);
    const [run] = lines(await twinwrite('runs', '--outcome', 'stuck', '--json'));
    expect(run).toMatchObject({
      reason: expect.not.stringContaining('WriteRefused'),
      because: { error: 'WriteRefused' },
    });
  });

  it('is one object a line, or CSV, of the runs asked for', async () => {
    const name = await here.rolledBack('42,"x"');
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
      'outcome,operation,name,key,version,reason,message,because,startedAt,stoppedAt,durationMs,redriveCount,replayOf,executionArn,lane,run,continues,settles,continuedBy',
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
    expect(await twinwrite('runs', '--item', 'id=nobody', '--until', '91d')).toMatchObject({
      code: 0,
      err: 'no such runs; Step Functions forgets runs 90 days after they end\n',
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

  it.each([[[]], [['--json']], [['--csv']]])(
    'refuses a window in the future %j, but for clocks that differ',
    async (form) => {
      const ahead = (ms: number) => new Date(Date.now() + ms).toISOString();
      const { code, err } = await twinwrite('runs', '--since', ahead(100 * 86_400_000), ...form);
      expect([code, err]).toEqual([
        2,
        expect.stringMatching(/--since: \S+Z is in the future, now is \S+Z: no run/),
      ]);
      expect((await twinwrite('runs', '--item', 'id=nobody', '--since', ahead(60_000), ...form)).code).toBe(
        0,
      );
    },
  );

  it('finds runs of a cloud whose clock is ahead', async () => {
    const since = new Date(here.cloud.clock.now() + 2 * 3_600_000).toISOString();
    here.cloud.clock.advance(3 * 3_600_000);
    const name = await write('create', '--key', 'id=ahead');
    expect(lines(await twinwrite('runs', '--since', since, '--json'))).toMatchObject([{ name }]);
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
    here.cloud.faults.inject({
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
    const name = await here.rolledBack('shown');

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
    expect(out).not.toContain('console.aws.amazon.com'); // the local here.cloud has no page there
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
        '  PutObjects --> WriteItem',
        '  WriteItem --> [*]',
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

describe('stop and tail', () => {
  it('stops a run, which a replay lets go on, and follows both ends', async () => {
    here.cloud.faults.inject({
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
      { timeout: 60_000 },
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
    await vi.waitUntil(() => tail.out.split('\n').length === 2, { timeout: 60_000 });
    here.cloud.faults.clear();

    expect(await twinwrite('replay', 'held-1')).toMatchObject({
      code: 0,
      out: expect.stringContaining('redrives the run, which goes on from WriteItem'),
    });
    await vi.waitUntil(() => tail.out.split('\n').length === 3, { timeout: 60_000 });
    tail.signal('SIGINT');

    const ends = await followed;
    expect(ends.code).toBe(0);
    expect(lines(ends)).toMatchObject([
      { name: 'held-1', outcome: 'aborted', message: '=1+1' },
      { name: 'held-1', outcome: 'committed', redriveCount: 1 },
    ]);
  });
});
