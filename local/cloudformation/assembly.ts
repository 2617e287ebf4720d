// Reads what `cdk synth` wrote: the stacks of a cloud assembly with their templates and file assets.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { own } from '../records.ts';
import { DeploymentError } from './errors.ts';
import { parseTemplate, type StackSource } from './template.ts';

const manifestSchema = z.looseObject({
  artifacts: z
    .record(
      z.string(),
      z.looseObject({
        type: z.string(),
        dependencies: z.array(z.string()).default([]),
        properties: z.looseObject({}).default({}),
      }),
    )
    .default({}),
});

const stackPropertiesSchema = z.looseObject({
  templateFile: z.string(),
  stackName: z.string().optional(),
  parameters: z.record(z.string(), z.string()).default({}),
});

const assetManifestSchema = z.looseObject({
  files: z
    .record(
      z.string(),
      z.looseObject({
        source: z.looseObject({ path: z.string().optional() }),
        destinations: z.record(z.string(), z.looseObject({ objectKey: z.string() })),
      }),
    )
    .default({}),
});

type Artifacts = z.output<typeof manifestSchema>['artifacts'];

/**
 * The stacks of an assembly and of the assemblies (stages) in it, each after those that it depends on.
 * @param folder - `cdk.out`
 * @throws {DeploymentError} when there is no assembly
 */
export async function loadAssembly(folder: string): Promise<StackSource[]> {
  const { artifacts } = await readJson(path.join(folder, 'manifest.json'), manifestSchema);
  const assets = await loadAssets(folder, artifacts);
  const stacks: StackSource[] = [];
  for (const id of inDependencyOrder(artifacts)) {
    const artifact = own(artifacts, id);
    if (artifact?.type === 'cdk:cloud-assembly') {
      stacks.push(...(await loadAssembly(path.join(folder, String(artifact.properties.directoryName)))));
    }
    if (artifact?.type === 'aws:cloudformation:stack') {
      const { templateFile, stackName = id, parameters } = stackPropertiesSchema.parse(artifact.properties);
      const template = await readJson(path.join(folder, templateFile), z.unknown());
      stacks.push({ name: stackName, template: parseTemplate(template, stackName), assets, parameters });
    }
  }
  return stacks;
}

/** One template by itself; the assets that lie beside it, if it is a file of an assembly. */
export async function loadTemplate(template: object | string, stackName: string): Promise<StackSource> {
  if (typeof template !== 'string') {
    return {
      name: stackName,
      template: parseTemplate(template, stackName),
      assets: new Map(),
      parameters: {},
    };
  }
  const parsed = parseTemplate(await readJson(template, z.unknown()), stackName);
  const assetFile = template.replace(/\.template\.json$/, '.assets.json');
  const assets = new Map<string, string>();
  if (assetFile !== template && existsSync(assetFile)) await addAssets(assetFile, assets);
  return { name: stackName, template: parsed, assets, parameters: {} };
}

async function loadAssets(folder: string, artifacts: Artifacts): Promise<Map<string, string>> {
  const assets = new Map<string, string>();
  for (const { type, properties } of Object.values(artifacts)) {
    if (type === 'cdk:asset-manifest') await addAssets(path.join(folder, String(properties.file)), assets);
  }
  return assets;
}

async function addAssets(file: string, assets: Map<string, string>): Promise<void> {
  const { files } = await readJson(file, assetManifestSchema);
  for (const { source, destinations } of Object.values(files)) {
    if (source.path === undefined) continue; // Made by a command at publishing; refused when a resource asks for it.
    for (const { objectKey } of Object.values(destinations)) {
      assets.set(objectKey, path.resolve(path.dirname(file), source.path));
    }
  }
}

function inDependencyOrder(artifacts: Artifacts): string[] {
  const ordered = new Set<string>();
  const visit = (id: string, path: readonly string[]): void => {
    if (ordered.has(id) || path.includes(id)) return;
    for (const dependency of own(artifacts, id)?.dependencies ?? []) visit(dependency, [...path, id]);
    ordered.add(id);
  };
  for (const id of Object.keys(artifacts)) visit(id, []);
  return [...ordered];
}

async function readJson<Schema extends z.ZodType>(file: string, schema: Schema): Promise<z.output<Schema>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new DeploymentError(`${file}: cannot be read; is it what 'cdk synth' wrote?`, { cause });
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new DeploymentError(`${file}: not as expected: ${(cause as Error).message}`, { cause });
  }
}
