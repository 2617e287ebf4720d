// The recordings of each release, in fixtures/{minor version}: its definitions, and what its tasks were asked and answered.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lasting } from '../lib/replacements.ts';
import type { Recording } from './steps.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');
export const MACHINES = ['create', 'update', 'delete', 'sweep'] as const;
export type MachineName = (typeof MACHINES)[number];

/** What a release deployed: what callers find of it, and what holds data. */
export interface StoreFixture {
  /** The output `Store`. */
  readonly descriptor: Readonly<Record<string, unknown>>;
  /** By logical id, what of a stack whose store is told nothing must last. */
  readonly lasting: Readonly<Record<string, Lasting>>;
}

/** Every release that has been recorded, the oldest first. */
export const RELEASES: readonly string[] = readdirSync(FIXTURES).sort((one, other) =>
  one.localeCompare(other, 'en', { numeric: true }),
);

export function definitionText(release: string, machine: MachineName): string {
  return readFileSync(join(FIXTURES, release, 'statemachines', `${machine}.asl.json`), 'utf8');
}

export function scenariosOf(release: string): readonly string[] {
  return readdirSync(join(FIXTURES, release, 'scenarios'))
    .map((file) => file.replace(/\.json$/, ''))
    .sort((one, other) =>
      recordingOf(release, one).startsAt < recordingOf(release, other).startsAt ? -1 : 1,
    );
}

export function recordingOf(release: string, scenario: string): Recording {
  return readJson(join(FIXTURES, release, 'scenarios', `${scenario}.json`)) as Recording;
}

export function storeOf(release: string): StoreFixture {
  return readJson(join(FIXTURES, release, 'store.json')) as StoreFixture;
}

/** Writes a file of a release's fixtures; its folders are made. */
export function writeFixture(release: string, path: readonly string[], text: string): void {
  const file = join(FIXTURES, release, ...path);
  const folder = join(file, '..');
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
  writeFileSync(file, text);
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
