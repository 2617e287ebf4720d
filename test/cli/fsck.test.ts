import { DeleteObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, expect, inject, it, vi } from 'vitest';
import { storeIn } from '../../core/contract/store.ts';
import { type LocalCloud, startLocalCloud } from '../../local/index.ts';
import { Terminal, twinwrite } from './terminal.ts';

let cloud: LocalCloud;

beforeAll(async () => {
  cloud = await startLocalCloud({ assembly: inject('assembly'), timeScale: 60, warmUp: false });
  for (const [name, value] of Object.entries(cloud.env)) vi.stubEnv(name, value);
});
afterEach(() => cloud.faults.clear());
afterAll(async () => {
  vi.unstubAllEnvs();
  await cloud.stop();
});

/** Deletes an object of the item past the sagas. */
async function loseObject(id: string): Promise<void> {
  const { bucket: Bucket, prefix } = storeIn(cloud.outputs.Twinwrite ?? {});
  const { endpoint, region, credentials } = cloud;
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  const { Contents = [] } = await s3.send(
    new ListObjectsV2Command({ Bucket, Prefix: `${prefix}/pk=${id}/` }),
  );
  await s3.send(new DeleteObjectCommand({ Bucket, Key: Contents[0]?.Key }));
  s3.destroy();
}

it('says that a store is sound, and what was looked at', async () => {
  await twinwrite('create', '--key', 'id=sound', '--large', 'page=hello', '--large', 'more=hello');
  const { code, out, err } = await twinwrite('fsck');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(
    /^1 items with 2 large attributes; 2 objects, 10 B; .+\ncontent: 2 verified\nnothing amiss\n$/,
  );
});

it('lists what is amiss, a line each, and exits with 1 when something dangles', async () => {
  const odd = 'a\u001b[31m b';
  await twinwrite('create', '--key', `id=${odd}`, '--large', 'page=hello');
  await loseObject(encodeURIComponent(odd));
  const { code, out, err } = await twinwrite('fsck');
  expect({ code, err }).toEqual({ code: 1, err: 'error: the store is not sound\n' });
  expect(out).toMatch(/^dangling {7}id=a \[31m b {2}page {2}s3:\/\/.*\n/);
  expect(out).toMatch(/found: 1 dangling\n$/);
  expect(out).not.toContain('\u001b');

  const json = await twinwrite('fsck', '--json');
  const lines = json.out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(json.code).toBe(1);
  expect(lines).toEqual([
    expect.objectContaining({ kind: 'dangling', item: { id: odd }, attribute: 'page' }),
    expect.objectContaining({ kind: 'summary', sound: false, items: 2 }),
  ]);
  await twinwrite('delete', '--key', `id=${odd}`);
});

it.each([403, 500])('says so when S3 answers %i and no more', async (status) => {
  await twinwrite('create', '--key', `id=${status}`, '--large', 'page=hello');
  const refused = { service: 's3', operation: 'HeadObject', when: 'before', error: 'Refused' } as const;
  cloud.faults.inject({ ...refused, status, times: 'always' });
  expect(await twinwrite('fsck')).toMatchObject({
    code: 1,
    out: '',
    err: `error: the service answers ${status}\n`,
  });
  cloud.faults.clear();
  await twinwrite('delete', '--key', `id=${status}`);
});

it('says on Ctrl-C what it had found by then', async () => {
  await twinwrite('create', '--key', 'id=lost', '--large', 'page=hello');
  await loseObject('lost');
  const always = { when: 'before', status: 503, times: 'always' } as const;
  cloud.faults.inject({ service: 's3', operation: 'ListObjectsV2', error: 'SlowDown', ...always });
  const terminal = new Terminal();
  const ended = terminal.run('fsck');
  await vi.waitFor(() => expect(terminal.out).toContain('dangling'), { timeout: 60_000 });
  terminal.signal('SIGINT');
  const { code, err } = await ended;
  expect(code).toBe(130);
  expect(err).toContain('interrupted; findings by then: 1');
  cloud.faults.clear();
  await twinwrite('delete', '--key', 'id=lost');
});

it.each([
  [['--segments', '0'], 'Expected 1 to 100.'],
  [['--stack', 'Nothing'], 'no Twinwrite store found'],
])('refuses %j in a line', async (argv, message) => {
  const { code, err } = await twinwrite('fsck', ...argv);
  expect(code).toBeGreaterThan(0);
  expect(err).toContain(message);
  expect(err.trimEnd().split('\n')).toHaveLength(1);
});
