// The default store's cloud assembly as the package brings it, in dist/store: to start it takes neither the CDK nor the
// time to synthesise. Its assets are the package's own files, beside it; `npm run build` writes it.

import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import * as z from 'zod';
import { PACKAGE_ROOT } from '../../../lib/package-root.ts';
import { type Assembly, isDefaultStore, STACK_NAME, type StoreSettings, synthesize } from './synth.ts';

const FOLDER = join(PACKAGE_ROOT, 'dist', 'store');
const MANIFEST = 'manifest.json';

/** Sources may be newer than what was built last, so only what is built with this file is taken. */
const IS_BUILT = import.meta.url.endsWith('.js');

/** The package's own assembly if the settings are the default ones, else one that is synthesised. */
export async function storeAssembly(settings: StoreSettings): Promise<Assembly> {
  if (IS_BUILT && isDefaultStore(settings) && existsSync(join(FOLDER, MANIFEST))) {
    return { folder: FOLDER, remove: async () => undefined };
  }
  return synthesize(settings);
}

const manifestSchema = z.looseObject({
  artifacts: z.record(z.string(), z.looseObject({ type: z.string() })),
});
const assetsSchema = z.looseObject({
  files: z.record(z.string(), z.looseObject({ source: z.looseObject({ path: z.string() }) })),
});

/** Synthesises the default store into a folder that stays where it is to the package. */
export async function writeReadyMade(folder = FOLDER): Promise<void> {
  const assembly = await synthesize({}, { copyAssets: false });
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const read = (name: string) => readFile(join(assembly.folder, name), 'utf8');
    const write = (name: string, content: unknown) =>
      writeFile(join(folder, name), `${JSON.stringify(content, undefined, 1)}\n`);
    const [manifest, assets, template] = await Promise.all(
      [MANIFEST, `${STACK_NAME}.assets.json`, `${STACK_NAME}.template.json`].map(read),
    );
    await write(`${STACK_NAME}.template.json`, JSON.parse(template ?? ''));
    await write(
      `${STACK_NAME}.assets.json`,
      withRelativePaths(assetsSchema.parse(JSON.parse(assets ?? '')), folder),
    );
    await write(MANIFEST, ofStacks(manifestSchema.parse(JSON.parse(manifest ?? ''))));
  } finally {
    await assembly.remove();
  }
}

/** The paths from the folder to the assets, since nobody knows yet where the package will be installed. */
function withRelativePaths(assets: z.output<typeof assetsSchema>, folder: string): unknown {
  const files = Object.entries(assets.files).map(([id, file]) => {
    const path = file.source.path;
    const fromFolder = path === `${STACK_NAME}.template.json` ? path : relative(resolve(folder), path);
    return [id, { ...file, source: { ...file.source, path: fromFolder.split(sep).join('/') } }];
  });
  return { ...assets, files: Object.fromEntries(files) };
}

/** Without the CDK's tree and its report on feature flags. */
function ofStacks({ artifacts, ...manifest }: z.output<typeof manifestSchema>): unknown {
  const kept = Object.entries(artifacts).filter(
    ([, { type }]) => type === 'aws:cloudformation:stack' || type === 'cdk:asset-manifest',
  );
  return { ...manifest, artifacts: Object.fromEntries(kept) };
}
