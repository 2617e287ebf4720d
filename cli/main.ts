#!/usr/bin/env node
// The command `twinwrite`.

import { checkInstalled } from '../local/needs.ts';
import { useLocalDefaults } from './local-defaults.ts';
import { needsOf } from './needs.ts';
import { tellOfSilence } from './silence.ts';

void main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<void> {
  try {
    checkInstalled('twinwrite', needsOf(argv));
  } catch (error) {
    process.stderr.write(`error: ${(error as Error).message}\n`);
    process.exitCode = 1;
    return;
  }
  useLocalDefaults(process.env);
  // Standard error is for the one line that says what went wrong.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const [{ EXIT }, { print, processIo }, { run }] = await Promise.all([
    import('./errors.ts'),
    import('./io.ts'),
    import('./run.ts'),
  ]);
  // A reader that stops early, such as `head`, is no failure worth a stack trace.
  process.stdout.on('error', () => process.exit(EXIT.failed));
  tellOfSilence((line) => void print(process.stderr, line));
  process.exitCode = await run(argv, processIo());
  // What is still under way then keeps the process: a call that nobody answers.
  if (process.exitCode === EXIT.interrupted) process.exit();
}
