// The options that all reads of many have, checked and held.

import type { StoreDescriptor } from '../../core/contract/store-types.ts';
import { invalidInput } from '../../core/errors/errors.ts';
import { SAGA_ATTRIBUTE } from '../../core/errors/limits.ts';
import { keyAttributes } from '../../core/keys/item-key.ts';
import { limiter } from '../calls/pause.ts';
import { ownSignal } from '../calls/signal.ts';
import { copyOf } from '../content/copy.ts';
import type { LazyItem } from '../read/lazy.ts';
import { foundItem, loadedItem, type Trust } from '../read/lazy-item.ts';
import type { ReadContext } from '../read/read.ts';
import type { Projection, SdkItem } from '../read/snapshot.ts';
import type { Finish } from './results.ts';
import type { ManyOptions } from './types.ts';

const DEFAULT_PARALLEL = 8;
const MAX_PARALLEL = 100;
/** Items of a page whose content is loaded. */
export const LOADED_PAGE = 25;

const NAMES = [
  'project',
  'load',
  'parallel',
  'consistent',
  'consumed',
  'cursor',
  'signal',
  'onProgress',
] as const;

/**
 * A copy of the options, which nobody changes meanwhile.
 * @param more - names of those that this read has beside the common ones
 * @throws {SagaError} InvalidInput for wrong ones, and for those that there are not
 */
export function heldOptions<Options extends ManyOptions>(options: Options, more: readonly string[]): Options {
  const { signal, onProgress, ...rest } = options;
  const held = { ...copyOf(rest), signal: ownSignal(signal), onProgress };
  const names: readonly string[] = [...NAMES, ...more];
  for (const name of Object.keys(held)) {
    if (!names.includes(name))
      throw invalidInput(name, undefined, `no option; there are ${names.join(', ')}`);
  }
  const { project, load, parallel, consistent, consumed } = held as ManyOptions;
  if (project !== undefined) checkNames('project', project);
  if (load !== undefined && typeof load !== 'boolean') checkNames('load', load);
  checkNumber('parallel', parallel, MAX_PARALLEL);
  checkFlag('consistent', consistent);
  checkFlag('consumed', consumed);
  return held as unknown as Options;
}

/** @throws {SagaError} InvalidInput unless it is a whole number from 1, or missing */
export function checkNumber(field: string, value: unknown, max = Number.MAX_SAFE_INTEGER): void {
  if (value === undefined) return;
  const isRight = Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= max;
  const bound = max === Number.MAX_SAFE_INTEGER ? '' : ` to ${max}`;
  if (!isRight) throw invalidInput(field, value, `expected a whole number from 1${bound}`);
}

function checkFlag(field: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'boolean') {
    throw invalidInput(field, value, 'expected true or false');
  }
}

function checkNames(field: string, names: unknown): void {
  if (!Array.isArray(names)) throw invalidInput(field, names, 'expected names of attributes');
  names.forEach((name: unknown, at) => {
    if (typeof name !== 'string' || name === '')
      throw invalidInput(`${field}[${at}]`, name, 'expected a name');
    if (name === SAGA_ATTRIBUTE) throw invalidInput(`${field}[${at}]`, name, 'is reserved; see version');
  });
}

/**
 * What DynamoDB is told to read: what is named, and the key; undefined for everything.
 * @param more - names that are needed beside
 * @param hasSaga - whether `_saga` is read, too: of an index that lacks it, DynamoDB would refuse
 */
export function projectionOf(
  { project, load }: ManyOptions,
  store: StoreDescriptor,
  more: readonly string[] = [],
  hasSaga = true,
): Projection | undefined {
  if (project === undefined) return undefined;
  const names = new Set([
    ...keyAttributes(store.key).map(({ name }) => name),
    ...(hasSaga ? [SAGA_ATTRIBUTE] : []),
    ...more,
    ...project,
    ...(typeof load === 'object' ? load : []),
  ]);
  const placeholders = [...names].map((name, at) => [`#tw_p${at}`, name] as const);
  return {
    ProjectionExpression: placeholders.map(([placeholder]) => placeholder).join(', '),
    ExpressionAttributeNames: Object.fromEntries(placeholders),
  };
}

/** Makes items of what a read has found. */
export function finisher(
  context: ReadContext,
  options: ManyOptions,
  trust: Trust,
): (item: SdkItem) => Finish<LazyItem> {
  const { load = false, parallel = DEFAULT_PARALLEL, consumed = false, onProgress } = options;
  const projection = projectionOf(options, context.store);
  const inTurn = limiter(parallel);
  if (!isLoading(options)) return (item) => () => foundItem(context, item, trust);
  return (item) => (signal, spent) => {
    const reading = { projection, spent: consumed ? spent : undefined };
    return loadedItem(context, item, trust, { ...reading, load, signal, inTurn, onProgress });
  };
}

export function aheadOf({ parallel = DEFAULT_PARALLEL }: ManyOptions): number {
  return parallel;
}

export function isLoading({ load = false }: ManyOptions): boolean {
  return load === true || (load !== false && load.length > 0);
}
