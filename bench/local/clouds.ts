// The clouds that are measured, each in a process of its own: the local cloud as it is built, and MiniStack from PyPI.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import manifest from '../../package.json' with { type: 'json' };

export interface Cloud {
  readonly name: string;
  readonly port: number;
  /** What it said of itself at its start, if it did. */
  readonly said: Readonly<Record<string, unknown>>;
  /** Seconds of processor time that it took until its first answer; undefined where that is not told. */
  readonly startCpu: number | undefined;
  /** Seconds of processor time that it has taken so far. */
  processorSeconds(): Promise<number | undefined>;
  /** What it holds in memory; undefined where that is not told. */
  memory(): Promise<Memory | undefined>;
  stop(): Promise<void>;
}

/** Bytes. */
export interface Memory {
  readonly rss: number;
  readonly peak: number;
}

const VERSION = '1.5.33';
const MAIN = join(import.meta.dirname, '..', '..', manifest.bin.twinwrite);
const START_MS = 60_000;
const run = promisify(execFile);

export async function startOurs(): Promise<Cloud> {
  const child = spawn(process.execPath, [MAIN, 'local', '--port', '0', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const said = JSON.parse(line) as Record<string, unknown>;
  const port = Number(new URL(String(said.endpoint)).port);
  return started('ours', child, port, '/_local/health', said);
}

/** @param python - of an environment that has MiniStack */
export async function startMiniStack(python: string): Promise<Cloud> {
  const port = await freePort();
  const child = spawn(join(python, '..', 'ministack'), [], {
    // It binds all addresses unless it is told otherwise.
    env: { ...process.env, BIND_HOST: '127.0.0.1', GATEWAY_PORT: String(port), LOG_LEVEL: 'ERROR' },
    stdio: 'ignore',
  });
  return started('MiniStack', child, port, '/_ministack/health', {});
}

/** An environment with MiniStack in the temporary folder, made the first time; undefined where Python or the package is not to be had. */
export async function findPython(): Promise<string | undefined> {
  const folder = join(process.env.BENCH_CACHE ?? tmpdir(), `twinwrite-bench-ministack-${VERSION}`);
  const python = join(folder, 'bin', 'python');
  if (existsSync(join(folder, 'bin', 'ministack'))) return python;
  try {
    await run('python3', ['-m', 'venv', folder]);
    await run(python, ['-m', 'pip', 'install', '--quiet', `ministack==${VERSION}`]);
    return python;
  } catch (error) {
    console.error(`without MiniStack: ${(error as Error).message.split('\n')[0]}`);
    return undefined;
  }
}

async function started(
  name: string,
  child: ChildProcess,
  port: number,
  healthPath: string,
  said: Cloud['said'],
): Promise<Cloud> {
  const until = Date.now() + START_MS;
  while (!(await answers(`http://127.0.0.1:${port}${healthPath}`))) {
    if (child.exitCode !== null || Date.now() > until) throw new Error(`${name} does not start`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    name,
    port,
    said,
    startCpu: await processorSeconds(child.pid ?? 0),
    processorSeconds: () => processorSeconds(child.pid ?? 0),
    memory: () => memoryOf(child.pid ?? 0),
    stop: async () => {
      const ended = child.exitCode === null ? once(child, 'exit') : undefined;
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function answers(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(5_000) }).then(
    async (response) => (await response.text()) !== '' || response.ok,
    () => false,
  );
}

/** From /proc, which Linux has: hundredths of a second of user and system time. */
async function processorSeconds(pid: number): Promise<number | undefined> {
  try {
    const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return undefined;
  }
}

/** From /proc, too. */
async function memoryOf(pid: number): Promise<Memory | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const [rss, peak] = ['VmRSS', 'VmHWM'].map(
    (name) => new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1],
  );
  return rss === undefined || peak === undefined
    ? undefined
    : { rss: 1024 * Number(rss), peak: 1024 * Number(peak) };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no free port');
  return address.port;
}
