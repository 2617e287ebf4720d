// What the construct tells the tasks, checked by hand: zod would cost the start of each function more than all rules. What a
// store may be says `storeSchema`; test/core/contract/settings.test.ts holds this to it.

import { KEY_TYPES, type KeyType } from '../keys/item-key.ts';
import { layoutProblem } from './layout.ts';
import type { Store, SweepSettings } from './store-types.ts';

type Fields = Readonly<Record<string, unknown>>;
type Check = (value: unknown, path: string) => void;

/**
 * The store that this JSON text describes.
 * @throws {Error} that names the field, when it describes none
 */
export function storeOf(json: string | undefined): Store {
  const store: unknown = JSON.parse(json ?? 'null');
  checkFields(store, 'STORE', {
    table: name,
    bucket: name,
    prefix: text,
    stagingPrefix: name,
    key: fields({ partitionKey: keyAttribute, sortKey: optional(keyAttribute) }),
    objectKeyTemplate: optional(text),
    formerObjectKeyTemplates: optional(texts),
    legacy: optional(fields({ bucket: optional(name), prefix: text })),
    inlineContent: optional((value, path) => expect(typeof value === 'boolean', path, 'true or false')),
  });
  const problem = layoutProblem(store as Store);
  if (problem !== undefined) throw new Error(`STORE.${problem.field}: ${problem.message}`);
  return store as Store;
}

/**
 * The same of the settings of a sweep.
 * @throws {Error} that names the field
 */
export function sweepSettingsOf(json: string | undefined): SweepSettings {
  const settings: unknown = JSON.parse(json ?? 'null');
  checkFields(settings, 'SWEEP', {
    reportPrefix: name,
    stateMachines: fields({ create: name, update: name, delete: name }),
    metricName: name,
  });
  return settings as SweepSettings;
}

/** An object with these fields and no others. */
function checkFields(value: unknown, path: string, checks: Readonly<Record<string, Check>>): void {
  expect(typeof value === 'object' && value !== null && !Array.isArray(value), path, 'an object');
  for (const [field, check] of Object.entries(checks)) {
    check(Object.hasOwn(value as Fields, field) ? (value as Fields)[field] : undefined, `${path}.${field}`);
  }
  const unknown = Object.keys(value as Fields).find((field) => !Object.hasOwn(checks, field));
  if (unknown !== undefined) throw new Error(`${path}.${unknown}: unknown field`);
}

function fields(checks: Readonly<Record<string, Check>>): Check {
  return (value, path) => checkFields(value, path, checks);
}

function optional(check: Check): Check {
  return (value, path) => {
    if (value !== undefined) check(value, path);
  };
}

function keyAttribute(value: unknown, path: string): void {
  checkFields(value, path, {
    name,
    type: (type, typePath) => expect(KEY_TYPES.includes(type as KeyType), typePath, 'S, N or B'),
  });
}

function name(value: unknown, path: string): void {
  expect(typeof value === 'string' && value !== '', path, 'a name');
}

function text(value: unknown, path: string): void {
  expect(typeof value === 'string', path, 'text');
}

function texts(value: unknown, path: string): void {
  expect(Array.isArray(value) && value.every((each) => typeof each === 'string'), path, 'texts');
}

function expect(holds: boolean, path: string, what: string): void {
  if (!holds) throw new Error(`${path}: expected ${what}`);
}
