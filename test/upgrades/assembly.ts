// The product's stack as it is, but with the definitions of an earlier release: what a run that was started before an upgrade meets.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { LargeItemStack } from '../../lib/index.ts';
import { definitionText, MACHINES, type MachineName } from './fixtures.ts';
import type { Task } from './steps.ts';

const STACK = 'Twinwrite';
const PATHS: Readonly<Record<MachineName, string>> = {
  create: 'Docs/Create',
  update: 'Docs/Update',
  delete: 'Docs/Delete',
  sweep: 'Docs/Sweep/Machine',
};

/** Synthesises a store whose table and bucket have names of their own, so that recordings can name them. */
export function synthesise(outdir: string): void {
  const app = new App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false });
  new LargeItemStack(app, STACK, {
    store: {
      tableProps: { tableName: 'docs-table' },
      bucketProps: { bucketName: 'docs-bucket' },
      ttl: 'ends',
      legacy: { prefix: 'legacy' },
    },
  });
  app.synth();
}

/**
 * Puts other definitions into an assembly.
 * @param textOf - the definition that is to be deployed, by the one that is there
 */
export function replaceDefinitions(
  assembly: string,
  textOf: (machine: MachineName, text: string) => string,
): void {
  const { files } = readJson(join(assembly, `${STACK}.assets.json`)) as AssetManifest;
  for (const machine of MACHINES) {
    const asset = Object.values(files).find(
      ({ displayName }) => displayName === `${PATHS[machine]}/DefinitionBody`,
    );
    if (asset === undefined) throw new Error(`${machine}: the assembly has no definition of it`);
    const file = join(assembly, asset.source.path);
    writeFileSync(file, textOf(machine, readFileSync(file, 'utf8')));
  }
}

/** The same with those of a release. */
export function useDefinitionsOf(release: string, assembly: string): void {
  replaceDefinitions(assembly, (machine) => definitionText(release, machine));
}

/** Task by the logical id of its function. */
export function tasksIn(assembly: string): ReadonlyMap<string, Task> {
  const { Resources } = readJson(join(assembly, `${STACK}.template.json`)) as Template;
  return new Map(
    Object.entries(Resources)
      .filter(([, { Type }]) => Type === 'AWS::Lambda::Function')
      .map(([id, { Properties }]) => [id, Properties?.Handler?.replace(/\.handler$/, '') as Task]),
  );
}

interface AssetManifest {
  readonly files: Readonly<
    Record<string, { readonly displayName?: string; readonly source: { readonly path: string } }>
  >;
}

interface Template {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties?: { readonly Handler?: string } }>
  >;
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
