// Runs commands in this process, with streams and signals that a test holds.

import { Readable, Writable } from 'node:stream';
import type { Io, Output } from '../../cli/io.ts';
import { run } from '../../cli/run.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly bytes: Buffer;
  readonly err: string;
}

export interface TerminalOptions {
  readonly stdin?: Readable;
  /** Whether standard error is a terminal. */
  readonly isTTY?: boolean;
  /** Whether standard output is one. */
  readonly isOutTTY?: boolean;
  /** What standard output says of its width. */
  readonly columns?: number;
}

export class Terminal {
  readonly #listeners = new Set<{
    readonly signals: readonly NodeJS.Signals[];
    heard(signal: NodeJS.Signals): void;
  }>();
  readonly #out = collector();
  readonly #err = collector();
  readonly #io: Io;

  constructor({ stdin = Readable.from([]), isTTY = false, isOutTTY = false, columns }: TerminalOptions = {}) {
    this.#io = {
      stdin,
      stdout: Object.assign(this.#out.stream, { isTTY: isOutTTY }, columns === undefined ? {} : { columns }),
      stderr: Object.assign(this.#err.stream, { isTTY }),
      env: process.env,
      onSignal: (signals, listener) => {
        const entry = { signals, heard: listener };
        this.#listeners.add(entry);
        return () => this.#listeners.delete(entry);
      },
      interruption: { says: 'interrupted' },
    };
  }

  /** Whether the command itself listens, beside what sees to it that it ends. */
  get listens(): boolean {
    return this.#listeners.size > 1;
  }

  signal(signal: NodeJS.Signals): void {
    const hearing = [...this.#listeners].filter(({ signals }) => signals.includes(signal));
    if (hearing.length === 0) throw new Error(`nobody listens for ${signal}`);
    for (const listener of hearing) {
      this.#listeners.delete(listener); // once, as processIo has it
      listener.heard(signal);
    }
  }

  get out(): string {
    return this.#out.bytes().toString();
  }

  async run(...argv: string[]): Promise<Ran> {
    const code = await run(argv, this.#io);
    const bytes = this.#out.bytes();
    return { code, out: bytes.toString(), bytes, err: this.#err.bytes().toString() };
  }
}

export function twinwrite(...argv: string[]): Promise<Ran> {
  return new Terminal().run(...argv);
}

function collector(): { stream: Output; bytes: () => Buffer } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _, done) => {
      chunks.push(chunk);
      done();
    },
  });
  return { stream, bytes: () => Buffer.concat(chunks) };
}
