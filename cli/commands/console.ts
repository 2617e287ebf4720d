// `twinwrite console`: the page over the runs of a store, in the foreground.

import { join } from 'node:path';
import type { Command } from 'commander';
import { PACKAGE_ROOT } from '../../lib/package-root.ts';
import { connectAudit } from '../audit.ts';
import { CommandFailed, reportOf } from '../errors.ts';
import { jsonText } from '../exact-json.ts';
import { asPort, portInUse } from '../input/port.ts';
import { type Io, print } from '../io.ts';
import { type StackChoice, withStackOptions } from '../store.ts';

interface ConsoleCommandOptions extends StackChoice {
  readonly port: number;
}

export function registerConsole(program: Command, io: Io): void {
  withStackOptions(
    program
      .command('console')
      .description('a page on this machine that shows runs and items, replays runs and stops them')
      .option('--port <number>', 'port on 127.0.0.1; 0: a free one', asPort, 4577),
  )
    .addHelpText(
      'after',
      `
It prints an address to open in a browser, and runs until Ctrl-C. The page acts with your own AWS credentials, so the
address holds a secret that is new at each start: whoever has it can do what you can do. It answers on 127.0.0.1 only,
and to no other page.

Examples:
  $ twinwrite console
  $ twinwrite console --port 0 --stack MyStack --region eu-central-1`,
    )
    .action((options: ConsoleCommandOptions) => serve(options, io, program.version() ?? ''));
}

async function serve(options: ConsoleCommandOptions, io: Io, version: string): Promise<void> {
  const stopAsked = new Promise<void>((resolve) => {
    io.onSignal(['SIGINT', 'SIGTERM'], () => resolve());
  });
  const { PageMissing, startConsole } = await import('../../console/server/index.ts');
  const endpoint = io.env.AWS_ENDPOINT_URL || undefined;
  const running = await startConsole({
    context: await connectAudit(options, io),
    port: options.port,
    pageFolder: join(PACKAGE_ROOT, 'dist', 'console', 'web'),
    version,
    endpoint,
    explain: (error) => reportOf(error, endpoint).line,
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') throw portInUse(options.port);
    throw error instanceof PageMissing ? new CommandFailed(error.message) : error;
  });
  try {
    const { url, port } = running;
    await print(io.stdout, options.json ? jsonText({ url, port }) : introduction(url));
    await stopAsked;
  } finally {
    await running.stop();
  }
}

function introduction(url: string): string {
  return `Twinwrite's console runs. Open this address; it holds this start's secret, so keep it to yourself:

  ${url}

Ctrl-C stops it.`;
}
