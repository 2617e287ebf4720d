// One sandbox as the evaluator holds it: a worker thread with nothing of the host's, which is ended when an evaluation
// takes too long.

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { workerProgram } from '../../worker-program.ts';
import type { Evaluated, EvaluationRequest, SandboxSetup } from './protocol.ts';

const MAX_HEAP_MB = 512;
const PROBLEM = 'threw an error during evaluation: ';

let program: Promise<URL> | undefined;

export class Sandbox {
  private readonly progress = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  private readonly worker: Promise<Worker>;
  private since: number | undefined;
  private ended = false;
  private answer: ((evaluated: Evaluated) => void) | undefined;

  constructor() {
    this.worker = this.start();
  }

  /** False once the thread has ended: it evaluates no more. */
  get alive(): boolean {
    return !this.ended;
  }

  /** How long the thread has been at its evaluation, in milliseconds; its start does not count. */
  get busyMs(): number {
    return this.since === undefined ? 0 : performance.now() - this.since;
  }

  /** One at a time. Rejects only where no thread can be started. */
  async evaluate(request: EvaluationRequest, limitMs: number): Promise<Evaluated> {
    const worker = await this.worker;
    if (this.ended) return this.cutShort('The evaluator ended');
    worker.ref();
    this.since = performance.now();
    const timer = setTimeout(
      () => this.end('Expression evaluation timeout: Check for infinite loop'),
      limitMs,
    );
    try {
      return await new Promise((resolve) => {
        this.answer = resolve;
        worker.postMessage(request);
      });
    } finally {
      clearTimeout(timer);
      worker.unref();
      this.since = undefined;
    }
  }

  close(): void {
    this.end('The evaluator ended');
  }

  private async start(): Promise<Worker> {
    program ??= workerProgram(
      new URL(`./sandbox/worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
    );
    const worker = new Worker(await program, {
      workerData: { progress: this.progress.buffer as SharedArrayBuffer } satisfies SandboxSetup,
      env: {},
      execArgv: [],
      argv: [],
      stdin: false,
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
    try {
      // That it is ready.
      await once(worker, 'message');
    } catch (error) {
      this.ended = true;
      throw error;
    }
    worker.unref();
    worker.on('message', (evaluated: Evaluated) => this.settle(evaluated));
    worker.on('error', (error: NodeJS.ErrnoException) => {
      const outOfMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      this.end(outOfMemory ? 'Expression evaluation ran out of memory' : error.message);
    });
    worker.on('exit', () => this.end('The evaluator ended'));
    return worker;
  }

  private end(why: string): void {
    if (this.ended) return;
    this.ended = true;
    void this.worker.then(
      (worker) => worker.terminate(),
      () => undefined,
    );
    this.settle(this.cutShort(why));
  }

  private settle(evaluated: Evaluated): void {
    this.answer?.(evaluated);
    this.answer = undefined;
  }

  private cutShort(why: string): Evaluated {
    const index = Atomics.load(this.progress, 0);
    return { values: '[]', failure: { index, problem: `${PROBLEM}${why}` } };
  }
}
