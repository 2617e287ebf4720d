// Finds a store's description: in the outputs of its stack, or in the environment.

import { parseStore, type StoreDescriptor, storesIn } from '../core/store.ts';
import { StoreNotFound } from './errors.ts';
import { environment as processEnvironment } from './platform.ts';

export const DEFAULT_STACK = 'Twinwrite';

export interface StackOptions {
  /** Default: `Twinwrite`. */
  readonly stackName?: string | undefined;
  /** The stack's Region. Default: the SDK's own. */
  readonly region?: string | undefined;
  /** Id of the construct, for a stack of several stores: outputs whose names begin so. */
  readonly construct?: string | undefined;
}

/** @throws {StoreNotFound} */
export async function storeFromStack({
  stackName = DEFAULT_STACK,
  region,
  construct = '',
}: StackOptions = {}): Promise<StoreDescriptor> {
  const where = `outputs of stack ${stackName}${region === undefined ? '' : ` in ${region}`}`;
  const outputs = await stackOutputs(stackName, region, where);
  const candidates = Object.entries(outputs).filter(([name]) => name.startsWith(construct));
  const stores = storesIn(Object.fromEntries(candidates));
  const [first, second] = stores;
  if (first === undefined) {
    const names = candidates.map(([name]) => name).join(', ') || 'none';
    throw new StoreNotFound([`${where}: no store among ${names}`]);
  }
  if (second !== undefined) {
    const names = stores.map(({ output }) => output).join(', ');
    throw new StoreNotFound([`${where}: several stores, ${names}; name one by its construct's id`]);
  }
  return first.store;
}

/**
 * The variable TWINWRITE_STORE, which holds a store's description as JSON, else the outputs of the stack that
 * TWINWRITE_STACK names.
 * @throws {StoreNotFound}
 */
export async function storeFromEnvironment(
  environment: Readonly<Record<string, string | undefined>> = processEnvironment(),
): Promise<StoreDescriptor> {
  const { TWINWRITE_STORE: json, TWINWRITE_STACK: stackName } = environment;
  if (json !== undefined && json !== '') {
    const store = parseStore(json);
    if (store === undefined) {
      throw new StoreNotFound(["TWINWRITE_STORE: expected the JSON of a stack's Store output"]);
    }
    return store;
  }
  try {
    return await storeFromStack({ stackName: stackName || undefined });
  } catch (error) {
    if (!(error instanceof StoreNotFound)) throw error;
    const named = stackName
      ? `TWINWRITE_STACK: ${stackName}`
      : `TWINWRITE_STACK: not set, so ${DEFAULT_STACK}`;
    throw new StoreNotFound(['TWINWRITE_STORE: not set', named, ...error.tried], { cause: error });
  }
}

async function stackOutputs(
  stackName: string,
  region: string | undefined,
  where: string,
): Promise<Readonly<Record<string, string>>> {
  const { CloudFormationClient, DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation');
  const cloudformation = new CloudFormationClient(region === undefined ? {} : { region });
  try {
    const { Stacks: [stack] = [] } = await cloudformation.send(
      new DescribeStacksCommand({ StackName: stackName }),
    );
    const outputs = stack?.Outputs ?? [];
    return Object.fromEntries(
      outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
    );
  } catch (error) {
    const problem = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new StoreNotFound([`${where}: ${problem}`], { cause: error });
  } finally {
    cloudformation.destroy();
  }
}
