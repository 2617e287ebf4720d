// Whose a data folder is, and what is refused before anything in it is touched.

import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { DataError, type LocalCloud, type LocalCloudOptions, startLocalCloud } from '../../local/index.ts';
import { clientsOf, newFolder, startProcess } from './harness.ts';

async function start(options: LocalCloudOptions): Promise<LocalCloud> {
  const cloud = await startLocalCloud({ warmUp: false, ...options });
  onTestFinished(() => cloud.stop());
  return cloud;
}

/** The refusal of a start. */
async function refusal(options: LocalCloudOptions): Promise<string> {
  const error: unknown = await start(options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const refused = [error, (error as Error | undefined)?.cause].find((reason) => reason instanceof DataError);
  if (!(refused instanceof DataError)) throw new Error('expected a DataError', { cause: error });
  return refused.message;
}

test('a folder is made if it is not there, also within folders that are not', async () => {
  const data = join(await newFolder(), 'new', 'folder');
  await (await start({ data })).stop();
  expect(await readdir(data)).toContain('local-cloud.json');
});

test('a folder is its owner’s alone, also one that was open to others', async () => {
  const [made, given] = [join(await newFolder(), 'new'), await newFolder()];
  await chmod(given, 0o755);
  for (const data of [made, given]) {
    await (await start({ data })).stop();
    expect(((await stat(data)).mode & 0o777).toString(8)).toBe('700');
  }
});

test('a folder of something else is refused and left as it is', async () => {
  const data = await newFolder();
  await writeFile(join(data, 'notes.txt'), 'mine');
  await chmod(data, 0o755);
  expect(await refusal({ data })).toBe(
    `${data} holds "notes.txt" and no data of a local cloud: choose an empty folder or a new one`,
  );
  expect(await readdir(data)).toEqual(['notes.txt']);
  expect(((await stat(data)).mode & 0o777).toString(8)).toBe('755');
  expect(await refusal({ data: join(data, 'notes.txt') })).toContain('cannot be used as a folder');
});

test('a start that was cut off at once leaves a folder that can be used', async () => {
  const data = await newFolder();
  await writeFile(join(data, 'lock.json.123'), '{');
  await writeFile(join(data, 'local-cloud.json.new'), '{"format');
  await start({ data });
});

test('another format is refused, and so are another Region and account', async () => {
  const data = await newFolder();
  await (await start({ data })).stop();
  expect(await refusal({ data, region: 'eu-west-1' })).toContain(
    `${data} was made for us-east-1 and account 000000000000, not eu-west-1`,
  );
  expect(await refusal({ data, accountId: '111111111111' })).toContain('account 111111111111');
  await writeFile(join(data, 'local-cloud.json'), '{"format":99,"region":"us-east-1","accountId":"0"}');
  expect(await refusal({ data })).toContain(`${data} has format 99, this version reads format 1`);
  await writeFile(join(data, 'local-cloud.json'), '{"for');
  expect(await refusal({ data })).toContain('local-cloud.json is damaged');
});

test('one process at a time works on a folder; the lock of one that was killed is taken over', async () => {
  const data = await newFolder();
  const other = await startProcess({ data });
  expect(await refusal({ data })).toBe(
    `${data} is in use by process ${other.pid}: one local cloud at a time works on a data folder`,
  );
  await other.s3.createBucket({ Bucket: 'still-served' });
  await other.kill();
  expect(await readdir(data)).toContain('lock.json');
  const cloud = await start({ data });
  expect(await refusal({ data })).toContain(`in use by process ${process.pid}`);
  await cloud.stop();
  expect(await readdir(data)).not.toContain('lock.json');
});

test('a lock counts as long as the very process that took it runs', async () => {
  const data = await newFolder();
  const lock = (pid: number, began?: string) =>
    writeFile(join(data, 'lock.json'), JSON.stringify({ pid, began }));
  await lock(process.ppid);
  expect(await refusal({ data })).toContain(`in use by process ${process.ppid}`);
  await lock(process.ppid, 'another boot/1');
  await (await start({ data })).stop();
  await lock(process.pid, 'an earlier process of this id');
  await (await start({ data })).stop();
  await writeFile(join(data, 'lock.json'), '?');
  expect(await refusal({ data })).toContain('lock.json is no lock of the local cloud');
});

test('the database lets in one process even where the lock is lost', async () => {
  const data = await newFolder();
  await startProcess({ data });
  await rm(join(data, 'lock.json'));
  expect(await refusal({ data })).toContain('dynamodb is in use by another process');
});

test('damage is told with its file, and what was cut off last is dropped', async () => {
  const data = await newFolder();
  const cloud = await start({ data });
  const { s3 } = clientsOf(cloud.endpoint);
  await s3.createBucket({ Bucket: 'kept' });
  for (const Key of ['a', 'b']) await s3.putObject({ Bucket: 'kept', Key, Body: Key });
  await cloud.stop();
  const log = join(data, 's3', 'index.log');
  const bytes = await readFile(log);

  await writeFile(log, bytes.subarray(0, -5));
  const cut = await start({ data });
  const { Contents = [] } = await clientsOf(cut.endpoint).s3.listObjectsV2({ Bucket: 'kept' });
  expect(Contents.map(({ Key }) => Key)).toEqual(['a']);
  await cut.stop();

  const [content = ''] = await readdir(join(data, 's3', 'contents'));
  await writeFile(join(data, 's3', 'contents', content), '');
  expect(await refusal({ data })).toContain(`${content} is damaged`);

  await writeFile(log, Buffer.concat([Buffer.from('!'), bytes.subarray(1)]));
  expect(await refusal({ data })).toContain(`${log} is damaged: the record at byte 0`);

  await mkdir(join(data, 'states', 'executions'), { recursive: true });
  await writeFile(log, '');
  await writeFile(join(data, 'states', 'executions', '000000000001.log'), 'damage\n');
  expect(await refusal({ data })).toContain('000000000001.log is damaged');
});
