// `twinwrite tail`

import { type Command, InvalidArgumentError } from 'commander';
import { connectAudit, filterOf, type RunFilterOptions, withLaneFilter, withRunFilter } from '../../audit.ts';
import { jsonText } from '../../exact-json.ts';
import { type Io, print } from '../../io.ts';
import { withStackOptions } from '../../store.ts';
import { statusLine } from '../../text/progress.ts';
import { runTable } from '../../text/run-rows.ts';

interface TailOptions extends RunFilterOptions {
  readonly interval: number;
}

export function registerTail(program: Command, io: Io): void {
  withStackOptions(
    withLaneFilter(withRunFilter(program.command('tail').description('follow runs as they end'))),
  )
    .option('--interval <seconds>', 'how often to look', asSeconds, 3)
    .addHelpText(
      'after',
      `
--json prints one object per line. Ctrl-C ends it. Express runs are told by their
log: late, and those that went well at the level ALL only.

Examples:
  $ twinwrite tail
  $ twinwrite tail --outcome stuck,unknown --json`,
    )
    .action((options: TailOptions) => tail(options, io));
}

async function tail(options: TailOptions, io: Io): Promise<void> {
  const controller = new AbortController();
  // To be ended so is what it is for: no error.
  const stopListening = io.onSignal(['SIGINT', 'SIGTERM'], () => controller.abort());
  const status = statusLine(io.stderr);
  try {
    const context = await connectAudit(options, io);
    const { followRuns } = await import('../../../audit/runs/follow.ts');
    const { operations, outcomes, lanes, key } = await filterOf(options, context);
    const table = runTable(io.stdout, io.env);
    if (!options.json) await print(io.stdout, table.header);
    for await (const run of followRuns(context, {
      ...{ operations, outcomes, lanes, key, signal: controller.signal },
      intervalMs: options.interval * 1000,
      onLook: (inFlight) => status.update(`${inFlight} in flight; Ctrl-C ends`),
    })) {
      status.clear();
      await print(io.stdout, options.json ? jsonText(run) : table.row(run));
    }
  } finally {
    status.end();
    stopListening();
  }
}

function asSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds >= 0.1 && seconds <= 3600)) throw new InvalidArgumentError('Expected 0.1 to 3600.');
  return seconds;
}
