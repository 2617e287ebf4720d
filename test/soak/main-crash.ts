// `npm run crash`: see crash.ts.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { crash } from './crash.ts';
import { numberOption } from './options.ts';
import { reportText } from './report.ts';

const HELP = `usage: npm run crash [-- options]

\`twinwrite local --data\` under load, killed again and again (SIGKILL) and started anew on the same folder. Then every run is
redriven until it ends, and everything is checked: what was acknowledged is there, no item points at nothing, nothing is left
behind but what may be, and what clients saw of each item can have happened. Ctrl-C ends the load; the check follows.
Exit code 1: it did not hold.

  --kills N     how often it is killed (default: 50)
  --seed S      of what is done, and when it is killed; how it interleaves differs each time (default: 1)
  --writers W   at once (default: 6)
  --json        print the report as one line of JSON
  --help`;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    writers: { type: 'string', default: '6' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const COMMAND = join(import.meta.dirname, '../../dist/cjs/cli/main.js');

async function main(): Promise<void> {
  const options = {
    kills: numberOption('kills', values.kills, 1),
    seed: numberOption('seed', values.seed, 0),
    writers: numberOption('writers', values.writers, 1),
  };
  const over = new AbortController();
  process.once('SIGINT', () => over.abort());
  const folder = await mkdtemp(join(tmpdir(), 'twinwrite-crash-'));
  try {
    const report = await crash({
      ...options,
      command: [COMMAND],
      data: join(folder, 'data'),
      signal: over.signal,
      onProgress: (line) => console.error(line),
    });
    console.log(values.json ? JSON.stringify(report) : reportText(report));
    if (report.violations.length > 0) process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (values.help) console.log(HELP);
else await main();
