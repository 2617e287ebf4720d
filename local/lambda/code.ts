// Where functions' code lies while the local cloud runs: copies in a temporary folder, as /var/task is on AWS.
// A copy is out of reach of the project's package.json and node_modules; the SDK that the runtime brings is linked in.

import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

export interface CodeStore {
  /** Copies a folder, once however many functions use it; resolves to the copy. */
  fromFolder(folder: string): Promise<string>;
  /** Writes inline code (`Code.ZipFile`) as `index.js`; resolves to its folder. */
  fromInline(source: string): Promise<string>;
  /** Removes all of it. */
  close(): Promise<void>;
}

/** The packages that the managed Node.js runtimes provide. */
const RUNTIME_SCOPES = ['@aws-sdk', '@smithy', '@aws'];

export function createCodeStore(): CodeStore {
  let root: Promise<string> | undefined;
  const copies = new Map<string, Promise<string>>();
  let inline = 0;

  const rootFolder = (): Promise<string> => {
    root ??= createRoot();
    return root;
  };
  const copy = async (folder: string): Promise<string> => {
    const target = path.join(await rootFolder(), `${copies.size}-${path.basename(folder)}`);
    await cp(folder, target, { recursive: true });
    return target;
  };

  return {
    fromFolder(folder) {
      const known = copies.get(folder);
      if (known) return known;
      const copied = copy(folder);
      copies.set(folder, copied);
      return copied;
    },
    async fromInline(source) {
      inline += 1;
      const target = path.join(await rootFolder(), `inline-${inline}`);
      await mkdir(target);
      await writeFile(path.join(target, 'index.js'), source);
      return target;
    },
    async close() {
      if (root) await rm(await root, { recursive: true, force: true });
    },
  };
}

async function createRoot(): Promise<string> {
  const root = await mkdtemp(path.join(os.tmpdir(), 'local-lambda-'));
  const modules = path.join(root, 'node_modules');
  await mkdir(modules);
  const searched = createRequire(import.meta.url).resolve.paths('@aws-sdk') ?? [];
  for (const scope of RUNTIME_SCOPES) {
    const installed = searched.map((folder) => path.join(folder, scope)).find((folder) => existsSync(folder));
    if (installed) await symlink(installed, path.join(modules, scope), 'junction');
  }
  return root;
}
