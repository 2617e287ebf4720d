// `twinwrite query`, `scan`, and `get` of several keys: what they print, save and leave to a later process.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { DynamoDBClient, PutItemCommand, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { LargeItemClient } from '../../../client/index.ts';
import { NO_ANSWER } from '../../../local/faults.ts';
import { useLocalCloud } from '../../client/local-store.ts';
import { ObjectServer } from '../../client/object-server.ts';
import { type Ran, Terminal, type TerminalOptions } from '../terminal.ts';

const STORE = ['--stack', 'Several', '--construct', 'Numbered'];
const cloud = useLocalCloud();
let client: LargeItemClient;
let dynamodb: DynamoDBClient;
let folder: string;

/** Partition 1: 30 plain items; 2: three with content; 3: one that another program has spoiled, between two others. */
beforeAll(async () => {
  client = await LargeItemClient.fromStack({
    stackName: 'Several',
    construct: 'Numbered',
    pollIntervalMs: 10,
  });
  dynamodb = new DynamoDBClient({});
  await dynamodb.send(
    new UpdateTableCommand({
      TableName: client.store.table,
      AttributeDefinitions: [
        { AttributeName: 'status', AttributeType: 'S' },
        { AttributeName: 'pages', AttributeType: 'N' },
      ],
      GlobalSecondaryIndexUpdates: [
        {
          Create: {
            IndexName: 'byStatus',
            KeySchema: [
              { AttributeName: 'status', KeyType: 'HASH' },
              { AttributeName: 'pages', KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'KEYS_ONLY' },
          },
        },
      ],
    }),
  );
  for (let at = 0; at < 30; at++) {
    await put({ number: { N: '1' }, title: { S: titleOf(at) }, big: { N: '12345678901234567890.5' } });
  }
  for (const [at, title] of ['a/b', 'a_b', 'A_b'].entries()) {
    await client.create({
      key: { number: 2, title },
      attributes: { status: 'done', pages: at },
      largeAttributes: { page: `<p>${title}`, data: new Uint8Array([0, 255, at]) },
    });
  }
  await put({ number: { N: '3' }, title: { S: 'x' } });
  await put({ number: { N: '3' }, title: { S: 'y' }, _saga: { S: 'mine' }, text: { S: 'stays' } });
  await put({ number: { N: '3' }, title: { S: 'z' } });
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twinwrite-listing-'));
});
afterEach(async () => {
  cloud.current.faults.clear();
  await rm(folder, { recursive: true });
});
afterAll(() => dynamodb.destroy());

const put = (Item: PutItemCommand['input']['Item']) =>
  dynamodb.send(new PutItemCommand({ TableName: client.store.table, Item }));
const titleOf = (at: number): string => `t${String(at).padStart(2, '0')}`;

function twinwrite(argv: readonly string[], options?: TerminalOptions): Promise<Ran> {
  return new Terminal(options).run(...argv, ...STORE);
}

interface Line {
  readonly key: { readonly number: number; readonly title: string };
  readonly large?: Record<string, Record<string, string>>;
  readonly [name: string]: unknown;
}
const lines = ({ out }: Ran): Line[] =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
const titles = (ran: Ran): string[] => lines(ran).map(({ key }) => key.title);
const cursorIn = (text: string): string => / --cursor ([\w-]+)/.exec(text)?.[1] ?? '';

describe('query', () => {
  it('prints an object a line, numbers digit for digit', async () => {
    const ran = await twinwrite(['query', '--partition', 'number=1']);
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(titles(ran)).toEqual(Array.from({ length: 30 }, (_, at) => titleOf(at)));
    expect(ran.out.split('\n')[0]).toBe(
      '{"key":{"number":1,"title":"t00"},"version":null,"attributes":{"big":12345678901234567890.5},"large":{}}',
    );
  });

  it.each([
    [['--eq', 'title=t03'], ['t03']],
    [
      ['--lt', 'title=t02'],
      ['t00', 't01'],
    ],
    [
      ['--lte', 'title=t01'],
      ['t00', 't01'],
    ],
    [
      ['--gt', 'title=t27'],
      ['t28', 't29'],
    ],
    [
      ['--gte', 'title=t28', '--descending'],
      ['t29', 't28'],
    ],
    [
      ['--gte', 'title=t05', '--lte', 'title=t07'],
      ['t05', 't06', 't07'],
    ],
    [
      ['--begins-with', 'title=t2', '--limit', '2'],
      ['t20', 't21'],
    ],
    [['--filter', '#t IN (:a, :b)', '--name', '#t=text', '--value', ':a=1', '--value', ':b="x"'], []],
  ])('of %j', async (argv, expected) => {
    const ran = await twinwrite(['query', '--partition', 'number=1', ...argv]);
    expect(ran.code).toBe(0);
    expect(ran.out === '' ? [] : titles(ran)).toEqual(expected);
  });

  it('goes on from the cursor that it tells, to the end', async () => {
    const argv = ['query', '--partition', 'number=1', '--limit', '12'];
    const first = await twinwrite(argv);
    const second = await twinwrite([...argv, '--cursor', cursorIn(first.err)]);
    const third = await twinwrite([...argv, '--cursor', cursorIn(second.err), '--json', '--consumed']);
    expect(first.err).toMatch(/^12 items; to go on: --cursor [\w-]+\n$/);
    expect([first, second, third].flatMap(titles)).toEqual(
      Array.from({ length: 30 }, (_, at) => titleOf(at)),
    );
    const summary = { items: 6, missing: 0, failed: 0, consumed: expect.any(Number), cursor: null };
    expect(JSON.parse(third.err)).toEqual(summary);
    expect(
      await twinwrite(['query', '--partition', 'number=2', '--cursor', cursorIn(first.err)]),
    ).toMatchObject({
      code: 1,
      err: expect.stringContaining('cursor: is of another query'),
    });
  });

  it('is a table of so many columns on a terminal, of 20 rows', async () => {
    vi.stubEnv('NO_COLOR', '1');
    const ran = await twinwrite(['query', '--partition', 'number=1'], { isOutTTY: true, columns: 70 });
    vi.stubEnv('NO_COLOR', undefined);
    const rows = ran.out.trimEnd().split('\n');
    expect(rows[0]).toMatch(/^KEY +VERSION +LARGE +ATTRIBUTES$/);
    expect(rows[1]).toMatch(/^number=1 title=t00 +- +big=123456/);
    expect(rows).toHaveLength(21);
    expect(rows.every((row) => row.length <= 70)).toBe(true);
    expect(ran.err).toMatch(/^20 items; to go on: --cursor /);
    const piped = await twinwrite(['query', '--partition', 'number=2', '--table'], { columns: 100 });
    expect(piped.out).toMatch(/^number=2 title=A_b +1 +page, data|data, page/m);
  });

  it('of an index knows the type of its key, when told', async () => {
    const argv = ['query', '--index', 'byStatus', '--partition', 'status=done', '--gte', 'pages=1'];
    const ran = await twinwrite([...argv, '--type', 'pages=N']);
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(titles(ran)).toEqual(['a_b', 'A_b']);
    expect((await twinwrite(argv)).code).toBe(1);
  });

  it('prints loaded content, as text or base64', async () => {
    const ran = await twinwrite(['query', '--partition', 'number=2', '--load', 'page', '--load', 'data']);
    const [first] = lines(ran);
    expect(first).toMatchObject({ key: { title: 'A_b' }, version: 1 });
    expect(first?.large?.page).toMatchObject({ text: '<p>A_b', size: 6 });
    expect(first?.large?.data).toMatchObject({ base64: 'AP8C' });
  });

  it('goes on past an item that another program has spoiled, tells of it, and ends with 1', async () => {
    const ran = await twinwrite(['query', '--partition', 'number=3']);
    expect(ran).toMatchObject({ code: 1, err: 'error: of 3 items, 1 with errors\n' });
    expect(titles(ran)).toEqual(['x', 'y', 'z']);
    expect(lines(ran)[1]).toMatchObject({
      attributes: { text: 'stays' },
      error: { error: 'IntegrityError' },
    });
    const shown = await twinwrite(['query', '--partition', 'number=3', '--table']);
    expect(shown.out).toMatch(/number=3 title=y +\? .*\n {4}_saga: item .*\n/);
  });

  it.each([
    [['--gt', 'title=a', '--eq', 'title=b'], 2, '--eq, --gt: one condition on title'],
    [['--type', 'number=S'], 2, "--type number: the table's key has it as N"],
    [['--type', 'pages=X'], 2, 'Expected S, N or B'],
    [['--value', ':a=1'], 2, '--value: there is no --filter'],
    [['--table', '--json'], 2, '--table'],
    [['--table', '--load', 'page'], 2, '--load'],
    [['--overwrite'], 2, '--overwrite: there is no --out-dir'],
    [['--parallel', '101'], 2, 'Expected 1 to 100'],
    [['--cursor', 'no cursor'], 1, 'cursor: expected the cursor of a page'],
    [['--index', 'none'], 1, 'error: '],
  ])('refuses %j', async (argv, code, message) => {
    const ran = await twinwrite(['query', '--partition', 'number=1', ...argv]);
    expect(ran).toMatchObject({ code, out: '', err: expect.stringContaining(message) });
    expect(ran.err.trimEnd().split('\n')).toHaveLength(1);
  });

  it('refuses a number that is none, before anything is read', async () => {
    const ran = await twinwrite(['query', '--partition', 'number=one']);
    expect(ran).toMatchObject({ code: 2, err: 'error: --partition number: expected a number, got "one"\n' });
  });
});

describe('scan', () => {
  it('finds everything once, in segments too', async () => {
    const argv = ['scan', '--segments', '4', '--project', 'status', '--filter', 'attribute_not_exists(#s)'];
    const ran = await twinwrite([...argv, '--name', '#s=_saga']);
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(new Set(titles(ran)).size).toBe(32);
    expect(lines(ran)).toHaveLength(32);
  });

  it('tells at a failure how far it came, and goes on there', async () => {
    const argv = ['scan', '--load', 'page', '--filter', 'attribute_not_exists(#s)', '--name', '#s=_saga'];
    // Of the second page; --load reads 25 items at a time.
    cloud.current.faults.inject({
      ...{ service: 'dynamodb', operation: 'Scan', when: 'before', skip: 1, times: 'always' },
      ...{ error: 'AccessDeniedException', status: 400 },
    });
    const first = await twinwrite(argv);
    cloud.current.faults.clear();
    expect(first).toMatchObject({ code: 1, err: expect.stringMatching(/^after \d+ items; to go on: /) });
    const rest = await twinwrite([...argv, '--cursor', cursorIn(first.err)]);
    expect(rest.code).toBe(0);
    const found = [...lines(first), ...lines(rest)].map(({ key }) => `${key.number} ${key.title}`);
    expect(found).toHaveLength(32);
    expect(new Set(found).size).toBe(32);
  });
});

describe('get of several keys', () => {
  const keys = ['--key', 'number=2', '--key', 'title=a/b', '--key', 'title=none', '--key', 'number=2'];

  it('answers each in its place, and ends with 1 where one is missing', async () => {
    const ran = await twinwrite(['get', ...keys, '--key', 'number=1', '--key', 'title=t00']);
    expect(lines(ran)).toMatchObject([
      { key: { number: 2, title: 'a/b' }, version: 1, large: { page: { uri: expect.any(String) } } },
      { key: { number: 2, title: 'none' }, missing: true },
      { key: { number: 1, title: 't00' }, version: null },
    ]);
    expect(ran).toMatchObject({ code: 1, err: 'error: of 3 items, 1 missing\n' });
    const { out } = await twinwrite(['get', ...keys, '--table']);
    expect(out).toMatch(/^number=2 title=none +missing$/m);
  });

  it('takes keys from standard input, as a query prints its items, and from a file', async () => {
    const { out } = await twinwrite(['query', '--partition', 'number=2', '--json']);
    const stdin = Readable.from([Buffer.from(`\ufeff${out}\n`)]);
    const ran = await twinwrite(['get', '--keys', '-', '--project', 'status', '--json'], { stdin });
    expect(ran.code).toBe(0);
    expect(lines(ran)).toMatchObject(['A_b', 'a/b', 'a_b'].map((title) => ({ key: { title }, large: {} })));
    expect(JSON.parse(ran.err)).toMatchObject({ items: 3, cursor: null });
    const file = join(folder, 'keys.ndjson');
    await writeFile(file, '{"number": 1, "title": "t00"}\r\n\r\n{"number": 1}\n');
    expect(await twinwrite(['get', '--keys', file])).toMatchObject({
      code: 1,
      err: expect.stringContaining('key.title'),
    });
    await writeFile(file, '{"number": 1, "title": "t00"}\nno key\n');
    const broken = await twinwrite(['get', '--keys', file]);
    expect(broken.code).toBe(1);
    expect(broken.err).toContain(`--keys ${file}, line 2: expected a key, such as {"id": "42"}\n`);
  });

  it.each([
    [[], '--key: missing; or give --keys'],
    [['--keys', '-', '--key', 'number=1'], '--keys: there is --key too'],
    [['--keys', '/no/such/file'], '--keys /no/such/file: no such file'],
    [[...keys, '--out', 'page=-'], '--out: is for one item'],
    [[...keys, '--url', 'page'], '--url: is for one item'],
    [[...keys, '--only', 'page'], '--only: is for one item'],
    [['--key', 'number=x', '--key', 'number=y'], "--key number: the table's key is a number"],
  ])('refuses %j', async (argv, message) => {
    expect(await twinwrite(['get', ...argv])).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining(message),
    });
  });
});

describe('--out-dir', () => {
  const query = ['query', '--partition', 'number=2'];

  it('saves each content under a name of its own, and tells which', async () => {
    const ran = await twinwrite([...query, '--out-dir', folder]);
    expect(ran).toMatchObject({ code: 0, err: '' });
    const files = lines(ran).flatMap(({ large = {} }) => Object.values(large).map(({ file = '' }) => file));
    expect(new Set(files.map((file) => file.toLowerCase())).size).toBe(6);
    for (const { key, large = {} } of lines(ran)) {
      expect(large.page?.file?.startsWith(join(folder, '2'))).toBe(true);
      expect(await readFile(large.page?.file ?? '', 'utf8')).toBe(`<p>${key.title}`);
    }
    expect(await readdir(folder)).toEqual(['2']);
    expect(await readdir(join(folder, '2'))).toHaveLength(3);
    expect(await twinwrite([...query, '--out-dir', folder])).toEqual(ran);
  });

  it('saves what is projected, of an index too, which has it not itself', async () => {
    const argv = ['--index', 'byStatus', '--partition', 'status=done', '--project', 'page', '--consumed'];
    const ran = await twinwrite(['query', ...argv, '--out-dir', folder]);
    expect(ran.code).toBe(0);
    expect(ran.err).toMatch(/^[\d.]+ read units\n$/);
    const saved = await readdir(folder, { recursive: true });
    expect(saved.filter((name) => name.endsWith('/page'))).toHaveLength(3);
    expect(saved.filter((name) => name.endsWith('/data'))).toHaveLength(0);
  });

  it('leaves other content as it is, says so, and saves all else', async () => {
    const argv = ['get', '--key', 'number=2', '--key', 'title=a_b', '--out-dir', folder];
    const [saved] = lines(await twinwrite(argv));
    const file = saved?.large?.page?.file ?? '';
    await writeFile(file, 'mine');
    const again = await twinwrite(argv);
    expect(again).toMatchObject({ code: 1, err: 'error: of 1 item, 1 with errors\n' });
    expect(lines(again)[0]?.large).toMatchObject({
      page: {
        error: {
          error: 'FileInTheWay',
          message: `${file}: is there, with other content; --overwrite replaces it`,
        },
      },
      data: { file: expect.any(String) },
    });
    expect(await readFile(file, 'utf8')).toBe('mine');
    expect((await twinwrite([...argv, '--overwrite'])).code).toBe(0);
    expect(await readFile(file, 'utf8')).toBe('<p>a_b');
  });

  it('saves one version of an item that is written meanwhile, and prints that', async () => {
    const key = { number: 4, title: 'written' };
    await using server = await ObjectServer.start();
    const write = async (call: 'create' | 'update', version: number): Promise<void> => {
      const contents = { a: `a${version}`, b: `b${version}` };
      const input = { key, largeAttributes: contents };
      const { largeAttributes } = await (call === 'create' ? client.create(input) : client.update(input));
      for (const [name, content] of Object.entries(contents)) {
        const uri = largeAttributes[name] ?? '';
        server.put(uri.replace(/^s3:\/\/[^/]+\//, ''), Buffer.from(content));
      }
    };
    await write('create', 1);
    server.misbehave.push(undefined, { before: () => write('update', 2), status: 404 });
    vi.stubEnv('AWS_ENDPOINT_URL_S3', server.endpoint);
    const ran = await twinwrite(['query', '--partition', 'number=4', '--out-dir', folder]);
    vi.stubEnv('AWS_ENDPOINT_URL_S3', undefined);
    expect(ran.code).toBe(0);
    expect(lines(ran)).toMatchObject([{ version: 2 }]);
    for (const name of ['a', 'b']) {
      expect(await readFile(join(folder, '4', 'written', name), 'utf8')).toBe(`${name}2`);
    }
  });

  it('can be interrupted and given again, and leaves no half files', async () => {
    cloud.current.faults.inject({
      ...{ service: 's3', operation: 'GetObject', when: 'before', times: 'always', match: 'attr=page' },
      ...{ error: NO_ANSWER },
    });
    const terminal = new Terminal();
    const ended = terminal.run(...query, '--out-dir', folder, ...STORE);
    await vi.waitUntil(() => cloud.current.faults.list()[0]?.fired === 3, { timeout: 60_000 });
    terminal.signal('SIGINT');
    expect(await ended).toMatchObject({ code: 130, out: '', err: 'error: interrupted after 0 items\n' });
    const left = await readdir(folder, { recursive: true });
    expect(left.filter((name) => name.endsWith('.part'))).toEqual([]);
    expect(left.filter((name) => name.endsWith('/data'))).toHaveLength(3);
    cloud.current.faults.clear();
    expect(await twinwrite([...query, '--out-dir', folder])).toMatchObject({ code: 0 });
  });

  it('tells of an object that is gone, and saves all others', async () => {
    const key = { number: 5, title: 'maimed' };
    const { largeAttributes } = await client.create({ key, largeAttributes: { kept: 'kept', lost: 'lost' } });
    const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.*)$/.exec(largeAttributes.lost ?? '') ?? [];
    await new S3Client({}).send(new DeleteObjectCommand({ Bucket, Key }));
    const ran = await twinwrite(['query', '--partition', 'number=5', '--out-dir', folder]);
    expect(ran.code).toBe(1);
    expect(lines(ran)[0]?.large).toMatchObject({
      kept: { file: join(folder, '5', 'maimed', 'kept') },
      lost: { error: { error: 'IntegrityError' } },
    });
  });
});

describe('Ctrl-C', () => {
  it('tells the cursor of what was printed; nothing is lost, and nothing printed twice', async () => {
    const argv = ['query', '--partition', 'number=1', '--load', 'page'];
    // Of the second page: --load reads 25 items at a time.
    cloud.current.faults.inject({
      ...{ service: 'dynamodb', operation: 'Query', when: 'before', skip: 1, times: 'always' },
      ...{ error: NO_ANSWER },
    });
    const terminal = new Terminal();
    const ended = terminal.run(...argv, ...STORE);
    await vi.waitUntil(() => cloud.current.faults.list()[0]?.fired === 1, { timeout: 60_000 });
    await vi.waitUntil(() => terminal.out.trim().split('\n').length === 25, { timeout: 60_000 });
    terminal.signal('SIGINT');
    const first = await ended;
    cloud.current.faults.clear();
    expect(first).toMatchObject({
      code: 130,
      err: expect.stringMatching(/^error: interrupted after 25 items; to go on: --cursor [\w-]+\n$/),
    });
    const rest = await twinwrite([...argv, '--cursor', cursorIn(first.err)]);
    expect([...titles(first), ...titles(rest)]).toEqual(Array.from({ length: 30 }, (_, at) => titleOf(at)));
  });

  it('ends also a wait for keys', async () => {
    const endless = new Readable({ read: () => undefined });
    const terminal = new Terminal({ stdin: endless });
    const ended = terminal.run('get', '--keys', '-', '--json', ...STORE);
    await vi.waitFor(() => expect(terminal.listens).toBe(true), { timeout: 60_000 });
    terminal.signal('SIGINT');
    const { code, err } = await ended;
    expect(code).toBe(130);
    expect(JSON.parse(err)).toMatchObject({ error: 'Interrupted' });
  });
});
