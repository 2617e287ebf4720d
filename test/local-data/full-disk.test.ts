// A disk that is really full, where a small one can be mounted (as root on Linux): nothing acknowledged is lost, reads go on.

import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type CloudProcess, newFolder, startProcess, stateMachineArn, storesTemplate } from './harness.ts';

const SIZE = '8m';

/** A file system of its own; undefined, with a word why, where this process may not mount one. */
async function mountSmall(): Promise<string | undefined> {
  const folder = await newFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    process.stderr.write(`not tested on a full disk: mounting is not allowed here (${String(error)})\n`);
    return undefined;
  }
  onTestFinished(() => void execFileSync('umount', ['--lazy', folder]));
  return folder;
}

/** Fills what is free. @returns a function that frees it again */
function fill(folder: string): () => void {
  const file = join(folder, 'filler');
  for (let bytes = 4 * 1024 ** 2; bytes >= 1; bytes = Math.floor(bytes / 2)) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(bytes), { flag: 'a' });
    } catch {
      // Smaller pieces may fit.
    }
  }
  return () => rmSync(file);
}

const template = storesTemplate(
  '{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Wait","Seconds":1,"End":true}}}',
);
const value = (name: string) => `${name} `.repeat(400);

const WRITES = {
  object: ({ s3 }: CloudProcess, Key: string) => s3.putObject({ Bucket: 'bucket', Key, Body: value(Key) }),
  item: ({ dynamodb }: CloudProcess, id: string) =>
    dynamodb.putItem({ TableName: 'table', Item: { id: { S: id }, v: { S: value(id) } } }),
  execution: ({ sfn }: CloudProcess, name: string) =>
    sfn.startExecution({ stateMachineArn, name, input: JSON.stringify({ name }) }),
};
const READS = {
  object: async ({ s3 }: CloudProcess, Key: string) =>
    (await s3.getObject({ Bucket: 'bucket', Key })).Body?.transformToString(),
  item: async ({ dynamodb }: CloudProcess, id: string) =>
    (await dynamodb.getItem({ TableName: 'table', Key: { id: { S: id } } })).Item?.v?.S,
  execution: async ({ sfn }: CloudProcess, name: string) => {
    const executionArn = `${stateMachineArn.replace('stateMachine', 'execution')}:${name}`;
    const { input } = await sfn.describeExecution({ executionArn });
    return value(JSON.parse(input ?? '{}').name);
  },
};
type Kind = keyof typeof WRITES;
const KINDS = Object.keys(WRITES) as Kind[];

/** Writes five of each kind. @returns those that were acknowledged */
async function writeFive(cloud: CloudProcess, prefix: string): Promise<[Kind, string][]> {
  const acknowledged: [Kind, string][] = [];
  for (const kind of KINDS) {
    for (const name of [1, 2, 3, 4, 5].map((number) => `${prefix}${number}`)) {
      await WRITES[kind](cloud, name).then(
        () => acknowledged.push([kind, name]),
        () => undefined,
      );
    }
  }
  return acknowledged;
}

async function expectAll(cloud: CloudProcess, written: readonly [Kind, string][]): Promise<void> {
  for (const [kind, name] of written) {
    expect([kind, name, await READS[kind](cloud, name)]).toEqual([kind, name, value(name)]);
  }
}

test.each(['kill', 'stop'] as const)(
  'nothing acknowledged is lost by a disk that was full, after a %s',
  async (ending) => {
    const disk = await mountSmall();
    if (disk === undefined) return;
    const data = join(disk, 'data');
    const options = { data, template, warmUp: false };
    const cloud = await startProcess(options);
    const written = await writeFive(cloud, 'before');
    expect(written).toHaveLength(15);

    const free = fill(disk);
    const meanwhile = await writeFive(cloud, 'full');
    expect(meanwhile.length).toBeLessThan(15);
    await expectAll(cloud, written);
    free();
    const after = await writeFive(cloud, 'after');
    expect(after.filter(([kind]) => kind !== 'item')).toHaveLength(10);
    written.push(...meanwhile, ...after);
    await expectAll(cloud, written);

    await cloud[ending]();
    expect(existsSync(join(disk, 'filler'))).toBe(false);
    const next = await startProcess(options);
    await expectAll(next, written);
    expect(await writeFive(next, 'next')).toHaveLength(15);
    await next.stop();
  },
);
