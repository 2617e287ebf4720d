// Where the package's own files are, whether this code runs from the sources or from dist/.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of package.json, which also holds statemachines/ and the bundled tasks in dist/lambdas/. */
export const PACKAGE_ROOT = findUp(import.meta.dirname);

function findUp(folder: string): string {
  if (existsSync(join(folder, 'statemachines'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error(`no statemachines/ above ${import.meta.dirname}`);
  return findUp(parent);
}
