// What is needed beyond what `npm install twinwrite` brings: packages that only some use, as optional peer dependencies.

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Of the local cloud: DynamoDB's storage, S3's XML, the language of state machines. */
export const LOCAL_CLOUD_NEEDS = ['dynalite', 'fast-xml-parser', 'jsonata'] as const;

/** A package is not installed. The message ends with the command that installs it, and all others that are missing. */
export class PackagesMissing extends Error {
  override readonly name = 'PackagesMissing';
}

/**
 * @param who - what needs the packages, as the message begins
 * @throws {PackagesMissing}
 */
export function checkInstalled(who: string, names: readonly string[]): void {
  const missing = names.filter((name) => !isInstalled(name));
  if (missing.length > 0) throw new PackagesMissing(`${who} needs: ${installCommand(missing)}`);
}

/** A command to copy, with the versions that package.json asks for; quoted, since shells read ^ and ~ in their own way. */
export function installCommand(names: readonly string[]): string {
  const ranges = peerDependencies();
  return `npm install ${names.map((name) => `"${name}@${ranges[name] ?? 'latest'}"`).join(' ')}`;
}

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false; // whatever keeps it from being found keeps it from being loaded
  }
}

function peerDependencies(): Readonly<Record<string, string>> {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const file = join(folder, 'package.json');
    const manifest = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
    if (manifest.name === 'twinwrite') return manifest.peerDependencies;
    if (folder === dirname(folder)) throw new Error(`no package.json of twinwrite above ${import.meta.url}`);
    folder = dirname(folder);
  }
}
