// What the documentation shows is what the code says and does.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, inject, it } from 'vitest';
import { generatedFiles } from '../../docs/generate.ts';
import { startLocalCloud } from '../../local/index.ts';

const root = join(import.meta.dirname, '..', '..');
const run = promisify(execFile);

describe('generated documentation', async () => {
  it.each([...(await generatedFiles())])('%s is current (`npm run docs` writes it)', async (path, text) => {
    expect(await readFile(join(root, path), 'utf8')).toBe(text);
  });
});

describe('examples', () => {
  it.each([
    ['quick-start.ts', ["title: 'The cat'", '<h1>The cat</h1>']],
    ['reading.ts', ['image/png', '100 %\n640 x 400\n', 'cat.png', '<h1>A cat</h1>\n<h1>The cat</h1>\n']],
  ])('%s runs', async (example, lines) => {
    await using cloud = await startLocalCloud({ assembly: inject('assembly'), warmUp: false });
    const { stdout } = await run('node', ['--import', 'tsx', join(root, 'examples', example)], {
      cwd: join(root, 'examples', 'files'),
      env: { ...process.env, ...cloud.env, TSX_TSCONFIG_PATH: join(root, 'tsconfig.json') },
    });
    for (const line of lines) expect(stdout).toContain(line);
  });

  it('stack.ts synthesises', async () => {
    await run('node', ['--import', 'tsx', join(root, 'examples', 'stack.ts')], {
      env: { ...process.env, TSX_TSCONFIG_PATH: join(root, 'tsconfig.json') },
    });
  });
});
