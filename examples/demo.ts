// `npm run demo`: the three sagas on real files, in a local cloud: what goes well, what is refused, and what fails
// half-way. Every expectation is a check; the exit code is 1 if one of them is not met.

import { synthesize } from '../cli/commands/local/synth.ts';
import { startLocalCloud } from '../local/index.ts';
import { ACTS } from './demo/acts.ts';
import { type Check, Screen } from './demo/screen.ts';
import { Stage } from './demo/stage.ts';

/** A write in doubt is written again after 15 s: here they pass in half a second. */
const TIME_SCALE = 30;

export interface DemoOptions {
  /** Takes the lines, of at most 80 columns. */
  readonly print: (line: string) => void;
  readonly color: boolean;
}

/** Plays all acts and gives the checks of all of them. */
export async function demo({ print, color }: DemoOptions): Promise<readonly Check[]> {
  const startedAt = performance.now();
  const screen = new Screen(print, color);
  screen.text('Synthesising the stack and starting a local cloud...');
  const assembly = await synthesize();
  try {
    const cloud = await startLocalCloud({ assembly: assembly.folder, timeScale: TIME_SCALE });
    try {
      screen.text(`The synthesised stack runs in a local cloud at ${cloud.endpoint}.`);
      screen.text('A pause of 15 s takes half a second in it. ↩ marks a compensation.');
      const stage = new Stage(cloud);
      for (const [at, act] of ACTS.entries()) {
        screen.heading(`${at + 1}. ${act.title}`);
        await act.play(stage, screen);
      }
    } finally {
      await cloud.stop();
    }
  } finally {
    await assembly.remove();
  }
  screen.summary((performance.now() - startedAt) / 1000);
  return screen.checks;
}

if (process.argv[1] === import.meta.filename) {
  // The demo is about sagas, not about the version of Node.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const color = process.stdout.isTTY === true && !process.env.NO_COLOR;
  const checks = await demo({ print: (line) => console.log(line), color });
  process.exitCode = checks.every(({ ok }) => ok) ? 0 : 1;
}
