// `twinwrite runs`

import type { Command } from 'commander';
import { type AuditContext, timeNow } from '../../../audit/context.ts';
import type { ListProgress, RunFilter } from '../../../audit/runs/list.ts';
import { LANES } from '../../../audit/runs/summary.ts';
import {
  asCount,
  connectAudit,
  filterOf,
  interruptible,
  type RunFilterOptions,
  withLaneFilter,
  withRunFilter,
} from '../../audit.ts';
import { UsageError } from '../../errors.ts';
import { jsonText } from '../../exact-json.ts';
import { noRunsText, withTimeFilter } from '../../input/times.ts';
import { type Io, print } from '../../io.ts';
import { withStackOptions } from '../../store.ts';
import { statusLine } from '../../text/progress.ts';
import { CSV_HEADER, csvRow, runTable, timeText } from '../../text/run-rows.ts';

interface RunsOptions extends RunFilterOptions {
  readonly limit?: number;
  readonly csv?: true;
}

/** Rows of a table without --limit; programs get all. */
const DEFAULT_ROWS = 20;

export function registerRuns(program: Command, io: Io): void {
  withStackOptions(
    withTimeFilter(
      withLaneFilter(withRunFilter(program.command('runs').description('list runs, newest first'))),
    ),
  )
    .option(
      '--limit <number>',
      `at most so many (default: ${DEFAULT_ROWS}; with --json or --csv all)`,
      asCount,
    )
    .option('--csv', 'print comma-separated values, with a header')
    .addHelpText(
      'after',
      `
--json prints one object per line. AWS remembers runs for 90 days after their end. Of Express runs there is only what
they have logged: at level ERROR none of those that went well, and no item unless an error names it.

Examples:
  $ twinwrite runs --since 24h --outcome rolled-back --outcome stuck
  $ twinwrite runs --item id=42 --limit 5
  $ twinwrite runs --lane express --since 1h
  $ twinwrite runs --since 7d --csv > runs.csv`,
    )
    .action((options: RunsOptions) => runs(options, io));
}

async function runs(options: RunsOptions, io: Io): Promise<void> {
  if (options.csv && options.json) throw new UsageError('--csv: there is --json too');
  const context = await connectAudit(options, io);
  const filter = await filterOf(options, context);
  const { listRuns } = await import('../../../audit/runs/list.ts');
  const isTable = !options.json && !options.csv;
  const isCut = isTable && options.limit === undefined;
  const limit = options.limit ?? (isTable ? DEFAULT_ROWS : Number.POSITIVE_INFINITY);
  const table = runTable(io.stdout, io.env);
  const status = statusLine(io.stderr);
  let printed = 0;
  let nameless = 0;
  const onProgress = (progress: ListProgress): void => {
    const { scanned, found, reached } = progress;
    nameless = progress.nameless ?? 0;
    status.update(`${scanned} runs looked at, back to ${timeText(reached)}: ${found} found`);
  };
  await interruptible(
    io,
    () => `interrupted after ${printed} runs`,
    async (signal) => {
      try {
        if (options.csv) await print(io.stdout, CSV_HEADER);
        // One more than is shown tells whether there are more.
        const wanted = isCut ? limit + 1 : limit;
        for await (const run of listRuns(context, { ...filter, limit: wanted, signal, onProgress })) {
          status.clear();
          if (printed === limit) {
            await print(io.stderr, `the newest ${limit}; more with --limit`);
            if (nameless > 0) await print(io.stderr, namelessText(nameless));
            return;
          }
          if (isTable && printed === 0) await print(io.stdout, table.header);
          await print(io.stdout, options.json ? jsonText(run) : options.csv ? csvRow(run) : table.row(run));
          printed += 1;
        }
        if (printed === 0) {
          const none = noneText(filter, context);
          if (isTable) await print(io.stderr, none);
        }
        if (nameless > 0) await print(io.stderr, namelessText(nameless));
      } finally {
        status.end();
      }
    },
  );
}

/** Of Express runs the log may have nothing. @throws {UsageError} for a window in the future */
function noneText(filter: RunFilter, context: AuditContext): string {
  const none = noRunsText(filter, timeNow(context));
  const { lanes = LANES } = filter;
  return context.store.express !== undefined && lanes.includes('express')
    ? `${none}; of Express runs those alone are told that their log has, at level ERROR none that went well`
    : none;
}

function namelessText(count: number): string {
  const runs = count === 1 ? '1 Express run is' : `${count} Express runs are`;
  return `${runs} left out: their log does not tell which item they were on (--lane express lists them)`;
}
