// The command that replays runs.

import { Readable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { Terminal, twinwrite } from '../terminal.ts';
import { lines, REFUSED, useCloud, write } from './written.ts';

const here = useCloud();

describe('replay', () => {
  it('says what it does, does it, and does it once', async () => {
    const name = await here.rolledBack('again');

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
    const name = await here.rolledBack('refused');
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
    for (const id of ids) await here.rolledBack(id);
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
      here.cloud.faults.inject(REFUSED);
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
    const first = await here.rolledBack('chain');
    here.cloud.faults.inject(REFUSED);
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
    const name = await here.rolledBack('twice');
    here.cloud.faults.inject(REFUSED);

    expect(await twinwrite('replay', name)).toMatchObject({
      code: 1,
      err: expect.stringContaining(`error: ${name}-replay-1: rolled-back: WriteRefused`),
    });
    const [result] = lines(await twinwrite('replay', `${name}-replay-1`, '--json'));
    expect(result).toMatchObject({ run: `${name}-replay-1`, kind: 'new-execution', outcome: 'committed' });
  });

  it('interrupted between runs says what was started, and goes on when given again', async () => {
    const ids = ['i1', 'i2'];
    for (const id of ids) await here.rolledBack(id);
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
    await vi.waitUntil(() => terminal.out.includes('started'), { timeout: 60_000 });
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
    [
      ['--outcome', 'stuck', '--since', '9999-01-01', '--yes', '--json'],
      '--since: 9999-01-01T00:00:00Z is in the future',
    ],
  ])('%j is no command line', async (argv, message) => {
    expect(await twinwrite('replay', ...argv)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining(message),
    });
  });
});
