// Measures `client.getMany` with the content of a large attribute of each item, beside BatchGetItem and GetObject by the SDK alone, in
// processes of their own that take turns. The local cloud runs in this process.
//
//   npm run bench:many [-- --items 2000] [--rounds 5] [--json]

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { synthesize } from '../cli/commands/local/synth.ts';
import { storeIn } from '../core/contract/store.ts';
import { startLocalCloud } from '../local/index.ts';
import { CONTENT_BYTES, fillStore } from './many/store.ts';
import { spreadText } from './statistics.ts';
import { bundled, inTurns, measureApart, type Way } from './transfer/apart.ts';

/** What this program prints. */
export interface ManyResult {
  readonly items: number;
  readonly contentBytes: number;
  readonly rounds: number;
  readonly ways: readonly Way[];
}

const { values } = parseArgs({
  options: {
    items: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});
const say = values.json ? console.error : console.log;
const [items, rounds] = [Number(values.items), Number(values.rounds)];
const folder = await mkdtemp(join(tmpdir(), 'twinwrite-bench-'));
const assembly = await synthesize();
try {
  const ways = await measureAll();
  const result: ManyResult = { items, contentBytes: CONTENT_BYTES, rounds, ways };
  if (values.json) console.log(JSON.stringify(result));
} finally {
  await Promise.all([assembly.remove(), rm(folder, { recursive: true })]);
}

async function measureAll(): Promise<readonly Way[]> {
  await using cloud = await startLocalCloud({ assembly: assembly.folder });
  const { endpoint, region, credentials } = cloud;
  const config = { endpoint, region, credentials };
  const [dynamodb, s3] = [new DynamoDBClient(config), new S3Client({ ...config, forcePathStyle: true })];
  await fillStore({ dynamodb, s3, store: storeIn(cloud.outputs.Twinwrite ?? {}) }, items);
  for (const client of [dynamodb, s3]) client.destroy();
  const program = await bundled('../many/reader.ts', folder);
  say(`${items} items with ${CONTENT_BYTES} bytes each, ${rounds} rounds; median (min to max)`);
  const ways = await inTurns({ SDK: 'SDK', client: 'SDK' }, rounds, (name) =>
    measureApart(program, [name, String(items)], cloud.env),
  );
  for (const { name, seconds, cpuSeconds, cpuRatio } of ways) {
    say(
      `${name.padEnd(7)} ${spreadText(seconds, 2)} s, ${(items / seconds.median).toFixed(0)} items a second, ${spreadText(cpuSeconds, 2)} s of processor time (${cpuRatio.toFixed(2)} of the SDK's)`,
    );
  }
  return ways;
}
