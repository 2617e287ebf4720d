// Measures a download of an object of 2 GB through `.stream()`, `.toFile()` and the command line, beside the SDK's own GetObject,
// each in a process of its own; all take turns. The SDK's checks the SHA-256 that S3 keeps of the saga's copy.
//
//   npm run bench:download [-- --bytes 2e9] [--rounds 1] [--json]

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { parseArgs } from 'node:util';
import { synthesize } from '../cli/commands/local/synth.ts';
import { LargeItemClient } from '../client/index.ts';
import { startLocalCloud } from '../local/index.ts';
import manifest from '../package.json' with { type: 'json' };
import { bundled, inTurns, lineOf, measureApart, measureProgram, type Way } from './transfer/apart.ts';
import { KEY, WAYS_DOWN } from './transfer/down.ts';

const MEBIBYTE = 1024 ** 2;
const COMMAND = 'twinwrite get';
const MAIN = join(import.meta.dirname, '..', manifest.bin.twinwrite);

/** What this program prints. */
export interface DownloadResult {
  readonly download: { readonly bytes: number; readonly rounds: number; readonly ways: readonly Way[] };
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
  if (values.json)
    console.log(JSON.stringify({ download: { bytes, rounds, ways } } satisfies DownloadResult));
} finally {
  await Promise.all([assembly.remove(), rm(folder, { recursive: true })]);
}

async function measureAll(): Promise<readonly Way[]> {
  await using cloud = await startLocalCloud({ assembly: assembly.folder, data: join(folder, 'data') });
  Object.assign(process.env, cloud.env);
  const client = await LargeItemClient.fromStack();
  const content = Readable.from(noise(bytes), { objectMode: false });
  await client.create({ key: { id: KEY }, largeAttributes: { film: content } });
  const program = await bundled('downloader.ts', folder);
  say(`down: an object of ${bytes / 1e6} MB, ${rounds} rounds; median (min to max)`);
  const atExit = await bundled('at-exit.ts', folder);
  const env = { ...cloud.env, BENCH_FOLDER: folder };
  const argv = [MAIN, 'get', '--key', `id=${KEY}`, '--out', 'film=-'];
  const ways = await inTurns({ ...WAYS_DOWN, [COMMAND]: 'SDK' }, rounds, (name) =>
    name === COMMAND
      ? measureProgram(argv, { atExit, bytes, env })
      : measureApart(program, [name, String(bytes)], env),
  );
  for (const way of ways) say(lineOf(way, bytes));
  return ways;
}

function* noise(size: number): Generator<Uint8Array> {
  const block = Uint8Array.from({ length: MEBIBYTE }, (_, at) => (at * 2_654_435_761) >>> 24);
  for (let at = 0; at < size; at += MEBIBYTE) {
    block.set([(at / MEBIBYTE) & 255, at >> 28]);
    yield block.slice(0, Math.min(MEBIBYTE, size - at));
  }
}
