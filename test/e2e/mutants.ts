// Mutants: the product with one of its rules left out, as a copy of its cloud assembly in which a few exact texts
// are replaced. A text that is not there is an error: no mutant is the product itself by mistake.

import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { applyChange } from '../../explorer/asl/definitions.ts';
import { type SourceChange, withChange } from '../../explorer/code/change.ts';
import { BUNDLE_OPTIONS, TASKS } from '../../lambdas/bundle.ts';

/** A change of one value of a state machine's definition, or of one text in the sources of a task. */
export type Mutation =
  | {
      readonly machine: 'Create' | 'Update' | 'Delete' | 'Sweep/Machine';
      /** Names and indices, separated by dots: `States.WriteItem.Retry.2.IntervalSeconds`. */
      readonly path: string;
      /** The value there; undefined for a field that is absent. */
      readonly from: unknown;
      /** Undefined removes the field. */
      readonly to: unknown;
    }
  | (SourceChange & { readonly task: Task });

type Task = (typeof TASKS)[number];
type SourceMutation = Extract<Mutation, { task: Task }>;

const STACK = 'Twinwrite';
const ROOT = join(import.meta.dirname, '../..');
/** The asset of all tasks, by the path of the construct that comes first. */
const TASKS_ASSET = 'Docs/Tasks/Plan/Code';

/**
 * Writes the mutant's assembly into a new temporary folder, which the caller removes.
 * @param assembly - the product's
 * @throws {Error} when a value or text to replace is not as expected
 */
export async function assembleMutant(assembly: string, mutations: readonly Mutation[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'twinwrite-mutant-'));
  try {
    await cp(assembly, folder, { recursive: true });
    for (const mutation of mutations) {
      if ('machine' in mutation) await changeDefinition(folder, mutation);
    }
    for (const task of TASKS) {
      const changes = mutations.filter((mutation) => 'task' in mutation && mutation.task === task);
      if (changes.length > 0) await bundle(folder, task, changes as SourceMutation[]);
    }
    return folder;
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
}

/**
 * The file or folder of an asset that the template deploys.
 * @param name - as the asset manifest shows it: the path of the construct that made it
 */
async function assetOf(assembly: string, name: string): Promise<string> {
  const { files } = (await readJson(join(assembly, `${STACK}.assets.json`))) as AssetManifest;
  const asset = Object.values(files).find(({ displayName }) => displayName === name);
  const [destination] = Object.values(asset?.destinations ?? {});
  const template = await readFile(join(assembly, `${STACK}.template.json`), 'utf8');
  if (asset === undefined || destination === undefined || !template.includes(`"${destination.objectKey}"`)) {
    throw new Error(`${name}: no asset that the template deploys`);
  }
  return join(assembly, asset.source.path);
}

interface AssetManifest {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly displayName?: string;
        readonly source: { readonly path: string };
        readonly destinations: Readonly<Record<string, { readonly objectKey: string }>>;
      }
    >
  >;
}

async function changeDefinition(
  assembly: string,
  change: Extract<Mutation, { machine: string }>,
): Promise<void> {
  const file = await assetOf(assembly, `Docs/${change.machine}/DefinitionBody`);
  const definition = (await readJson(file)) as object;
  applyChange(definition, change);
  await writeFile(file, JSON.stringify(definition));
}

/** Bundles a task as lambdas/bundle.ts does, but with all that it shares, from sources of which some are changed. */
async function bundle(assembly: string, task: Task, changes: readonly SourceMutation[]): Promise<void> {
  const done = new Set<SourceMutation>();
  const replace: Plugin = {
    name: 'replace',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        let contents = await readFile(path, 'utf8');
        for (const change of changes) {
          if (path !== join(ROOT, change.file)) continue;
          contents = withChange(contents, change);
          done.add(change);
        }
        return { contents, loader: 'ts' };
      });
    },
  };
  await build({
    ...BUNDLE_OPTIONS,
    entryPoints: [join(ROOT, 'lambdas', `${task}.ts`)],
    outfile: join(await assetOf(assembly, TASKS_ASSET), `${task}.mjs`),
    logLevel: 'silent',
    plugins: [replace],
  });
  for (const change of changes) {
    if (!done.has(change)) throw new Error(`${task} does not use ${change.file}`);
  }
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, 'utf8'));
}
