import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, inject, it } from 'vitest';
import { writeReadyMade } from '../../cli/commands/local/ready-made.ts';
import { isDefaultStore } from '../../cli/commands/local/synth.ts';

interface AssetManifest {
  readonly files: Readonly<Record<string, { readonly source: { readonly path: string } }>>;
}

async function readJson<Content>(...path: string[]): Promise<Content> {
  return JSON.parse(await readFile(join(...path), 'utf8')) as Content;
}

it('the ready-made assembly is the synthesised one, with the assets where the package has them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'twinwrite-test-'));
  try {
    await writeReadyMade(folder);

    const synthesised = inject('assembly');
    const template = 'Twinwrite.template.json';
    expect(await readJson(folder, template)).toEqual(await readJson(synthesised, template));
    const ready = await readJson<AssetManifest>(folder, 'Twinwrite.assets.json');
    const copied = await readJson<AssetManifest>(synthesised, 'Twinwrite.assets.json');
    const root = resolve(import.meta.dirname, '..', '..');
    const places = Object.values(ready.files).map(({ source }) => resolve(folder, source.path));
    expect(places.filter((place) => !place.startsWith(root))).toEqual([join(folder, template)]);
    const definitions = places.filter((place) => place.endsWith('.asl.json'));
    expect(definitions).toHaveLength(4);
    expect(definitions.every((place) => place.startsWith(join(root, 'statemachines')))).toBe(true);
    // The template's own hash is taken of its text; all others name what the functions and machines are made of.
    const ids = ({ files }: AssetManifest) =>
      Object.entries(files)
        .filter(([, { source }]) => source.path !== template)
        .map(([id]) => id)
        .sort();
    expect(ids(ready)).toEqual(ids(copied));
  } finally {
    await rm(folder, { recursive: true });
  }
});

it.each([
  [{}, true],
  [{ partitionKey: { name: 'id', type: 'S' }, uploadOrigins: [] }, true],
  [{ partitionKey: { name: 'id', type: 'N' } }, false],
  [{ partitionKey: { name: 'key', type: 'S' } }, false],
  [{ sortKey: { name: 'at', type: 'S' } }, false],
  [{ ttl: 'expiresAt' }, false],
  [{ uploadOrigins: ['http://127.0.0.1:3000'] }, false],
] as const)('%j is the default store: %j', (settings, expected) => {
  expect(isDefaultStore(settings)).toBe(expected);
});
