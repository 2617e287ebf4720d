// `npm run explore`: see docs/consistency.md.

import { run } from './command/run.ts';

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const CLEAR_LINE = '\r\u001b[2K';
const interruption = new AbortController();
process.once('SIGINT', () => interruption.abort());

// A reader that stops early, such as `head`, is no failure worth a stack trace.
process.stdout.on('error', () => process.exit(1));

process.exitCode = await run(process.argv.slice(2), {
  print: (line) => void process.stdout.write(`${line}\n`),
  progress: (line) => {
    if (process.stderr.isTTY) process.stderr.write(`${CLEAR_LINE}${line}`);
  },
  fail: (line) => void process.stderr.write(`${line}\n`),
  signal: interruption.signal,
});
