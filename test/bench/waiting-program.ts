// A program for test/bench/programs.test.ts: starts another that never ends, and waits for it. Writes its id, and where it may write
// temporary files, to a file.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';

const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
writeFileSync(process.argv[2] as string, JSON.stringify({ pid: child.pid, folder: tmpdir() }));
await once(child, 'exit');
