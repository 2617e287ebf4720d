// A disk that fails at any point: what is not written is not acknowledged, and what was acknowledged before or after is there
// at the next start, whatever the failed write has left behind.

import { appendFileSync, readdirSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { appendRecords, disk, readRecords, replaceRecords } from '../../local/data/index.ts';
import { type LocalCloud, startLocalCloud } from '../../local/index.ts';
import { type Clients, clientsOf, newFolder, stateMachineArn, storesTemplate } from './harness.ts';

const whole = { ...disk };
afterEach(() => {
  Object.assign(disk, whole);
});

/** As the system says it. */
function full(): NodeJS.ErrnoException {
  return Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
}

/**
 * Lets the disk fail at its calls from the `first` on, up to `times` of them. A write that fails has written half.
 * @returns how many calls have failed
 */
function failFrom(first: number, times: number, folder: string): () => number {
  let [calls, failed] = [0, 0];
  const fails = (): boolean => {
    calls += 1;
    const now = calls >= first && calls < first + times;
    if (now) failed += 1;
    return now;
  };
  const failing =
    <Arguments extends readonly unknown[], Result>(call: (...given: Arguments) => Result) =>
    (...given: Arguments): Result => {
      if (fails()) throw full();
      return call(...given);
    };
  Object.assign(disk, {
    openSync: failing(whole.openSync),
    ftruncateSync: failing(whole.ftruncateSync),
    renameSync: failing(whole.renameSync),
    rmSync: failing(whole.rmSync),
    closeSync: (file: number) => {
      const now = fails();
      whole.closeSync(file);
      if (now) throw full();
    },
    writeSync: (file: number, bytes: Uint8Array, offset: number) => {
      if (!fails()) return whole.writeSync(file, bytes, offset);
      whole.writeSync(file, bytes.subarray(0, offset + Math.ceil((bytes.length - offset) / 2)), offset);
      throw full();
    },
    open: async (path: string, flags: string) => {
      if (fails()) throw full();
      const handle = await whole.open(path, flags);
      const [write, close] = [handle.write.bind(handle), handle.close.bind(handle)];
      return Object.assign(handle, {
        write: async (bytes: Uint8Array, offset: number) => {
          if (!fails()) return write(bytes, offset);
          await write(bytes.subarray(0, Math.ceil(bytes.length / 2)), 0);
          throw full();
        },
        close: async () => {
          const now = fails();
          await close();
          if (now) throw full();
        },
      });
    },
    commit: async (write: () => Promise<void>) => {
      if (!fails()) return write();
      // The beginning of a record of LevelDB, as a full disk leaves it.
      const database = join(folder, 'dynamodb');
      const log = readdirSync(database).findLast((name) => name.endsWith('.log')) ?? '';
      appendFileSync(join(database, log), Buffer.from('0102030440000101020304', 'hex'));
      throw full();
    },
  });
  return () => failed;
}

describe('a log of records', () => {
  /** Appends numbers, of which some fail, and answers with those that did not. */
  function append(path: string, from: number): number[] {
    return [0, 1, 2, 3, 4].flatMap((index) => {
      try {
        appendRecords(path, [from + index]);
        return [from + index];
      } catch {
        return [];
      }
    });
  }

  test.each([1, 2, 3, 5, 8])('has what was appended, wherever the disk fails %i times', async (times) => {
    const folder = await newFolder();
    for (let first = 1; ; first += 1) {
      const path = join(folder, `${first}.log`);
      const failed = failFrom(first, times, folder);
      const acknowledged = append(path, 0);
      const failures = failed();
      Object.assign(disk, whole);
      // As a process that is killed now finds it, and as one does that went on.
      await cp(path, `${path}.killed`).catch(() => undefined);
      const killed = [...readRecords(`${path}.killed`)];
      // A last one may be there that was not acknowledged, never one before others.
      expect(killed.slice(0, acknowledged.length)).toEqual(acknowledged);
      expect(killed.length - acknowledged.length).toBeLessThanOrEqual(1);
      acknowledged.push(...append(path, 10));
      expect([...readRecords(path)]).toEqual(acknowledged);
      if (failures === 0) return;
    }
  });

  test('that is written anew is as it was, or as it is to be', async () => {
    const folder = await newFolder();
    for (let first = 1; ; first += 1) {
      const path = join(folder, `${first}.log`);
      appendRecords(path, ['before']);
      const failed = failFrom(first, 1, folder);
      let done = true;
      try {
        replaceRecords(path, ['after', 'it']);
      } catch {
        done = false;
      }
      const failures = failed();
      Object.assign(disk, whole);
      expect([...readRecords(path)]).toEqual(done ? ['after', 'it'] : ['before']);
      expect(readdirSync(folder).filter((name) => name.endsWith('.new'))).toEqual([]);
      if (failures === 0) return;
    }
  });
});

const machine = JSON.stringify({
  QueryLanguage: 'JSONata',
  StartAt: 'Say',
  States: { Say: { Type: 'Pass', End: true } },
});
const template = storesTemplate(machine);
const executionArn = (name: string) => `arn:aws:states:us-east-1:000000000000:execution:machine:${name}`;

async function start(data: string): Promise<LocalCloud & { readonly told: unknown[] }> {
  const told: unknown[] = [];
  const cloud = await startLocalCloud({
    data,
    template,
    warmUp: false,
    onError: (error) => told.push(error),
  });
  onTestFinished(() => cloud.stop());
  return { ...cloud, told };
}

/** A way to write and to read something by a name. */
interface Kept {
  write(clients: Clients, name: string): Promise<unknown>;
  /** Rejects where it is not there. */
  read(clients: Clients, name: string): Promise<unknown>;
}

const content = (name: string) => `content of ${name}`.repeat(100);
const STORES: readonly (readonly [string, Kept])[] = [
  [
    'S3',
    {
      write: ({ s3 }, Key) => s3.putObject({ Bucket: 'bucket', Key, Body: content(Key) }),
      read: async ({ s3 }, Key) => {
        const { Body } = await s3.getObject({ Bucket: 'bucket', Key });
        expect(await Body?.transformToString()).toBe(content(Key));
      },
    },
  ],
  [
    'DynamoDB',
    {
      write: ({ dynamodb }, id) => dynamodb.putItem({ TableName: 'table', Item: { id: { S: id } } }),
      read: async ({ dynamodb }, id) => {
        const { Item } = await dynamodb.getItem({ TableName: 'table', Key: { id: { S: id } } });
        if (!Item) throw new Error(`no item ${id}`);
      },
    },
  ],
  [
    'Step Functions',
    {
      write: ({ sfn }, name) => sfn.startExecution({ stateMachineArn, name, input: '{"n":1}' }),
      read: async ({ sfn }, name) => {
        const { input } = await sfn.describeExecution({ executionArn: executionArn(name) });
        expect(input).toBe('{"n":1}');
      },
    },
  ],
];

/** The names whose writes were acknowledged. */
async function writeAll({ write }: Kept, clients: Clients, names: readonly string[]): Promise<string[]> {
  const acknowledged: string[] = [];
  for (const name of names) {
    await write(clients, name).then(
      () => acknowledged.push(name),
      () => undefined,
    );
  }
  return acknowledged;
}

describe.each(STORES)('%s', (_, kept) => {
  test.each([1, 6])('keeps what it acknowledged, wherever the disk fails %i times', async (times) => {
    for (let first = 1; ; first += 1) {
      const data = await newFolder();
      const cloud = await start(data);
      const clients = clientsOf(cloud.endpoint);
      const acknowledged = await writeAll(kept, clients, ['before']);
      expect(acknowledged).toEqual(['before']);

      const failed = failFrom(first, times, data);
      acknowledged.push(...(await writeAll(kept, clients, ['a', 'b', 'c'])));
      await kept.read(clients, 'before');
      const failures = failed();
      Object.assign(disk, whole);
      acknowledged.push(...(await writeAll(kept, clients, ['d', 'e', 'f'])));
      for (const name of acknowledged) await kept.read(clients, name);

      // As a process that is killed now leaves it.
      const copy = join(await newFolder(), 'copy');
      let starts = 0;
      await cp(data, copy, { recursive: true });
      await cloud.stop();
      for (const folder of [copy, data, data]) {
        const next = await start(folder);
        for (const name of acknowledged) await kept.read(clientsOf(next.endpoint), name);
        const more = await writeAll(kept, clientsOf(next.endpoint), [`g${starts}`]);
        expect(more).toHaveLength(1);
        if (folder === data) acknowledged.push(...more);
        starts += 1;
        await next.stop();
      }
      if (failures === 0) return;
    }
  });
});

test('DynamoDB says once that it takes no more writes and why, answers 503, and goes on to read', async () => {
  const data = await newFolder();
  const cloud = await start(data);
  const { dynamodb } = clientsOf(cloud.endpoint);
  const put = (id: string) => dynamodb.putItem({ TableName: 'table', Item: { id: { S: id } } });
  await put('before');
  failFrom(1, 1, data);
  for (const id of ['a', 'b']) {
    await expect(put(id)).rejects.toMatchObject({
      name: 'ServiceUnavailable',
      message: expect.stringMatching(/no writes until the local cloud is restarted.*no space left/s),
      $metadata: { httpStatusCode: 503 },
    });
  }
  expect(cloud.told).toEqual([expect.objectContaining({ code: 'ServiceUnavailable' })]);
  expect((await dynamodb.scan({ TableName: 'table' })).Items).toEqual([{ id: { S: 'before' } }]);
});
