// Measures that the memory of a download does not grow with the object: one of 2 GB is read through `.stream()`,
// `.toFile()` and the command line, each in a process of its own, whose peak is reported.
// Run: npm run bench:download -- [megabytes]

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { synthesize } from '../cli/commands/local/synth.ts';
import { run } from '../cli/run.ts';
import { LargeItemClient, type LargeObject } from '../client/index.ts';
import { startLocalCloud } from '../local/index.ts';
import { peakRss } from './peak-rss.ts';

const MEBIBYTE = 1024 ** 2;
const KEY = 'bench';

/** Each gives the number of bytes that it has read. */
const READERS: Readonly<Record<string, () => Promise<number>>> = {
  'the item alone': async () => {
    await film();
    return 0;
  },
  '.stream()': async () => {
    let bytes = 0;
    for await (const chunk of (await film()).stream()) bytes += chunk.length;
    return bytes;
  },
  '.toFile()': async () => {
    const file = join(process.env.BENCH_FOLDER as string, 'film');
    await (await film()).toFile(file);
    return (await stat(file)).size;
  },
  'twinwrite get': async () => {
    let bytes = 0;
    const sink = new Writable({
      write: (chunk: Uint8Array, _, done) => {
        bytes += chunk.length;
        done();
      },
    });
    const io = { stdin: process.stdin, stdout: sink, stderr: process.stderr, env: process.env };
    await run(['get', '--key', `id=${KEY}`, '--out', 'film=-'], {
      ...io,
      onSignal: () => () => undefined,
      interruption: { says: '' },
    });
    return bytes;
  },
};

async function film(): Promise<LargeObject> {
  const client = await LargeItemClient.fromEnvironment();
  return (await client.get({ id: KEY }))?.large.film as LargeObject;
}

interface Measured {
  readonly bytes: number;
  readonly seconds: number;
  readonly peak: number;
}

/** In the process that is measured. */
async function measure(reader: string): Promise<void> {
  const since = performance.now();
  const bytes = (await READERS[reader]?.()) ?? 0;
  const seconds = (performance.now() - since) / 1000;
  console.log(JSON.stringify({ bytes, seconds, peak: await peakRss() } satisfies Measured));
}

async function measureApart(reader: string, env: NodeJS.ProcessEnv): Promise<Measured> {
  const child = spawn(process.execPath, ['--import', 'tsx', import.meta.filename, '--reader', reader], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (code !== 0) throw new Error(`${reader} ended with ${code}`);
  return JSON.parse(output) as Measured;
}

async function* noise(megabytes: number): AsyncGenerator<Uint8Array> {
  const block = Uint8Array.from({ length: MEBIBYTE }, (_, at) => (at * 2_654_435_761) >>> 24);
  for (let n = 0; n < megabytes; n++) {
    block.set([n & 255, n >> 8]);
    yield block.slice();
  }
}

async function main(megabytes: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'twinwrite-bench-'));
  const assembly = await synthesize();
  try {
    await using cloud = await startLocalCloud({ assembly: assembly.folder });
    Object.assign(process.env, cloud.env);
    const client = await LargeItemClient.fromEnvironment();
    await client.create({ key: { id: KEY }, largeAttributes: { film: noise(megabytes) } });
    console.log(`an object of ${megabytes} MiB`);
    for (const reader of Object.keys(READERS)) {
      const { bytes, seconds, peak } = await measureApart(reader, { ...cloud.env, BENCH_FOLDER: folder });
      const rate = bytes === 0 ? '' : `   ${Math.round(bytes / MEBIBYTE / seconds)} MiB/s`;
      const [read, rss] = [bytes, peak].map((count) => `${Math.round(count / MEBIBYTE)} MiB`.padStart(9));
      console.log(
        `${reader.padEnd(16)} read ${read} in ${seconds.toFixed(1).padStart(5)} s   peak rss ${rss}${rate}`,
      );
    }
  } finally {
    await Promise.all([assembly.remove(), rm(folder, { recursive: true })]);
  }
}

// The SDK's reminder about Node.js versions of 2027 would stand between the figures.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
const [first, reader] = process.argv.slice(2);
if (first === '--reader') await measure(reader as string);
else await main(Number(first ?? 2048));
