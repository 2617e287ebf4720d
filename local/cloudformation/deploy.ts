// Deploys stacks into the local cloud: creates their resources in order and resolves their outputs.

import { createHash } from 'node:crypto';
import type { CloudIdentity } from '../service.ts';
import { DeploymentError } from './errors.ts';
import { resolve, type Scope } from './intrinsics.ts';
import { creationOrder } from './order.ts';
import {
  assertKnown,
  type CreatedResource,
  createResource,
  createStandIn,
  type DeploymentTarget,
  needlessFunctions,
} from './resources/index.ts';
import { createScope } from './scope.ts';
import type { StackSource, TemplateResource } from './template.ts';

export interface DeployedResource {
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
}

export interface StackOutput {
  readonly key: string;
  readonly value: string;
  readonly description?: string | undefined;
  readonly exportName?: string | undefined;
}

export interface DeployedStack {
  readonly name: string;
  /** The stack's ARN. */
  readonly id: string;
  readonly description: string | undefined;
  readonly createdAt: Date;
  readonly resources: readonly DeployedResource[];
  readonly outputs: readonly StackOutput[];
  /** Properties that would matter on AWS and that the local cloud does not act on: `{logicalId} ({type}): {property}`. */
  readonly ignored: readonly string[];
}

/**
 * Deploys stacks one after the other. Types are checked before anything is created.
 * @throws {DeploymentError} naming stack, resource and reason; what was created until then stays
 */
export async function deployStacks(
  sources: readonly StackSource[],
  target: DeploymentTarget,
  createdAt: Date,
): Promise<DeployedStack[]> {
  for (const source of sources) assertSupported(source);
  const exports = new Map<string, string>();
  const stacks: DeployedStack[] = [];
  for (const source of sources) {
    const stack = await deployStack(source, target, exports, createdAt);
    for (const { exportName, value } of stack.outputs) {
      if (exportName !== undefined) exports.set(exportName, value);
    }
    stacks.push(stack);
  }
  return stacks;
}

function assertSupported({ name, template }: StackSource): void {
  for (const [logicalId, { Type }] of Object.entries(template.Resources)) {
    within(`stack ${name}, resource ${logicalId}`, () => assertKnown(Type));
  }
}

async function deployStack(
  source: StackSource,
  target: DeploymentTarget,
  exports: ReadonlyMap<string, string>,
  createdAt: Date,
): Promise<DeployedStack> {
  const { name, template } = source;
  const id = stackArn(name, target.identity);
  const created = new Map<string, CreatedResource>();
  const ignored: string[] = [];
  const scope = createScope({ source, stackId: id, identity: target.identity, created, exports });
  const wanted = within(`stack ${name}`, () => selected(template.Resources, scope));
  const needless = needlessFunctions(wanted);
  const resources: DeployedResource[] = [];

  for (const logicalId of within(`stack ${name}`, () => creationOrder(wanted))) {
    const { Type: type, Properties } = wanted[logicalId] as TemplateResource;
    const place = `stack ${name}, resource ${logicalId} (${type})`;
    const properties = within(place, () => resolve(Properties, scope)) as Record<string, unknown>;
    const request = { stackName: name, logicalId, type, properties, asset: assetFinder(source) };
    const onIgnored = (property: string): void => void ignored.push(`${logicalId} (${type}): ${property}`);
    const resource = needless.has(logicalId)
      ? createStandIn(request, target, 'lambda:function:')
      : await createResource(request, target, onIgnored).catch(fail(place));
    created.set(logicalId, resource);
    resources.push({ logicalId, type, physicalId: resource.physicalId });
  }
  const outputs = within(`stack ${name}`, () => resolveOutputs(source, scope));
  return { name, id, description: template.Description, createdAt, resources, outputs, ignored };
}

/** The entries whose condition holds. */
function selected<Entry extends { Condition?: string | undefined }>(
  entries: Readonly<Record<string, Entry>>,
  scope: Scope,
): Record<string, Entry> {
  const holds = ([, { Condition }]: [string, Entry]): boolean =>
    Condition === undefined || scope.condition(Condition);
  return Object.fromEntries(Object.entries(entries).filter(holds));
}

function resolveOutputs({ name, template }: StackSource, scope: Scope): StackOutput[] {
  return Object.entries(selected(template.Outputs, scope)).map(([key, output]) =>
    within(`stack ${name}, output ${key}`, () => ({
      key,
      value: String(resolve(output.Value, scope)),
      description: output.Description,
      exportName: output.Export && String(resolve(output.Export.Name, scope)),
    })),
  );
}

function assetFinder({ assets }: StackSource): (objectKey: string) => string {
  return (objectKey) => {
    const found = assets.get(objectKey);
    if (found === undefined) throw new Error(`the asset ${objectKey} is not part of the assembly`);
    return found;
  };
}

function stackArn(name: string, { region, accountId }: CloudIdentity): string {
  const hash = createHash('sha256').update(name).digest('hex');
  const uuid = [8, 4, 4, 4, 12].map((length, i) => hash.slice(i * 12, i * 12 + length)).join('-');
  return `arn:aws:cloudformation:${region}:${accountId}:stack/${name}/${uuid}`;
}

/** Runs something that may fail, and says in its error where that was. */
function within<Result>(place: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    return fail(place)(error);
  }
}

const fail =
  (place: string) =>
  (error: unknown): never => {
    if (error instanceof DeploymentError) throw error;
    throw new DeploymentError(`${place}: ${(error as Error).message}`, { cause: error });
  };
