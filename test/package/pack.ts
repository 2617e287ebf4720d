// Packs the package as npm would publish it, and installs it in projects of people who use it.

import { execFile } from 'node:child_process';
import { cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { writeReadyMade } from '../../cli/commands/local/ready-made.ts';
import { writeFormats } from '../../package/formats.ts';

export const root = join(import.meta.dirname, '..', '..');
export const modules = join(root, 'node_modules');
export const run = promisify(execFile);

/**
 * Builds into a copy, so that nobody's dist/ changes.
 * @param folder - gets the tarball, and the copy beside it
 * @returns the tarball
 */
export async function pack(folder: string): Promise<string> {
  const copy = join(folder, 'package');
  const dist = join(copy, 'dist');
  const tsc = join(modules, 'typescript', 'bin', 'tsc');
  const config = join(root, 'tsconfig.build.json');
  await run(process.execPath, [tsc, '-p', config, '--outDir', join(dist, 'cjs')]);
  const copied = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'statemachines', 'docs'];
  for (const path of [...copied, 'dist/lambdas', 'dist/console']) {
    await cp(join(root, path), join(copy, path), { recursive: true });
  }
  await symlink(modules, join(copy, 'node_modules'));
  await writeFormats(dist);
  await copyStore(join(dist, 'store'));
  const { stdout } = await run(
    'npm',
    ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder],
    { cwd: copy },
  );
  return join(folder, stdout.trim());
}

/** Written where its assets are as near as in the package, since it names them by their way from it. */
async function copyStore(to: string): Promise<void> {
  const written = join(root, 'dist', `store-${process.pid}`);
  await writeReadyMade(written);
  await cp(written, to, { recursive: true });
  await rm(written, { recursive: true });
}

/** A project with these files and, by npm, these packages: from its cache where it has them. */
export async function project(
  folder: string,
  files: Readonly<Record<string, string>>,
  packages: readonly string[],
): Promise<void> {
  await write(folder, { 'package.json': '{ "private": true }', ...files });
  if (packages.length === 0) return;
  const options = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  await run('npm', ['install', ...options, ...packages], { cwd: folder });
}

export async function write(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

/** What a command prints; its failure has both of its outputs in the message. */
export async function output(folder: string, command: string, ...argv: readonly string[]): Promise<string> {
  const env = { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', NO_COLOR: '1' };
  const done = run(command, [...argv], { cwd: folder, env, maxBuffer: 2 ** 24 });
  const { stdout } = await done.catch(({ message, stdout: out, stderr }) => {
    throw new Error(`${message}\n${out}\n${stderr}`);
  });
  return stdout;
}
