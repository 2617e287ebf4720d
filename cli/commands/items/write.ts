// What create, update and delete share: options of content, the wait for the run, its interruption, and the result.

import { type Command, Option } from 'commander';
import { oneLine } from '../../../audit/drawing/text.ts';
import { TwinwriteError } from '../../../client/errors/errors.ts';
import { AnswerLost, WaitInterrupted } from '../../../client/errors/write-errors.ts';
import type { Lane, LargeItemClient, WriteOptions, WriteResult } from '../../../client/index.ts';
import { Interrupted } from '../../errors.ts';
import { exactJson } from '../../exact-json.ts';
import { asContentSource, collectMetadata } from '../../input/content.ts';
import { asJson, asText, pairs } from '../../input/pairs.ts';
import { type Io, print } from '../../io.ts';
import { connect, keyText, type StoreOptions, withStoreOptions } from '../../store.ts';
import { progressLine } from '../../text/progress.ts';

export interface WriteCommandOptions extends StoreOptions {
  readonly idempotencyKey?: string;
  readonly lane?: Lane;
  readonly inline?: boolean;
}

export function withWriteOptions(command: Command): Command {
  return withStoreOptions(command)
    .option(
      '--idempotency-key <name>',
      'makes it safe to run the command again: it is the name of the execution',
    )
    .addOption(laneOption());
}

/** `--lane`, of every command that writes items. */
export function laneOption(): Option {
  return new Option(
    '--lane <name>',
    'express: by one call of an Express workflow (default: standard)',
  ).choices(['standard', 'express']);
}

/** Adds `--set`, `--set-json`, `--large` and what goes with them. */
export function withContentOptions(command: Command): Command {
  return command
    .option('--set <name=text>', 'a plain attribute, as text', pairs(asText))
    .option('--set-json <name=json>', 'a plain attribute, of the type that the JSON has', pairs(asJson))
    .option(
      '--large <name=content>',
      'a large attribute: text, @FILE, or - for standard input',
      pairs(asContentSource),
    )
    .option(
      '--content-type <name=type>',
      "its content type (default: by the file's extension)",
      pairs(asText),
    )
    .option('--metadata <name:key=value>', 'user metadata of its object', collectMetadata)
    .option('--no-inline', "content never enters the run's input: it is staged, whatever its size");
}

/** Runs a write to its end, with its progress on a terminal, and prints its result. */
export async function runWrite(
  options: WriteCommandOptions,
  io: Io,
  write: (client: LargeItemClient, options: WriteOptions) => Promise<WriteResult>,
): Promise<void> {
  io.interruption.says = NOTHING_WRITTEN;
  const client = await connect(options, io);
  const controller = new AbortController();
  const progress = progressLine(io.stderr);
  const stopListening = io.onSignal(['SIGINT'], () => controller.abort());
  try {
    io.interruption.says =
      'interrupted; whether a run was started is not known: `twinwrite runs` shows it, `--idempotency-key` finds it again';
    const result = await write(client, {
      signal: controller.signal,
      onProgress: (state) => {
        if (state.phase === 'waiting') io.interruption.says = goesOn(state.executionArn);
        if (state.phase === 'running')
          io.interruption.says = isOpen(`twinwrite settle ${state.executionName}, with the same --key`);
        progress.update(state);
      },
      ...(options.lane && { lane: options.lane }),
      ...(options.inline === false && { inlineContent: false }),
      ...(options.idempotencyKey !== undefined && { idempotencyKey: options.idempotencyKey }),
    });
    progress.end();
    await print(io.stdout, options.json ? exactJson(result) : resultText(options, result));
  } catch (error) {
    progress.end();
    throw controller.signal.aborted ? interruption(error) : error;
  } finally {
    stopListening();
  }
}

function interruption(error: unknown): unknown {
  if (error instanceof WaitInterrupted) {
    const { executionArn } = error;
    return new Interrupted(goesOn(executionArn), executionArn);
  }
  if (error instanceof AnswerLost) return new Interrupted(isOpen(error.settle), error.executionArn);
  // Whatever else the library says of its own is an answer: the interrupt came too late to matter.
  const isAnswer = error instanceof TwinwriteError && error.name !== 'UploadFailed';
  return isAnswer ? error : new Interrupted(NOTHING_WRITTEN);
}

const NOTHING_WRITTEN = 'interrupted; nothing was written';

function isOpen(settle: string): string {
  return `interrupted; the write may or may not take effect; to find out: ${settle}`;
}

function goesOn(executionArn: string): string {
  return `interrupted; the run goes on by itself: ${executionArn}`;
}

function resultText(options: WriteCommandOptions, result: WriteResult): string {
  const { version, cleanup, letGo, largeAttributes, executionArn } = result;
  const outcome = version === null ? 'deleted' : `now at version ${version}`;
  const pointers = Object.entries(largeAttributes).map(([name, uri]) => `  ${name}  ${uri}`);
  return [
    `${keyText(options.key)}: ${outcome}`,
    ...pointers,
    ...letGo.map((uri) => `  ${uri} stays: other items may point at it`),
    ...(cleanup === 'deferred' ? ['  objects that are not needed any more are left for the sweeper'] : []),
    `  run  ${executionArn}`,
  ]
    .map((line) => `${/^ */.exec(line)?.[0]}${oneLine(line)}`)
    .join('\n');
}
