// The command `twinwrite` as a function: arguments in, exit code out.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { PACKAGE_ROOT } from '../lib/package-root.ts';
import { registerConsole } from './commands/console.ts';
import { registerFsck } from './commands/fsck.ts';
import { registerCreate } from './commands/items/create.ts';
import { registerDelete } from './commands/items/delete.ts';
import { registerGet } from './commands/items/get.ts';
import { registerImport } from './commands/items/import.ts';
import { registerPut } from './commands/items/put.ts';
import { registerQuery } from './commands/items/query.ts';
import { registerScan } from './commands/items/scan.ts';
import { registerUpdate } from './commands/items/update.ts';
import { registerLocal } from './commands/local/local.ts';
import { registerReplay } from './commands/runs/replay.ts';
import { registerRuns } from './commands/runs/runs.ts';
import { registerSettle } from './commands/runs/settle.ts';
import { registerShow } from './commands/runs/show.ts';
import { registerStop } from './commands/runs/stop.ts';
import { registerTail } from './commands/runs/tail.ts';
import { registerSweep } from './commands/sweep.ts';
import { EXIT, Interrupted, reportOf } from './errors.ts';
import { jsonText } from './exact-json.ts';
import { type Io, print, widthOf } from './io.ts';

/**
 * Runs one command to its end.
 * @param argv - without node and script
 * @returns one of {@link EXIT}
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    await withinASecondOfCtrlC(io, createProgram(io).parseAsync(argv, { from: 'user' }));
    return EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done; // --help, --version
    if (error instanceof CommanderError && error.code === 'commander.help') return EXIT.usage; // and help is shown
    const { exitCode, line, json } = reportOf(error, io.env.AWS_ENDPOINT_URL);
    await print(io.stderr, argv.includes('--json') ? jsonText(json) : `error: ${line}`);
    return exitCode;
  }
}

/** Commands end by themselves at Ctrl-C; what hangs all the same, such as a call that nobody answers, is not waited for. */
const GRACE_MS = 800;

async function withinASecondOfCtrlC(io: Io, command: Promise<unknown>): Promise<void> {
  let grace: NodeJS.Timeout | undefined;
  let stopListening = (): void => undefined;
  const interrupted = new Promise<never>((_, reject) => {
    stopListening = io.onSignal(['SIGINT'], () => {
      grace = setTimeout(() => reject(new Interrupted(io.interruption.says)), GRACE_MS);
    });
  });
  try {
    await Promise.race([command, interrupted]);
  } finally {
    stopListening();
    clearTimeout(grace);
  }
}

function createProgram(io: Io): Command {
  const program = new Command('twinwrite')
    .description('Keeps DynamoDB items and the S3 objects of their large attributes consistent.')
    .version(packageVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: () => undefined, // run() prints it
      getOutHelpWidth: () => Math.min(widthOf(io.stdout), 100),
      getErrHelpWidth: () => Math.min(widthOf(io.stderr), 100),
    })
    .addHelpText(
      'after',
      `
AWS is found as every SDK finds it: AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL and so on.

Exit codes: 0 done, 1 failed, 2 wrong command line, 130 interrupted`,
    );
  registerLocal(program, io);
  registerCreate(program, io);
  registerPut(program, io);
  registerUpdate(program, io);
  registerDelete(program, io);
  registerGet(program, io);
  registerQuery(program, io);
  registerScan(program, io);
  registerImport(program, io);
  registerRuns(program, io);
  registerShow(program, io);
  registerReplay(program, io);
  registerSettle(program, io);
  registerStop(program, io);
  registerTail(program, io);
  registerSweep(program, io);
  registerFsck(program, io);
  registerConsole(program, io);
  return program;
}

function packageVersion(): string {
  const text = readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
