// Where the package's own files are, whether this code runs from the sources or from dist/.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Both: test/ has a folder of that name too, and dist/cjs a package.json. */
const MARKS = ['package.json', 'statemachines'];

/**
 * The folder of package.json, which also holds statemachines/ and the bundled tasks in dist/lambdas/. The package is CommonJS,
 * which says where a file is; the sources run as ES modules, from a script of the repository or in its folder.
 */
export const PACKAGE_ROOT = findUp(
  typeof __dirname === 'string' ? [__dirname] : [process.argv[1], process.cwd()],
);

function findUp(starts: readonly (string | undefined)[]): string {
  for (const start of starts) {
    for (let folder = start; folder !== undefined; folder = parentOf(folder)) {
      if (MARKS.every((name) => existsSync(join(folder, name)))) return folder;
    }
  }
  throw new Error(
    `no statemachines/ above ${starts.join(' or ')}: twinwrite cannot be bundled into a CDK app`,
  );
}

function parentOf(folder: string): string | undefined {
  const parent = dirname(folder);
  return parent === folder ? undefined : parent;
}
