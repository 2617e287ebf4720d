// Processes that move content and measure themselves: as an app runs, bundled, without what compiles TypeScript, which has a
// hundred megabytes of its own.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { build } from 'esbuild';
import { ratioOf, type Spread, spreadOf, spreadText } from '../statistics.ts';
import type { Measured } from './measuring.ts';

const MEGABYTE = 1e6;

/** @param program - beside this file @returns the bundle's path */
export async function bundled(program: string, folder: string): Promise<string> {
  const outfile = join(folder, `${basename(program, '.ts')}.mjs`);
  await build({
    entryPoints: [join(import.meta.dirname, program)],
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

/** Runs a bundle, which prints what it measured. @throws {Error} when it fails */
export async function measureApart(
  bundle: string,
  options: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Measured> {
  const child = spawn(process.execPath, [bundle, ...options], {
    env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (code !== 0) throw new Error(`${options.join(' ')} ended with ${code}`);
  return JSON.parse(output) as Measured;
}

/**
 * Runs a program as it is, its start included, and reads all that it writes.
 * @param atExit - the bundle of at-exit.ts
 */
export async function measureProgram(
  argv: readonly string[],
  {
    atExit,
    bytes,
    env,
  }: { readonly atExit: string; readonly bytes: number; readonly env: NodeJS.ProcessEnv },
): Promise<Measured> {
  const file = `${atExit}.json`;
  const child = spawn(process.execPath, ['--import', atExit, ...argv], {
    env: { ...process.env, ...env, BENCH_MEASURED: file },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let read = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    read += chunk.length;
  });
  const [code] = await once(child, 'close');
  if (code !== 0 || read !== bytes)
    throw new Error(`${argv.join(' ')} ended with ${code} after ${read} bytes`);
  return JSON.parse(await readFile(file, 'utf8')) as Measured;
}

/** One way to do it, over the rounds. */
export interface Way {
  readonly name: string;
  readonly seconds: Spread;
  readonly cpuSeconds: Spread;
  /** Bytes of the process's memory at most, in the worst of the rounds. */
  readonly peakRss: number;
  /** The way by the SDK alone that it is held against, and how many times of that one it takes of the processor, and of time. */
  readonly against: string;
  readonly cpuRatio: number;
  readonly ratio: number;
}

/** Every way in turn, a round after the other. @param ways - each with the one that it is held against */
export async function inTurns(
  ways: Readonly<Record<string, string>>,
  rounds: number,
  measure: (name: string) => Promise<Measured>,
): Promise<readonly Way[]> {
  const measured = new Map<string, Measured[]>(Object.keys(ways).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, of] of measured) of.push(await measure(name));
  }
  const spreads = [...measured].map(([name, of]) => ({
    name,
    seconds: spreadOf(of.map(({ seconds }) => seconds)),
    cpuSeconds: spreadOf(of.map(({ cpuSeconds }) => cpuSeconds)),
    peakRss: Math.max(...of.map(({ peakRss }) => peakRss)),
  }));
  return spreads.map((way) => {
    const against = ways[way.name] as string;
    const other = spreads.find(({ name }) => name === against);
    if (other === undefined) throw new Error(`${against} is not measured`);
    const cpuRatio = ratioOf(way.cpuSeconds, other.cpuSeconds);
    return { ...way, against, cpuRatio, ratio: ratioOf(way.seconds, other.seconds) };
  });
}

/** A way as a line, of so many bytes. */
export function lineOf(
  { name, seconds, cpuSeconds, peakRss, against, cpuRatio }: Way,
  bytes: number,
): string {
  const rate = Math.round(bytes / MEGABYTE / seconds.median);
  return [
    `${name.padEnd(14)} ${spreadText(seconds, 2)} s, ${rate} MB/s,`,
    `${spreadText(cpuSeconds, 2)} s of processor time (${cpuRatio.toFixed(2)} of ${against}),`,
    `peak RSS ${Math.round(peakRss / MEGABYTE)} MB`,
  ].join(' ');
}
