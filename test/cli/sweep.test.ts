import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { type StoreDescriptor, storeIn } from '../../core/contract/store.ts';
import { type LocalCloud, startLocalCloud } from '../../local/index.ts';
import { Terminal, twinwrite } from './terminal.ts';

let cloud: LocalCloud;
let store: StoreDescriptor;
let s3: S3Client;
let live: string;
let items = 0;

beforeAll(async () => {
  cloud = await startLocalCloud({ assembly: inject('assembly'), timeScale: 20, warmUp: false });
  for (const [name, value] of Object.entries(cloud.env)) vi.stubEnv(name, value);
  store = storeIn(cloud.outputs.Twinwrite ?? {});
  s3 = new S3Client({ forcePathStyle: true });
});
beforeEach(async () => {
  items += 1;
  const { out } = await twinwrite('create', '--key', `id=${items}`, '--large', 'page=live', '--json');
  live = JSON.parse(out).largeAttributes.page.slice(`s3://${store.bucket}/`.length);
});
afterEach(() => cloud.faults.clear());
afterAll(async () => {
  vi.unstubAllEnvs();
  s3.destroy();
  await cloud.stop();
});

/** Objects that the item's run put, and that nothing points at; days old. */
async function leave(count: number): Promise<readonly string[]> {
  const keys = Array.from({ length: count }, (_, at) =>
    live.replace(/sha256=[0-9a-f]+/, `sha256=${String(at).padStart(64, '0')}`),
  );
  for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket: store.bucket, Key, Body: 'orphan' }));
  cloud.clock.advance(2 * 86_400_000);
  return keys;
}

async function objects(): Promise<readonly (string | undefined)[]> {
  const { Contents = [] } = await s3.send(
    new ListObjectsV2Command({ Bucket: store.bucket, Prefix: 'items/' }),
  );
  return Contents.map(({ Key }) => Key);
}

describe('twinwrite sweep', () => {
  it('without --delete says what would be deleted, and deletes nothing', async () => {
    const [orphan] = await leave(1);
    for (const flags of [[], ['--dry-run']]) {
      const { code, out, err } = await twinwrite('sweep', ...flags);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toContain('1 would be deleted (6 B); --delete does it\n');
      expect(out).toContain(`  would be deleted      6 B  ${orphan}\n`);
      expect(out).toMatch(
        / {2}report {2}s3:\/\/\S+\/sweeps\/\S+\/manifest\.json\n {2}run {5}arn:\S+:sweep-\w+\n$/,
      );
    }
    expect(await objects()).toContain(orphan);
    await twinwrite('sweep', '--delete');
  });

  it('with --delete deletes and says so; the next finds nothing', async () => {
    const keys = await leave(25);
    const { code, out } = await twinwrite('sweep', '--delete', '--grace', '1d', '--concurrency', '2');
    expect(code).toBe(0);
    expect(out).toContain('25 deleted of 25 (150 B) that nothing points at');
    expect(out.match(/^ {2}deleted /gm)).toHaveLength(20);
    expect(out).toContain('… the report names 5 more');
    for (const key of keys) expect(await objects()).not.toContain(key);
    expect((await twinwrite('sweep', '--delete')).out).toMatch(/objects looked at: nothing to delete\n/);
  });

  it('--json prints the sums and the run', async () => {
    await leave(1);
    const { code, out } = await twinwrite('sweep', '--delete', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      executionArn: expect.stringContaining(':sweep-'),
      dryRun: false,
      orphans: 1,
      deleted: 1,
      report: expect.stringContaining('manifest.json'),
    });
  });

  it('--watch tells how far it is, without a terminal line by line', async () => {
    await leave(3);
    const { code, err } = await twinwrite('sweep', '--watch');
    expect(code).toBe(0);
    expect(err.trim().split('\n').at(-1)).toMatch(/^sweeping: \d+ of \d+ objects looked at$/);
    await twinwrite('sweep', '--delete');
  });

  it('ends with 1 when objects could not be looked at, and says how many', async () => {
    await leave(1);
    cloud.faults.inject({
      service: 's3',
      operation: 'DeleteObjects',
      when: 'before',
      error: 'AccessDenied',
      status: 403,
      times: 'always',
    });
    const { code, out, err } = await twinwrite('sweep', '--delete');
    expect(code).toBe(1);
    expect(out).toContain('failed (AccessDenied)');
    expect(err).toBe('error: 1 object could not be looked at or deleted; the next sweep tries again\n');
    cloud.faults.clear();
    await twinwrite('sweep', '--delete');
  });

  it('ends with 1 and the reason when the sweep fails', async () => {
    const { code, err } = await twinwrite('sweep', '--inventory', `s3://${store.bucket}/sweeps/none.json`);
    expect(code).toBe(1);
    expect(err).toMatch(
      /^error: the sweep sweep-\w+ failed: Rejected\.InvalidInput: inventory: cannot be read/,
    );
  });

  it('Ctrl-C leaves it going, and says how to look; --run shows it', async () => {
    await leave(1);
    const match = 'FindOrphans';
    cloud.faults.inject({
      service: 'lambda',
      operation: 'Invoke',
      when: 'before',
      error: 'TooManyRequestsException',
      match,
    });
    const terminal = new Terminal();
    const running = terminal.run('sweep', '--delete');
    await vi.waitUntil(() => cloud.faults.list()[0]?.fired === 1 && terminal.listens, { timeout: 60_000 });
    terminal.signal('SIGINT');
    const { code, err } = await running;
    expect(code).toBe(130);
    const [, name = ''] =
      /^error: interrupted; the sweep goes on by itself: twinwrite sweep --run (sweep-\w+) shows it, aws stepfunctions stop-execution/.exec(
        err,
      ) ?? [];
    const shown = await twinwrite('sweep', '--run', name);
    expect(shown).toMatchObject({ code: 0, err: '' });
    expect(shown.out).toContain('1 deleted of 1');
    const [, arn = ''] = /run {5}(arn:\S+)/.exec(shown.out) ?? [];
    const sfn = new SFNClient({});
    expect(await sfn.send(new DescribeExecutionCommand({ executionArn: arn }))).toMatchObject({
      status: 'SUCCEEDED',
    });
    sfn.destroy();
    expect(await twinwrite('sweep', '--run', arn)).toMatchObject({ code: 0 });
  });

  it.each([
    ['no/name', /no\/name: expected a sweep's name or ARN/],
    ['arn:aws:states:us-east-1:1:execution:other:a', /no sweep of this store/],
  ])('--run %s is refused', async (run, message) => {
    const { code, err } = await twinwrite('sweep', '--run', run);
    expect(code).toBe(1);
    expect(err).toMatch(message);
  });

  it('of a store that was deployed before there was a sweeper says so', async () => {
    const { sweep: _, ...old } = store;
    vi.stubEnv('TWINWRITE_STORE', JSON.stringify(old));
    const { code, err } = await twinwrite('sweep');
    vi.stubEnv('TWINWRITE_STORE', JSON.stringify(store));
    expect({ code, err }).toEqual({
      code: 1,
      err: 'error: this store has no sweeper: it was deployed before there was one; deploy it again\n',
    });
  });
});
