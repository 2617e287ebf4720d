// What leaves a rule out names a text of the sources or a value of a definition. Here each is looked for, as soon as it has gone;
// that a product without the rule loses something is for the slower tests, which build it.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { applyChange, loadDefinitions } from '../explorer/asl/definitions.ts';
import { type SourceChange, withChange } from '../explorer/code/change.ts';
import { MUTATIONS } from '../explorer/mutations/all.ts';
import { COPIES_IN_SMALL_PARTS } from './e2e/large-copies.ts';
import * as leftOut from './e2e/left-out.ts';
import type { Mutation } from './e2e/mutants.ts';
import { COPIES_UNTIL_THE_END } from './faults/assemblies.ts';

const ROOT = join(import.meta.dirname, '..');
const OF_A_DEPLOYMENT: readonly (readonly [string, readonly Mutation[]])[] = [
  ...Object.entries(leftOut),
  ['COPIES_IN_SMALL_PARTS', COPIES_IN_SMALL_PARTS],
  ['COPIES_UNTIL_THE_END', COPIES_UNTIL_THE_END],
];

it.each(MUTATIONS.map(({ name, changes }) => [name, changes] as const))(
  'of the explorer, %s fits the product',
  (_, changes) => {
    loadDefinitions(changes.filter((change) => 'machine' in change));
    sourcesFit(changes.filter((change) => 'file' in change));
  },
);

it.each(OF_A_DEPLOYMENT)('of a deployment, %s fits the product', (_, changes) => {
  const definitions = loadDefinitions();
  for (const change of changes) {
    if ('machine' in change) applyChange(definitions[operationOf(change)], change);
  }
  sourcesFit(changes.filter((change) => 'file' in change));
});

function sourcesFit(changes: readonly SourceChange[]): void {
  const sources = new Map<string, string>();
  for (const change of changes) {
    const source = sources.get(change.file) ?? readFileSync(join(ROOT, change.file), 'utf8');
    const changed = withChange(source, change);
    expect(changed).not.toBe(source);
    sources.set(change.file, changed);
  }
}

function operationOf({ machine }: Extract<Mutation, { machine: string }>) {
  return machine.toLowerCase() as 'create' | 'update' | 'delete';
}
