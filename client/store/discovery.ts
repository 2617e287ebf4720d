// Finds a store's description: in the outputs of its stack, in a parameter, or in the environment.

import { constructOf, parseStore, storeProblem, storesIn } from '../../core/contract/store.ts';
import type { StoreDescriptor } from '../../core/contract/store-types.ts';
import { messageOf, StoreNotFound } from '../errors/errors.ts';
import { environment as processEnvironment } from '../platform/platform.ts';
import { parameterValue, stackOutputs } from './lookups.ts';

const DEFAULT_STACK = 'Twinwrite';

/** Where the outputs are that describe a store. */
export interface StackOptions {
  /** Default: `Twinwrite`. */
  readonly stackName?: string | undefined;
  /** The stack's Region. Default: the SDK's own. */
  readonly region?: string | undefined;
  /** Id of the construct, for a stack of several stores: outputs whose names begin so. */
  readonly construct?: string | undefined;
}

/** Where the parameter is that describes a store. */
export interface ParameterOptions {
  /** Name or ARN of the SSM parameter: the construct's `parameterName`. */
  readonly name: string;
  /** The parameter's Region. Default: the SDK's own. */
  readonly region?: string | undefined;
}

/** @throws {StoreNotFound} */
export async function storeFromStack({
  stackName = DEFAULT_STACK,
  region,
  construct = '',
}: StackOptions = {}): Promise<StoreDescriptor> {
  const where = `outputs of stack ${stackName}${inRegion(region)}`;
  const outputs = await stackOutputs(stackName, region).catch((error: unknown) => {
    throw notFound(where, problemOf(error), error);
  });
  const stores = storesIn(outputs);
  const wanted = chosen(stores, construct);
  const [first, second] = wanted;
  if (second !== undefined) {
    throw notFound(where, `several stores, ${namesOf(wanted)}; name one by its construct's id`);
  }
  if (first !== undefined) return first.store;
  throw notFound(
    where,
    stores.length === 0
      ? `no store among ${Object.keys(outputs).join(', ') || 'none'}${damagedIn(outputs)}`
      : `no store of a construct ${construct} among ${namesOf(stores)}`,
  );
}

/** @throws {StoreNotFound} */
export async function storeFromParameter({ name, region }: ParameterOptions): Promise<StoreDescriptor> {
  const where = `parameter ${name}${inRegion(region)}`;
  const value = await parameterValue(name, region).catch((error: unknown) => {
    throw notFound(where, problemOf(error), error);
  });
  return parsed(value, where);
}

/**
 * The variable TWINWRITE_STORE, which holds a store's description as JSON, else the parameter that TWINWRITE_PARAMETER
 * names, else the outputs of the stack that TWINWRITE_STACK names. Only the first that is set is tried: a store that is
 * configured but cannot be found must not be replaced by another.
 * @throws {StoreNotFound}
 */
export async function storeFromEnvironment(
  { region }: { readonly region?: string | undefined } = {},
  environment: Readonly<Record<string, string | undefined>> = processEnvironment(),
): Promise<StoreDescriptor> {
  const { TWINWRITE_STORE: json, TWINWRITE_PARAMETER: parameter, TWINWRITE_STACK: stack } = environment;
  if (json) return ofRegion(region, parsed(json, 'TWINWRITE_STORE'), 'TWINWRITE_STORE');
  const unset = ['TWINWRITE_STORE: not set'];
  if (parameter) {
    const tried = [...unset, `TWINWRITE_PARAMETER: ${parameter}`];
    return storeFromParameter({ name: parameter, region }).catch(afterTrying(tried));
  }
  const named = stack ? `TWINWRITE_STACK: ${stack}` : `TWINWRITE_STACK: not set, so ${DEFAULT_STACK}`;
  const tried = [...unset, 'TWINWRITE_PARAMETER: not set', named];
  return storeFromStack({ stackName: stack || undefined, region }).catch(afterTrying(tried));
}

type Named = ReturnType<typeof storesIn>[number];

/** Outputs are named by the construct's path and a hash: the very construct, or else all whose path begins so. */
function chosen(stores: readonly Named[], construct: string): readonly Named[] {
  const exact = stores.filter(({ output }) => constructOf(output) === construct);
  return exact.length > 0 ? exact : stores.filter(({ output }) => output.startsWith(construct));
}

function namesOf(stores: readonly Named[]): string {
  return stores.map(({ output }) => output).join(', ');
}

/** What is wrong with outputs that look like a store's: a client of an older version would not know its fields. */
function damagedIn(outputs: Readonly<Record<string, string>>): string {
  const problems = Object.entries(outputs)
    .filter(([name]) => constructOf(name) !== undefined)
    .map(([name, value]) => `; ${name}: ${storeProblem(value)}`);
  return problems.join('');
}

function parsed(json: string, where: string): StoreDescriptor {
  const store = parseStore(json);
  if (store !== undefined) return store;
  throw notFound(where, `expected the JSON of a stack's Store output: ${storeProblem(json)}`);
}

function ofRegion(region: string | undefined, store: StoreDescriptor, where: string): StoreDescriptor {
  if (region === undefined || region === store.region) return store;
  throw notFound(where, `its store is in ${store.region}, not in ${region}`);
}

function afterTrying(tried: readonly string[]): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof StoreNotFound)) throw error;
    throw new StoreNotFound([...tried, ...error.tried], { cause: error.cause });
  };
}

function notFound(where: string, problem: string, cause?: unknown): StoreNotFound {
  return new StoreNotFound([`${where}: ${problem}`], cause === undefined ? {} : { cause });
}

function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Parameter Store answers without a message.
  if (error.name === 'ParameterNotFound') return 'there is no such parameter';
  return error.name === 'Error' ? error.message : messageOf(error);
}

function inRegion(region: string | undefined): string {
  return region === undefined ? '' : ` in ${region}`;
}
