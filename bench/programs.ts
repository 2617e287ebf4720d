// Programs that measure, each in a process group of its own, so that an interruption ends what they have started, too. What they
// write to the temporary folder goes with them.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
type Signal = keyof typeof SIGNALS;
/** How long a group that was told to end may take until it is killed. */
const GRACE_MS = 5000;

/** The user, or the system, has ended it all. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly exitCode: number;

  constructor(signal: Signal) {
    super(signal);
    this.exitCode = SIGNALS[signal];
  }
}

export class Programs {
  readonly #folder: string;
  #child: ChildProcess | undefined;
  #signal: Signal | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
    for (const signal of Object.keys(SIGNALS) as Signal[]) process.on(signal, this.#interrupt);
  }

  static async open(): Promise<Programs> {
    return new Programs(await mkdtemp(join(tmpdir(), 'twinwrite-bench-')));
  }

  /**
   * The last line that a program prints, as JSON; undefined when it fails.
   * @param program - a file below bench/
   * @throws {Interrupted}
   */
  async run(program: string, options: readonly string[]): Promise<object | undefined> {
    this.#check();
    const argv = ['--expose-gc', '--import', 'tsx', join(import.meta.dirname, program), ...options, '--json'];
    const env = {
      ...process.env,
      TMPDIR: this.#folder,
      // What is kept from run to run stays where it is.
      BENCH_CACHE: process.env.BENCH_CACHE ?? tmpdir(),
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    };
    const child = spawn(process.execPath, argv, {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    this.#child = child;
    try {
      const [printed, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
      this.#check();
      const line = printed.trim().split('\n').at(-1) ?? '';
      return code === 0 ? (JSON.parse(line) as object) : undefined;
    } finally {
      this.#child = undefined;
      endGroup(child, 'SIGKILL'); // what it may have left running
    }
  }

  async close(): Promise<void> {
    for (const signal of Object.keys(SIGNALS) as Signal[]) process.off(signal, this.#interrupt);
    await rm(this.#folder, { recursive: true, force: true });
  }

  #check(): void {
    if (this.#signal !== undefined) throw new Interrupted(this.#signal);
  }

  readonly #interrupt = (signal: NodeJS.Signals): void => {
    this.#signal ??= signal as Signal;
    const child = this.#child;
    if (child === undefined) return;
    endGroup(child, 'SIGTERM');
    setTimeout(() => endGroup(child, 'SIGKILL'), GRACE_MS).unref();
  };
}

function endGroup({ pid }: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // There is none any more.
  }
}
