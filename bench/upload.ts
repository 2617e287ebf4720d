// Measures an upload of a generated stream of 2 GB by the client, beside the SDK's own `Upload` of the same bytes, in processes of
// their own that take turns. The local cloud runs in this process and keeps its data in a folder. Fails when the client's memory
// passes its limit.
//
//   npm run bench:upload [-- --bytes 2e9] [--rounds 1] [--json]

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { synthesize } from '../cli/commands/local/synth.ts';
import { startLocalCloud } from '../local/index.ts';
import { bundled, inTurns, lineOf, measureApart, type Way } from './transfer/apart.ts';

const MEGABYTE = 1e6;
const MAX_RSS = 200 * MEGABYTE;
const WAYS = { SDK: 'SDK', client: 'SDK' };

/** What this program prints. */
export interface UploadResult {
  readonly upload: { readonly bytes: number; readonly rounds: number; readonly ways: readonly Way[] };
}

const { values } = parseArgs({
  options: {
    bytes: { type: 'string', default: '2e9' },
    rounds: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const say = values.json ? console.error : console.log;
const [bytes, rounds] = [Number(values.bytes), Number(values.rounds)];
const folder = await mkdtemp(join(tmpdir(), 'twinwrite-bench-'));
const assembly = await synthesize();
try {
  const ways = await measureAll();
  if (values.json) console.log(JSON.stringify({ upload: { bytes, rounds, ways } } satisfies UploadResult));
} finally {
  await Promise.all([assembly.remove(), rm(folder, { recursive: true })]);
}

async function measureAll(): Promise<readonly Way[]> {
  await using cloud = await startLocalCloud({ assembly: assembly.folder, data: join(folder, 'data') });
  const program = await bundled('uploader.ts', folder);
  say(`up: a stream of ${bytes / MEGABYTE} MB, ${rounds} rounds; median (min to max)`);
  const ways = await inTurns(WAYS, rounds, (name) => measureApart(program, [name, String(bytes)], cloud.env));
  for (const way of ways) say(lineOf(way, bytes));
  const peakRss = ways.find(({ name }) => name === 'client')?.peakRss ?? 0;
  if (peakRss > MAX_RSS) {
    say(`the client's peak RSS is over ${MAX_RSS / MEGABYTE} MB`);
    process.exitCode = 1;
  }
  return ways;
}
