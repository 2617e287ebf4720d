#!/usr/bin/env node
// The command `twinwrite`.

import { EXIT } from './errors.ts';
import { print, processIo } from './io.ts';
import { useLocalDefaults } from './local-defaults.ts';
import { run } from './run.ts';
import { tellOfSilence } from './silence.ts';

useLocalDefaults(process.env);
// Standard error is for the one line that says what went wrong.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
// A reader that stops early, such as `head`, is no failure worth a stack trace.
process.stdout.on('error', () => process.exit(EXIT.failed));
tellOfSilence((line) => void print(process.stderr, line));
void run(process.argv.slice(2), processIo()).then((exitCode) => {
  process.exitCode = exitCode;
  // What is still under way then keeps the process: a call that nobody answers.
  if (exitCode === EXIT.interrupted) process.exit();
});
