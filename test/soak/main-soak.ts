// `npm run soak`: see soak.ts.

import { parseArgs } from 'node:util';
import { synthesize } from '../../cli/commands/local/synth.ts';
import { bundleTasks } from '../../lambdas/bundle.ts';
import { numberOption } from './options.ts';
import { reportText } from './report.ts';
import { soak } from './soak.ts';

const HELP = `usage: npm run soak -- --minutes N [options]

Writers and readers on a few items of a store on the local cloud, while calls fail and runs are stopped. Then every run is
redriven until it ends, and everything is checked: what was acknowledged is there, no item points at nothing, nothing is left
behind but what may be, and what clients saw of each item can have happened. Ctrl-C ends the load; the check follows.
Exit code 1: it did not hold.

  --minutes N   how long the load lasts; a fraction will do
  --seed S      of what is done, and of what fails; how it interleaves differs each time (default: 1)
  --writers W   at once (default: 8)
  --data DIR    keep the cloud's data in this folder (default: in memory)
  --json        print the report as one line of JSON
  --help`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    seed: { type: 'string', default: '1' },
    writers: { type: 'string', default: '8' },
    data: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

async function main(minutes: string): Promise<void> {
  const options = {
    seconds: numberOption('minutes', minutes, 0.01) * 60,
    seed: numberOption('seed', values.seed, 0),
    writers: numberOption('writers', values.writers, 1),
    data: values.data,
  };
  const over = new AbortController();
  process.once('SIGINT', () => over.abort());
  await bundleTasks();
  const product = await synthesize();
  try {
    const report = await soak({
      ...options,
      assembly: product.folder,
      signal: over.signal,
      onProgress: (line) => console.error(line),
    });
    console.log(values.json ? JSON.stringify(report) : reportText(report));
    if (report.violations.length > 0) process.exitCode = 1;
  } finally {
    await product.remove();
  }
}

if (values.help) console.log(HELP);
else if (values.minutes === undefined) {
  console.error(HELP);
  process.exitCode = 2;
} else await main(values.minutes);
