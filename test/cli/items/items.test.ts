import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { type LocalCloud, startLocalCloud } from '../../../local/index.ts';
import { Terminal, twinwrite } from '../terminal.ts';

let cloud: LocalCloud;
let folder: string;
const files = { page: '', picture: '' };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twinwrite-cli-'));
  files.page = join(folder, 'page.html');
  files.picture = join(folder, 'big.PNG');
  await writeFile(files.page, '<h1>Hällo</h1>\n');
  await writeFile(files.picture, Buffer.alloc(300 * 1024, 'pixel'));
  cloud = await startLocalCloud({ assembly: inject('assembly'), timeScale: 60, warmUp: false });
  for (const [name, value] of Object.entries(cloud.env)) vi.stubEnv(name, value);
});
afterEach(() => cloud.faults.clear());
afterAll(async () => {
  vi.unstubAllEnvs();
  await cloud.stop();
  await rm(folder, { recursive: true });
});

/** The description of the store, as its stack gives it out. */
function storeText({ outputs }: LocalCloud): string {
  const [text] = Object.entries(outputs.Twinwrite ?? {}).filter(([name]) => /^DocsStore/.test(name));
  return text?.[1] ?? '';
}

const json = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;

describe('create, get, update, delete', () => {
  it('round trip, with files byte for byte', async () => {
    const created = await twinwrite(
      ...[
        'create',
        '--key',
        'id=round trip/1',
        '--set',
        'title=Hello',
        '--set-json',
        'n=12345678901234567890.5',
      ],
      ...['--large', `page=@${files.page}`, '--large', `picture=@${files.picture}`, '--large', 'note=short'],
      ...['--metadata', 'picture:author=Zoë', '--content-type', 'note=text/x-note'],
    );
    expect(created).toMatchObject({ code: 0, err: '' });
    expect(created.out).toMatch(/^id=round trip\/1: now at version 1\n {2}page {2}s3:\/\//);
    expect(created.out).toMatch(/\n {2}run {2}arn:aws:states:\S+:create-round-trip-1-\w+\n$/);

    const [page, picture] = [join(folder, 'out.html'), join(folder, 'out.png')];
    const got = await twinwrite(
      ...[
        'get',
        '--key',
        'id=round trip/1',
        '--json',
        '--out',
        `page=${page}`,
        '--out',
        `picture=${picture}`,
      ],
    );
    expect(got).toMatchObject({ code: 0, err: '' });
    expect(got.out).toContain('"n":12345678901234567890.5');
    expect(json(got.out)).toMatchObject({
      key: { id: 'round trip/1' },
      version: 1,
      attributes: { title: 'Hello' },
      large: {
        page: { contentType: 'text/html; charset=utf-8', size: 16 },
        picture: { contentType: 'image/png', size: 300 * 1024, metadata: { author: 'Zoë' } },
        note: { contentType: 'text/x-note' },
      },
    });
    expect(await readFile(page)).toEqual(await readFile(files.page));
    expect(await readFile(picture)).toEqual(await readFile(files.picture));

    const updated = await twinwrite(
      ...['update', '--key', 'id=round trip/1', '--set', 'title=Bye', '--add', 'views=1', '--remove', 'note'],
      ...[
        '--expected-version',
        '1',
        '--condition',
        '#t = :t',
        '--name',
        '#t=title',
        '--value',
        ':t="Hello"',
        '--json',
      ],
    );
    expect(updated).toMatchObject({ code: 0, err: '' });
    expect(json(updated.out)).toMatchObject({ version: 2, cleanup: 'done', key: { id: 'round trip/1' } });

    const shown = await twinwrite('get', '--key', 'id=round trip/1');
    expect(shown.out).toMatch(/^title {6}Bye$/m);
    expect(shown.out).toMatch(/^views {6}1$/m);
    expect(shown.out).toMatch(/^picture {4}image\/png, 300 KB {2}s3:\/\//m);
    expect(shown.out).not.toMatch(/^note/m);

    const deleted = await twinwrite('delete', '--key', 'id=round trip/1', '--must-exist');
    expect(deleted).toMatchObject({ code: 0, out: expect.stringMatching(/^id=round trip\/1: deleted\n/) });
    expect(await twinwrite('get', '--key', 'id=round trip/1')).toMatchObject({
      code: 1,
      out: '',
      err: 'error: there is no item id=round trip/1\n',
    });
  });

  it('put replaces all of an item, or creates it, and update creates where it is told to', async () => {
    const key = ['--key', 'id=put'];
    const first = await twinwrite('put', ...key, '--set', 'a=1', '--large', 'page=one', '--json');
    expect(json(first.out)).toMatchObject({ version: 1 });
    const late = await twinwrite('put', ...key, '--set', 'a=2', '--expected-version', '2');
    expect(late).toMatchObject({ code: 1, err: expect.stringContaining('the item is at version 1') });
    const second = await twinwrite('put', ...key, '--set', 'b=2', '--expected-version', '1');
    expect(second).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^id=put: now at version 2\n {2}run/),
    });
    const { out } = await twinwrite('get', ...key, '--json');
    expect(json(out)).toMatchObject({ attributes: { b: '2' }, large: {} });

    const missing = ['--key', 'id=upsert', '--add', 'views=1'];
    expect(await twinwrite('update', ...missing)).toMatchObject({ code: 1 });
    const created = await twinwrite('update', ...missing, '--create-if-missing', '--json');
    expect(json(created.out)).toMatchObject({ version: 1 });
  });

  it.each(['constructor', 'toString', 'valueOf', 'hasOwnProperty'])(
    'a large attribute %s is like any other',
    async (name) => {
      const key = `id=named ${name}`;
      const options = ['--metadata', `${name}:by=me`, '--large', `${name}=text`, '--large', 'other=x'];
      expect(await twinwrite('create', '--key', key, ...options)).toMatchObject({ code: 0, err: '' });
      const { out } = await twinwrite('get', '--key', key, '--json');
      expect(Object.keys(json(out).large as object).sort()).toEqual([name, 'other'].sort());
    },
  );

  it('--json shows text that would steer a terminal as JSON spells it otherwise', async () => {
    const odd = 'a\u009b31m\u202eb\u2066c\u007f';
    await twinwrite('create', '--key', 'id=odd', '--set', `title=${odd}`);
    const { out } = await twinwrite('get', '--key', 'id=odd', '--json');
    expect(out).not.toMatch(/[\u007f-\u009f\u202e\u2066]/);
    expect(json(out).attributes).toMatchObject({ title: odd });
  });

  it('--no-inline stages what would fit into the input', async () => {
    const created = await twinwrite(
      'create',
      '--key',
      'id=staged',
      '--large',
      'page=x',
      '--no-inline',
      '--json',
    );
    const { executionArn } = json(created.out) as { executionArn: string };
    const { out } = await twinwrite('show', executionArn, '--json');
    expect(json(out).input).toMatchObject({ largeAttributes: { page: { staged: { size: 1 } } } });
  });

  it('pass standard input in and standard output out, byte for byte', async () => {
    const bytes = Buffer.from([0, 255, 10, 13, 27, 128]);
    const terminal = new Terminal({ stdin: Readable.from([bytes.subarray(0, 2), bytes.subarray(2)]) });
    expect(await terminal.run('create', '--key', 'id=pipe', '--large', 'data=-')).toMatchObject({ code: 0 });

    const { code, bytes: out } = await twinwrite('get', '--key', 'id=pipe', '--out', 'data=-');

    expect({ code, out }).toEqual({ code: 0, out: bytes });
  });

  it('are safe to run again with an idempotency key, which stands for one input', async () => {
    const create = (set: string) =>
      twinwrite(...['create', '--key', 'id=again', '--set', set, '--idempotency-key', 'again-1', '--json']);

    const first = await create('a=b');

    expect(first.code).toBe(0);
    expect(await create('a=b')).toEqual(first);
    const other = await create('a=c');
    expect(other.code).toBe(1);
    expect(json(other.err)).toMatchObject({ error: 'IdempotencyConflict' });
  });
});

describe('the store', () => {
  it('--parameter names the one that describes it', async () => {
    const ssm = new SSMClient({});
    const Value = storeText(cloud);
    await ssm.send(new PutParameterCommand({ Name: '/app/docs', Type: 'String', Value }));
    await twinwrite('create', '--key', 'id=by parameter');

    const found = await twinwrite('get', '--key', 'id=by parameter', '--parameter', '/app/docs');

    expect(found).toMatchObject({ code: 0, err: '' });
    const both = await twinwrite('get', '--key', 'id=x', '--parameter', '/app/docs', '--stack', 'Twinwrite');
    expect(both).toMatchObject({
      code: 2,
      err: expect.stringContaining("'--parameter <name>' cannot be used"),
    });
  });
});

describe('failures end with 1 and one line', () => {
  it.each([
    [
      ['update', '--key', 'id=none', '--set', 'a=b', '--idempotency-key', 'to-none'],
      'rejected by to-none: NotFound: there is no item with this key',
    ],
    [['delete', '--key', 'id=none', '--must-exist'], 'rejected by delete-none-'],
    [
      ['create', '--key', 'name=none'],
      'rejected: InvalidInput: key.name: not a key attribute of the table (id)',
    ],
    [['create', '--key', 'id=none', '--set', '_saga=x'], 'rejected: InvalidInput: attributes._saga'],
    [['create', '--key', 'id=none', '--idempotency-key', 'a b'], 'rejected: InvalidInput: idempotencyKey'],
    [
      ['get', '--key', 'id=none', '--stack', 'Nowhere'],
      'no Twinwrite store found; tried: outputs of stack Nowhere',
    ],
    [['get', '--key', 'id=none', '--construct', 'Other'], 'no store of a construct Other among DocsStore'],
    [['get', '--key', 'id=none', '--parameter', '/none'], 'parameter /none: there is no such parameter'],
  ])('%j', async (argv, message) => {
    const { code, out, err } = await twinwrite(...argv);

    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^error: [^\n]+\n$/);
    expect(err).toContain(message);
  });

  it('name the large attributes that there are', async () => {
    await twinwrite('create', '--key', 'id=names', '--large', 'page=text');

    expect(await twinwrite('get', '--key', 'id=names', '--out', `pager=${files.page}`)).toMatchObject({
      code: 1,
      err: 'error: --out pager: the item has no such large attribute (it has page)\n',
    });
    expect(await twinwrite('get', '--key', 'id=names', '--out', 'page=/no/such/folder/x')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^error: --out page=\/no\/such\/folder\/x: ENOENT/),
    });
  });

  it('are objects with --json, with the reason and the run', async () => {
    cloud.faults.inject({
      ...{ service: 'dynamodb', operation: 'TransactWriteItems', when: 'before' },
      ...{ error: 'AccessDeniedException', status: 400 },
    });

    const { code, err } = await twinwrite('create', '--key', 'id=denied', '--large', 'page=text', '--json');

    expect(code).toBe(1);
    expect(json(err)).toMatchObject({
      error: 'RolledBack',
      reason: 'WriteRefused',
      executionArn: expect.stringMatching(/:create-denied-\w+$/),
    });
  });
});

describe('Ctrl-C', () => {
  it('while waiting says that the run goes on, and names it', async () => {
    cloud.faults.inject({
      ...{ service: 'states', operation: 'DescribeExecution', when: 'before', times: 'always' },
      ...{ error: 'ThrottlingException', status: 400 },
    });
    const command = ['create', '--key', 'id=slow', '--idempotency-key', 'slow-1'];
    const terminal = new Terminal();
    const ended = terminal.run(...command);
    await vi.waitFor(() => expect(cloud.faults.list()[0]?.fired).toBeGreaterThan(0), { timeout: 60_000 });
    terminal.signal('SIGINT');

    expect(await ended).toMatchObject({
      code: 130,
      out: '',
      err: expect.stringMatching(/^error: interrupted; the run goes on by itself: arn:\S+:slow-1\n$/),
    });
    cloud.faults.clear();
    expect(await twinwrite(...command)).toMatchObject({ code: 0 });
  });

  it('before the start says that nothing was written', async () => {
    const endless = new Readable({ read: () => undefined });
    const terminal = new Terminal({ stdin: endless });
    const ended = terminal.run('create', '--key', 'id=endless', '--large', 'data=-');
    await vi.waitFor(() => expect(terminal.listens).toBe(true), { timeout: 60_000 });
    terminal.signal('SIGINT');

    expect(await ended).toMatchObject({ code: 130, err: 'error: interrupted; nothing was written\n' });
    expect(await twinwrite('get', '--key', 'id=endless')).toMatchObject({ code: 1 });
  });
});
