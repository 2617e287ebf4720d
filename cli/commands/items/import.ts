// `twinwrite import`

import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import type { Command } from 'commander';
import { oneLine } from '../../../audit/drawing/text.ts';
import type { BatchOptions, BatchOutcome, BatchProgress, CreateInput, Lane } from '../../../client/index.ts';
import { asCount } from '../../audit.ts';
import { CommandFailed, Interrupted, reportOf, UsageError } from '../../errors.ts';
import { exactJson } from '../../exact-json.ts';
import { type BadLine, importLines } from '../../input/import-lines.ts';
import { openInput } from '../../input/lines.ts';
import { type Io, print } from '../../io.ts';
import { connect, type StackChoice, withStackOptions } from '../../store.ts';
import { type StatusLine, statusLine } from '../../text/progress.ts';
import { laneOption } from './write.ts';

interface ImportOptions extends StackChoice {
  readonly batch?: string;
  readonly concurrency?: number;
  readonly overwrite?: true;
  readonly stopAtFailure?: true;
  readonly lane?: Lane;
}

export function registerImport(program: Command, io: Io): void {
  withStackOptions(
    program.command('import <file>').description('create or put items from newline-delimited JSON'),
  )
    .option('--batch <name>', 'name of the import: run again under it, nothing is written twice')
    .option('--concurrency <number>', 'items under way at a time (default: 32)', asCount)
    .option('--overwrite', 'replace items that are there, as `put` does')
    .option('--stop-at-failure', 'take no further lines once one has failed')
    .addOption(laneOption())
    .addHelpText(
      'after',
      `
Each line is an object; - reads standard input:
  {"key": {"id": "42"}, "attributes": {"title": "Hello"},
   "largeAttributes": {"note": "text", "page": {"text": "<p>", "contentType": "text/html"},
                       "picture": {"file": "cat.png"}, "hash": {"base64": "AP8="}}}
Files are relative to the folder of FILE. An interrupted import goes on when it is run again with the name
that it printed; lines that had failed are tried anew. With --json each line's outcome is an object on
standard output. With --lane express an import has no name, and cannot be taken up: what is written is told by --json.

Examples:
  $ twinwrite import cats.ndjson
  $ twinwrite import cats.ndjson --overwrite
  $ gunzip -c cats.ndjson.gz | twinwrite import - --batch cats-2026 --json > outcomes.ndjson`,
    )
    .action((file: string, options: ImportOptions) => new Import(file, options, io).run());
}

type Outcome = BatchOutcome<CreateInput>;

/** One run of the command. */
class Import {
  readonly #file: string;
  readonly #options: ImportOptions;
  readonly #io: Io;
  /** Undefined by the Express lane: its writes have no names that stand for them. */
  readonly #batch: string | undefined;
  readonly #status: StatusLine;
  readonly #abort = new AbortController();
  /** Numbers of the lines under way. */
  readonly #lines = new WeakMap<CreateInput, number>();
  readonly #badLines: BadLine[] = [];
  #bad = 0;

  constructor(file: string, options: ImportOptions, io: Io) {
    this.#file = file;
    this.#options = options;
    this.#io = io;
    const isExpress = options.lane === 'express';
    if (isExpress && options.batch !== undefined) {
      throw new UsageError('--batch: not together with --lane express, whose runs cannot be found again');
    }
    this.#batch = isExpress ? undefined : (options.batch ?? newName());
    this.#status = statusLine(io.stderr);
  }

  get #interruption(): string {
    return this.#batch === undefined
      ? 'interrupted; what has become of the writes under way is not known'
      : `interrupted; runs that were started go on: the same command with --batch ${this.#batch} does the rest`;
  }

  /** What has become of an item that is written. */
  get #done(): string {
    return this.#options.overwrite ? 'put' : 'created';
  }

  async run(): Promise<void> {
    const { io, source } = { io: this.#io, source: await openInput(this.#file, this.#io.stdin) };
    const stopListening = io.onSignal(['SIGINT'], () => {
      this.#abort.abort();
      source.destroy(); // also while it waits for a line
    });
    try {
      const client = await connect(this.#options, io);
      const options: BatchOptions<CreateInput> = {
        batch: this.#batch,
        lane: this.#options.lane,
        concurrency: this.#options.concurrency,
        stopAtFailure: this.#options.stopAtFailure,
        signal: this.#abort.signal,
        onProgress: (progress) => this.#status.update(progressText(progress, this.#bad, this.#done)),
      };
      const inputs = this.#inputs(source);
      const batch = this.#options.overwrite
        ? client.putMany(inputs, options)
        : client.createMany(inputs, options);
      io.interruption.says = this.#interruption;
      // At the start, so that it is known also to who has to kill the command.
      if (!this.#options.json && this.#batch !== undefined) await print(io.stderr, `batch ${this.#batch}`);
      for await (const outcome of batch) {
        await this.#printBadLines();
        await this.#printOutcome(outcome);
      }
      await this.#printBadLines();
      this.#status.end();
      await this.#printSummary(batch.progress);
    } finally {
      this.#status.end();
      stopListening();
      source.destroy();
    }
  }

  async *#inputs(source: Readable): AsyncGenerator<CreateInput> {
    const folder = this.#file === '-' ? process.cwd() : dirname(this.#file);
    const onBadLine = (error: BadLine): void => {
      this.#bad += 1;
      this.#badLines.push(error);
    };
    try {
      for await (const { number, input } of importLines(source, folder, onBadLine)) {
        if (this.#options.stopAtFailure && this.#bad > 0) return;
        this.#lines.set(input, number);
        yield input;
      }
    } catch (error) {
      if (!this.#abort.signal.aborted) throw error; // else it is the end of a source that was destroyed
    }
  }

  async #printBadLines(): Promise<void> {
    for (const { number, message } of this.#badLines.splice(0)) {
      await this.#printFailure({ line: number, status: 'not-written', error: 'BadLine', message });
    }
  }

  async #printOutcome(outcome: Outcome): Promise<void> {
    const line = this.#lines.get(outcome.input);
    const { status, input } = outcome;
    if ('result' in outcome) {
      const { version, executionArn } = outcome.result;
      if (!this.#options.json) return;
      await print(this.#io.stdout, exactJson({ line, status, key: input.key, version, executionArn }));
      return;
    }
    const { executionArn } = outcome as { executionArn?: string };
    const report =
      status === 'not-started' ? {} : reportOf(outcome.error, this.#io.env.AWS_ENDPOINT_URL).json;
    await this.#printFailure({
      line,
      status,
      key: input.key,
      ...report,
      ...(executionArn && { executionArn }),
    });
  }

  async #printFailure(failure: Readonly<Record<string, unknown>>): Promise<void> {
    this.#status.clear();
    if (this.#options.json) return print(this.#io.stdout, exactJson(failure));
    if (failure.status === 'not-started' || failure.status === 'interrupted') return; // in the summary
    const { line, status, message } = failure;
    await print(this.#io.stderr, oneLine(`line ${line}: ${status}: ${message}`));
  }

  async #printSummary(progress: BatchProgress): Promise<void> {
    const { written, writtenBefore, interrupted } = progress;
    const failed = progress.failed + this.#bad;
    const before = writtenBefore > 0 ? `, ${writtenBefore} had been ${this.#done} before` : '';
    const summary = { batch: this.#batch, written, writtenBefore, failed, interrupted };
    if (this.#options.json) await print(this.#io.stderr, JSON.stringify(summary));
    else {
      const counts = [`${written} ${this.#done}${before}`];
      if (failed > 0) counts.push(`${failed} failed`);
      if (interrupted > 0) counts.push(`${interrupted} were under way`);
      await print(this.#io.stdout, counts.join(', '));
    }
    if (this.#batch === undefined) {
      if (this.#abort.signal.aborted) throw new Interrupted(this.#interruption);
      if (failed > 0) throw new CommandFailed(`${failed} failed: their lines say why`);
      return;
    }
    const overwrite = this.#options.overwrite ? ' --overwrite' : '';
    const again = `twinwrite import ${this.#file}${overwrite} --batch ${this.#batch}`;
    if (this.#abort.signal.aborted) throw new Interrupted(`interrupted; to go on: ${again}`);
    if (failed > 0) throw new CommandFailed(`${failed} failed; to try them anew, corrected: ${again}`);
  }
}

/** By the time and a bit of chance: a name that no other import has. */
function newName(): string {
  const time = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  return `import-${time}-${Math.random().toString(36).slice(2, 8)}`;
}

function progressText(
  { written, writtenBefore, failed, inFlight, perSecond }: BatchProgress,
  bad: number,
  verb: string,
): string {
  const done = [`${written} ${verb}`, ...(writtenBefore > 0 ? [`${writtenBefore} before`] : [])];
  const failures = failed + bad > 0 ? [`${failed + bad} failed`] : [];
  return [...done, ...failures, `${inFlight} under way`, `${perSecond.toFixed(1)}/s`].join(', ');
}
