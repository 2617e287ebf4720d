// `twinwrite replay`

import { type Command, InvalidArgumentError } from 'commander';
import { type AuditContext, timeNow } from '../../../audit/context.ts';
import type { ReplayPreview, RunFilter } from '../../../audit/index.ts';
import type { ReplayResult } from '../../../audit/replay/replay-work.ts';
import {
  asCount,
  connectAudit,
  filterOf,
  interruptible,
  type RunFilterOptions,
  withRunFilter,
} from '../../audit.ts';
import { CommandFailed, Interrupted, UsageError } from '../../errors.ts';
import { jsonText } from '../../exact-json.ts';
import { canAsk, confirmed } from '../../input/ask.ts';
import { noRunsText, withTimeFilter } from '../../input/times.ts';
import { type Io, print, widthOf } from '../../io.ts';
import { withStackOptions } from '../../store.ts';
import { statusLine } from '../../text/progress.ts';
import {
  isFailure,
  previewJson,
  previewText,
  resultJson,
  resultText,
  summaryText,
} from '../../text/replay-text.ts';
import { timeText } from '../../text/run-rows.ts';

interface ReplayCommandOptions extends RunFilterOptions {
  readonly dryRun?: true;
  readonly force?: true;
  readonly yes?: true;
  readonly limit?: number;
  /** Milliseconds between starts. */
  readonly rate: number;
  readonly wait: boolean;
}

/** Previews under way at a time; each is a handful of calls. */
const PREVIEWS_AT_A_TIME = 4;

export function registerReplay(program: Command, io: Io): void {
  withStackOptions(
    withTimeFilter(
      withRunFilter(program.command('replay').description('let failed runs go on, or run them anew')),
    ),
  )
    .argument('[run...]', 'names or ARNs of runs; or choose them by --outcome and --since')
    .option('--limit <number>', 'of the runs chosen, the newest so many', asCount)
    .option('--dry-run', 'only say what would be done')
    .option('--force', 'go on although the item has moved on, or a person has to decide: you did')
    .option('--yes', 'do not ask')
    .option('--rate <number/unit>', 'at most so many starts: 5/s, 30/m', asPause, asPause('5/s'))
    .option('--no-wait', 'do not wait for the runs to end')
    .addHelpText(
      'after',
      `
A run that stopped half-way is redriven: it goes on from where it stopped. One that was rejected or rolled back is
run anew, with the same input, as NAME-replay-1. A run is replayed once, however often the command is given.
Express runs are not replayed; one that was in doubt or stuck goes on as a run of the Standard lane, which is.

Exit code 1 when a run could not be replayed, or its replay did not commit.

Examples:
  $ twinwrite replay create-42-01M8A42470BRZ4A0KNRHRYDN4H
  $ twinwrite replay --outcome rolled-back,stuck --since 24h --dry-run
  $ twinwrite replay --outcome stuck --since 2h --yes --rate 1/s`,
    )
    .action((runs: readonly string[], options: ReplayCommandOptions) => replayRuns(runs, options, io));
}

async function replayRuns(runs: readonly string[], options: ReplayCommandOptions, io: Io): Promise<void> {
  const isBulk = runs.length === 0;
  checkChoice(isBulk, options, io);
  const context = await connectAudit(options, io);
  const previews = await interruptible(io, 'interrupted; nothing was replayed', async (signal) => {
    const filter = isBulk ? await filterOf(options, context) : undefined;
    const found = await previewAll(context, filter ?? runs, options, io, signal);
    const none = filter && found.length === 0 ? noRunsText(filter, timeNow(context)) : undefined;
    await say(found, options, io, isBulk);
    if (none !== undefined && !options.json) await print(io.stderr, none);
    if (options.dryRun || !isBulk || options.yes || !found.some(isPossible)) return found;
    const count = found.filter(isPossible).length;
    if (await confirmed(`Replay ${count} run${count === 1 ? '' : 's'}?`, io, signal)) return found;
    throw new CommandFailed('nothing was replayed');
  });
  if (options.dryRun) return;
  const results = await carryOutAll(context, previews.filter(isPossible), options, io);
  const refused = previews
    .filter((preview) => !isPossible(preview))
    .map((preview): ReplayResult => ({ preview }));
  if (options.json) for (const result of refused) await print(io.stdout, jsonText(resultJson(result)));
  await conclude([...results, ...refused], isBulk, io, options);
}

function checkChoice(isBulk: boolean, options: ReplayCommandOptions, io: Io): void {
  const { outcome, since, operation, item, until, limit } = options;
  if (!isBulk) {
    const given = Object.entries({ outcome, since, operation, item, until, limit }).find(
      ([, value]) => value !== undefined,
    );
    if (given !== undefined) throw new UsageError(`--${given[0]}: not together with runs by name`);
    return;
  }
  if (outcome === undefined) throw new UsageError('name runs, or choose them by --outcome and --since');
  if (since === undefined) throw new UsageError('--since: say how far back to look, for example 24h');
  if (!options.dryRun && !options.yes && !canAsk(io)) {
    throw new UsageError('--yes: needed where nobody can be asked (--dry-run shows what would be done)');
  }
}

async function previewAll(
  context: AuditContext,
  chosenBy: readonly string[] | RunFilter,
  options: ReplayCommandOptions,
  io: Io,
  signal: AbortSignal,
): Promise<ReplayPreview[]> {
  const { inOrder, listRuns, previewReplay, resolveRun } = await import('../../../audit/index.ts');
  const status = statusLine(io.stderr);
  async function* chosen(): AsyncGenerator<string, void, undefined> {
    if (isNames(chosenBy)) {
      // All of them first: a mistyped name must not be found when others are replayed already.
      yield* new Set(await Promise.all(chosenBy.map((name) => resolveRun(context, name, { signal }))));
      return;
    }
    // Express runs are not replayed; those that failed in a way that can be mended go on in the Standard lane.
    const lanes = ['standard'] as const;
    const list = { ...chosenBy, lanes, limit: options.limit, signal };
    for await (const run of listRuns(context, {
      ...list,
      onProgress: ({ found, reached }) => status.update(`${found} runs found, back to ${timeText(reached)}`),
    })) {
      yield run.executionArn;
    }
  }
  try {
    const previews: ReplayPreview[] = [];
    const preview = (arn: string) => previewReplay(context, arn, { force: options.force ?? false, signal });
    for await (const each of inOrder(chosen(), PREVIEWS_AT_A_TIME, preview)) {
      previews.push(each);
      status.update(`${previews.length} runs looked at`);
    }
    // Of an item's runs the oldest comes first, as they did.
    const byStart = (one: ReplayPreview, other: ReplayPreview) =>
      Number(one.run.startedAt) - Number(other.run.startedAt);
    return isNames(chosenBy) ? previews : previews.sort(byStart);
  } finally {
    status.end();
  }
}

function isNames(chosenBy: readonly string[] | RunFilter): chosenBy is readonly string[] {
  return Array.isArray(chosenBy);
}

/** Says what would be done, before anything is. */
async function say(
  previews: readonly ReplayPreview[],
  { dryRun, json, yes }: ReplayCommandOptions,
  io: Io,
  isBulk: boolean,
): Promise<void> {
  if (json && dryRun) {
    for (const preview of previews) await print(io.stdout, jsonText(previewJson(preview)));
    return;
  }
  const isToAsk = isBulk && !yes;
  if (json && !isToAsk) return;
  // Whoever is asked must have read it, wherever the results go.
  const output = json ? io.stderr : io.stdout;
  for (const preview of previews) await print(output, previewText(preview, widthOf(output)));
}

async function carryOutAll(
  context: AuditContext,
  previews: readonly ReplayPreview[],
  options: ReplayCommandOptions,
  io: Io,
): Promise<ReplayResult[]> {
  if (previews.length === 0) return [];
  const { carryOut } = await import('../../../audit/replay/replay-work.ts');
  const controller = new AbortController();
  const stopListening = io.onSignal(['SIGINT'], () => controller.abort());
  io.interruption.says = 'interrupted; replays that were started go on: the same command replays the rest';
  const status = statusLine(io.stderr);
  const results: ReplayResult[] = [];
  try {
    for await (const result of carryOut(context, previews, {
      ...{ everyMs: options.rate, wait: options.wait, signal: controller.signal },
      onChange: ({ started, ended }) => status.update(bar(ended, previews.length, `${started} started`)),
    })) {
      results.push(result);
      status.clear();
      const line = options.json ? jsonText(resultJson(result)) : resultText(result, widthOf(io.stdout));
      await print(io.stdout, line);
    }
  } finally {
    status.end();
    stopListening();
  }
  if (!controller.signal.aborted) return results;
  const started = results.filter(({ executionArn }) => executionArn !== undefined).length;
  throw new Interrupted(
    `interrupted: ${started} of ${previews.length} replays were started and go on; the same command replays the rest`,
  );
}

/** The last line of many, and the exit code of all. */
async function conclude(
  results: readonly ReplayResult[],
  isBulk: boolean,
  io: Io,
  { json }: ReplayCommandOptions,
): Promise<void> {
  const failures = results.filter((result) => isFailure(result, results));
  const [only] = failures;
  if (only !== undefined && !isBulk && results.length === 1)
    throw new CommandFailed(resultText(only, Number.POSITIVE_INFINITY));
  const text = summaryText(results);
  if (failures.length > 0) throw new CommandFailed(text);
  if (results.length > 1 && !json) await print(io.stdout, text);
}

function isPossible({ kind }: ReplayPreview): boolean {
  return kind !== 'refused';
}

const BAR_WIDTH = 30;

function bar(done: number, of: number, note: string): string {
  const filled = Math.round((done / of) * BAR_WIDTH);
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${done} of ${of} (${note})`;
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/** Timers take no longer pause than some 24 days. */
const LONGEST_PAUSE_MS = 24 * 3_600_000;

/** Milliseconds between starts at a rate. */
function asPause(text: string): number {
  const [, count = '0', unit = 's'] = /^(\d{1,4}(?:\.\d+)?)(?:\/([smh]))?$/.exec(text) ?? [];
  const pause = (UNITS[unit] as number) / Number(count);
  if (!(pause <= LONGEST_PAUSE_MS))
    throw new InvalidArgumentError('Expected a rate such as 5/s, 30/m or 100/h.');
  return pause;
}
