// Measures an upload of a generated stream of 2 GB: the peak memory of the process that makes it, and its throughput beside
// that of the SDK's own `Upload` of the same bytes. The local cloud runs in this process and keeps its data in a folder.
// Run: npm run bench:upload [-- bytes [rounds]]. Fails when the memory passes its limit.

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { App } from 'aws-cdk-lib';
import { build } from 'esbuild';
import { LargeItemStack } from '../lib/index.ts';
import { startLocalCloud } from '../local/index.ts';
import type { Measured, Uploader } from './uploader.ts';

const MEGABYTE = 1e6;
const MAX_RSS = 200 * MEGABYTE;
const ROUNDS = Number(process.argv[3] ?? 1);

const bytes = Number(process.argv[2] ?? 2e9);
const run = promisify(execFile);
const folder = await mkdtemp(join(tmpdir(), 'twinwrite-bench-'));

/** As an app runs: bundled, without what compiles TypeScript, which has a hundred megabytes of its own. */
async function bundleUploader(): Promise<string> {
  const outfile = join(folder, 'uploader.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'uploader.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  return outfile;
}

async function main(): Promise<void> {
  const app = new App({ outdir: join(folder, 'assembly'), analyticsReporting: false });
  new LargeItemStack(app, 'Twinwrite');
  app.synth();
  await using cloud = await startLocalCloud({
    assembly: join(folder, 'assembly'),
    data: join(folder, 'data'),
  });
  const program = await bundleUploader();
  const measure = async (uploader: Uploader): Promise<Measured> => {
    const env = { ...process.env, ...cloud.env };
    const { stdout } = await run(process.execPath, [program, uploader, String(bytes)], { env });
    const measured = JSON.parse(stdout) as Measured;
    const { seconds, peakRss } = measured;
    const [rate, rss] = [bytes / seconds, peakRss].map((value) => Math.round(value / MEGABYTE));
    console.log(
      `${uploader.padEnd(8)} ${seconds.toFixed(1).padStart(6)} s  ${rate} MB/s  peak RSS ${rss} MB`,
    );
    return measured;
  };

  console.log(`a stream of ${bytes / MEGABYTE} MB, ${ROUNDS} rounds`);
  const rounds: { readonly client: Measured; readonly sdk: Measured }[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    rounds.push({ client: await measure('client'), sdk: await measure('sdk') });
  }
  const fastest = (uploader: Uploader) => Math.min(...rounds.map((round) => round[uploader].seconds));
  const peakRss = Math.max(...rounds.map(({ client }) => client.peakRss));
  console.log(`throughput: ${((fastest('sdk') / fastest('client')) * 100).toFixed(0)} % of the SDK's`);
  console.log(`peak RSS: ${Math.round(peakRss / MEGABYTE)} MB, at most ${MAX_RSS / MEGABYTE} MB`);
  if (peakRss > MAX_RSS) process.exitCode = 1;
}

try {
  await main();
} finally {
  await rm(folder, { recursive: true });
}
