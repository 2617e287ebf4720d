// `twinwrite sweep`

import { type Command, InvalidArgumentError, Option } from 'commander';
import type { EndedSweep, SweepProgress } from '../../audit/sweep.ts';
import { SagaError } from '../../core/errors/errors.ts';
import type { SweepInput } from '../../core/sweep/contract.ts';
import { parseGrace } from '../../core/sweep/contract.ts';
import { asCount, connectAudit } from '../audit.ts';
import { CommandFailed, Interrupted } from '../errors.ts';
import { jsonText } from '../exact-json.ts';
import { type Io, print } from '../io.ts';
import { type StackChoice, withStackOptions } from '../store.ts';
import { statusLine } from '../text/progress.ts';
import { progressText, sweepText } from '../text/sweep-text.ts';

interface SweepOptions extends StackChoice {
  readonly delete?: true;
  readonly dryRun?: true;
  readonly grace: string;
  readonly inventory?: SweepInput['inventory'];
  readonly concurrency?: number;
  readonly watch?: true;
  readonly legacy?: true;
  readonly run?: string;
}

/** Objects that are named on the terminal; the report names all. */
const SHOWN_OBJECTS = 20;

export function registerSweep(program: Command, io: Io): void {
  withStackOptions(
    program
      .command('sweep')
      .description('find the objects that no item points at, and delete them with --delete'),
  )
    .addOption(new Option('--dry-run', 'only say what would be deleted: the default').conflicts('delete'))
    .option('--delete', 'delete them')
    .option('--grace <duration>', 'leave what is younger: 90m, 24h, 7d; at least 1h', asGrace, '24h')
    .option('--inventory <uri>', 'go by the manifest.json of an S3 Inventory: s3://BUCKET/KEY', asInventory)
    .option('--legacy', 'also sweep what pynamodb_mate put; only once nothing writes with it any more')
    .option('--concurrency <number>', 'batches that are looked at side by side (default: 10)', asCount)
    .option('--watch', 'show how far it is')
    .addOption(
      new Option('--run <name>', 'show a sweep that was started before: its name or ARN').conflicts([
        'delete',
        'dryRun',
        'inventory',
        'concurrency',
      ]),
    )
    .addHelpText(
      'after',
      `
Deletes an object only if its item does not point at it, it is older than the grace, and the run that put it can do
nothing any more: 15 days after a stopped run's end. Ctrl-C leaves the sweep going.

Exit code 1 when objects could not be looked at or deleted.

Examples:
  $ twinwrite sweep --watch
  $ twinwrite sweep --delete --grace 7d
  $ twinwrite sweep --run sweep-01M8A42470BRZ4A0KNRHRYDN4H --watch`,
    )
    .action((options: SweepOptions) => sweep(options, io));
}

async function sweep(options: SweepOptions, io: Io): Promise<void> {
  const context = await connectAudit(options, io);
  const { reportedObjects, startSweep, sweepArn, watchSweep } = await import('../../audit/sweep.ts');
  const executionArn =
    options.run === undefined ? await startSweep(context, inputOf(options)) : sweepArn(context, options.run);
  io.interruption.says = interruption(executionArn).message;
  const { onProgress, end } = watcher(options, io);
  const controller = new AbortController();
  const stopListening = io.onSignal(['SIGINT'], () => controller.abort());
  let ended: EndedSweep;
  try {
    ended = await watchSweep(context, executionArn, { signal: controller.signal, onProgress });
  } catch (error) {
    throw controller.signal.aborted ? interruption(executionArn) : error;
  } finally {
    stopListening();
    end();
  }
  const { output, problem } = ended;
  if (output === undefined) throw new CommandFailed(`the sweep ${nameOf(executionArn)} failed: ${problem}`);
  if (options.json) {
    await print(io.stdout, jsonText({ executionArn, ...output }));
  } else {
    // Whoever may not read the report still gets its sums.
    const objects = await reportedObjects(context, output, SHOWN_OBJECTS).catch(() => []);
    await print(io.stdout, sweepText(executionArn, output, objects));
  }
  const { failed, failedBatches } = output;
  if (failed > 0 || failedBatches > 0) {
    throw new CommandFailed(
      `${failed} object${failed === 1 ? '' : 's'} could not be looked at or deleted; the next sweep tries again`,
    );
  }
}

function inputOf({ delete: deletes, grace, legacy, inventory, concurrency }: SweepOptions): SweepInput {
  return {
    dryRun: deletes !== true,
    grace,
    ...(legacy && { legacy }),
    ...(inventory && { inventory }),
    ...(concurrency !== undefined && { maxConcurrency: concurrency }),
  };
}

/** On a terminal one line that changes; elsewhere a line for each change. */
function watcher({ watch }: SweepOptions, { stderr }: Io) {
  if (watch !== true) return { onProgress: undefined, end: () => undefined };
  const line = statusLine(stderr);
  let last = '';
  const onProgress = (progress: SweepProgress): void => {
    const text = progressText(progress);
    line.update(text);
    if (stderr.isTTY !== true && text !== last) stderr.write(`${text}\n`);
    last = text;
  };
  return { onProgress, end: line.end };
}

function interruption(executionArn: string): Interrupted {
  return new Interrupted(
    `interrupted; the sweep goes on by itself: twinwrite sweep --run ${nameOf(executionArn)} shows it, aws stepfunctions stop-execution --execution-arn ${executionArn} stops it`,
    executionArn,
  );
}

function nameOf(executionArn: string): string {
  return executionArn.slice(executionArn.lastIndexOf(':') + 1);
}

function asGrace(text: string): string {
  try {
    parseGrace(text);
    return text;
  } catch (error) {
    if (error instanceof SagaError)
      throw new InvalidArgumentError(`${error.message.replace(/^grace: /, '')}.`);
    throw error;
  }
}

function asInventory(text: string): SweepInput['inventory'] {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(text) ?? [];
  if (bucket === undefined || key === undefined) throw new InvalidArgumentError('Expected s3://BUCKET/KEY.');
  return { bucket, key };
}
