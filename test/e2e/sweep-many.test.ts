// A sweep over 30,000 objects: every orphan goes, nothing else does. Prints how long it takes, and what memory.

import { Agent, request } from 'node:http';
import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { objectKey } from '../../core/keys/object-key.ts';
import { formatPointer } from '../../core/keys/pointer.ts';
import { formatRun } from '../../core/keys/run.ts';
import type { SweepOutput } from '../../core/sweep/output.ts';
import { startStore, type TestStore } from './harness.ts';

const OBJECTS = 30_000;
const ITEMS = 2_400;
const ATTRIBUTES = 10;
/** Of each item, what earlier runs left. */
const LEFT = [2, 3] as const;

let store: TestStore;
beforeAll(async () => {
  store = await startStore({ clock: 'manual' });
});
afterAll(() => store[Symbol.asyncDispose]());

it('finds every orphan among 30,000 objects', { timeout: 900_000 }, async () => {
  const { referenced, orphans } = await fill();
  const foreign = Array.from(
    { length: OBJECTS - referenced.length - orphans.length },
    (_, at) => `items/${at}.txt`,
  );
  await putAll([...referenced, ...orphans, ...foreign]);
  store.pass(2 * 24 * 60 * 60);

  const memory = watchMemory();
  const startedAt = performance.now();
  const run = await store.startSweep({ dryRun: false });
  const { status, output } = await store.passUntilSwept(run);
  const seconds = (performance.now() - startedAt) / 1000;
  const { before, peak } = memory.stop();
  console.info(
    `${OBJECTS} objects swept in ${seconds.toFixed(1)} s, ${(output as SweepOutput).batches} batches; ` +
      `memory of the process ${before} MB before, ${peak} MB at most`,
  );

  expect(status).toBe('SUCCEEDED');
  expect(output).toMatchObject({
    scanned: OBJECTS,
    referenced: referenced.length,
    orphans: orphans.length,
    deleted: orphans.length,
    foreign: foreign.length,
    failed: 0,
    failedBatches: 0,
    bytes: orphans.length,
  });
  expect(new Set(await store.objects())).toEqual(new Set([...referenced, ...foreign]));
});

/** Writes the items. @returns keys of objects that they point at, and that they do not */
async function fill(): Promise<{
  readonly referenced: readonly string[];
  readonly orphans: readonly string[];
}> {
  const { descriptor, dynamodb } = store;
  const referenced: string[] = [];
  const orphans: string[] = [];
  let page: { PutRequest: { Item: Record<string, { S: string }> } }[] = [];
  for (let at = 0; at < ITEMS; at += 1) {
    const key = { id: { S: `item-${at}` } };
    const objectOf = (attribute: number, run: string) =>
      objectKey(descriptor, key, `a${attribute}`, String(attribute).padStart(64, '0'), run);
    const live = Array.from({ length: ATTRIBUTES }, (_, attribute) =>
      objectOf(attribute, runOf(at, 'update')),
    );
    referenced.push(...live);
    for (let attribute = 0; attribute < (LEFT[at % 2] ?? 0); attribute += 1) {
      orphans.push(objectOf(attribute, runOf(at, 'create')));
    }
    const pointers = live.map((object, attribute) => [
      `a${attribute}`,
      { S: formatPointer(descriptor.bucket, object) },
    ]);
    page.push({ PutRequest: { Item: { ...key, ...Object.fromEntries(pointers) } } });
    if (page.length < 25 && at < ITEMS - 1) continue;
    await dynamodb.send(new BatchWriteItemCommand({ RequestItems: { [descriptor.table]: page } }));
    page = [];
  }
  return { referenced, orphans };
}

/** Years ago, so that nothing of it can be to come. A run of ten items: batches ask about a hundred or so. */
function runOf(at: number, operation: 'create' | 'update'): string {
  return formatRun({ operation, name: `run-${Math.floor(at / 10)}`, startTime: '2020-01-01T00:00:00.000Z' });
}

/** Without an SDK, which would take most of the time. */
async function putAll(keys: readonly string[]): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const { bucket } = store.descriptor;
  const next = keys.values();
  const work = async () => {
    for (const key of next)
      await put(agent, `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`);
  };
  await Promise.all(Array.from({ length: 16 }, work));
  agent.destroy();
}

function put(agent: Agent, path: string): Promise<void> {
  const { hostname, port } = new URL(store.cloud.endpoint);
  return new Promise((resolve, reject) => {
    const sent = request({ agent, hostname, port, path, method: 'PUT' }, (answer) => {
      answer.resume();
      answer.on('end', () =>
        answer.statusCode === 200 ? resolve() : reject(new Error(`PUT ${answer.statusCode}`)),
      );
    });
    sent.on('error', reject);
    sent.end('x');
  });
}

/** Megabytes of the whole process: the cloud, its functions and this test. */
function watchMemory() {
  const now = () => Math.round(process.memoryUsage().rss / 1024 ** 2);
  const before = now();
  let peak = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, now());
  }, 100);
  return {
    stop: () => {
      clearInterval(timer);
      return { before, peak };
    },
  };
}
