// `twinwrite stop`

import type { Command } from 'commander';
import { connectAudit, interruptible } from '../../audit.ts';
import { jsonText } from '../../exact-json.ts';
import { type Io, print } from '../../io.ts';
import { type StackChoice, withStackOptions } from '../../store.ts';

interface StopCommandOptions extends StackChoice {
  readonly cause: string;
}

export function registerStop(program: Command, io: Io): void {
  withStackOptions(program.command('stop').description('stop a run half-way; a replay lets it go on'))
    .argument('<run>', "the run's name or ARN, or a link to it in the AWS console")
    .option('--cause <text>', "why; the run's description keeps it", 'stopped by twinwrite stop')
    .addHelpText(
      'after',
      `
The item stays consistent; objects of the run may be left until it goes on. It can be replayed for 14 days.

Examples:
  $ twinwrite stop update-42-01M8A425CWP2ZQVJ2632CYBN6W --cause 'wrong picture'`,
    )
    .action((run: string, options: StopCommandOptions) => stop(run, options, io));
}

async function stop(text: string, options: StopCommandOptions, io: Io): Promise<void> {
  const context = await connectAudit(options, io);
  const { resolveRun, stopRun } = await import('../../../audit/index.ts');
  const run = await interruptible(io, 'interrupted; the run may have been stopped', async (signal) =>
    stopRun(context, await resolveRun(context, text, { signal }), { cause: options.cause, signal }),
  );
  const line = `${run.name}: stopped; to let it go on: twinwrite replay ${run.name}`;
  await print(io.stdout, options.json ? jsonText(run) : line);
}
