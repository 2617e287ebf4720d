// The grants of the product's template, one by one: read from it, and taken out of a copy of its assembly.

import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

const STACK = 'Twinwrite';
const POLICY = /^Docs(?:Tasks)?(\w+?)(?:(?:Service)?RoleDefaultPolicy)?[0-9A-F]{8}$/;

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

interface Template {
  readonly Resources: Record<
    string,
    { Type: string; Properties: { PolicyDocument: { Statement: Statement[] } } }
  >;
}

/** `{role} {action} {resource}`, as short as they are clear: `Plan s3:GetObject Bucket/items/*`. */
export async function grantsOf(assembly: string): Promise<string[]> {
  const template = await readTemplate(assembly);
  return policiesOf(template).flatMap(([role, { Statement }]) =>
    Statement.flatMap(({ Action, Resource }) =>
      listOf(Action).flatMap((action) =>
        listOf(Resource).map((resource) => `${role} ${action} ${nameOf(resource)}`),
      ),
    ),
  );
}

/** The folder of a copy of the assembly whose template lacks these grants; gone after the test. */
export async function assemblyWithout(assembly: string, grants: readonly string[]): Promise<string> {
  const template = await readTemplate(assembly);
  for (const [role, policy] of policiesOf(template)) {
    policy.Statement = policy.Statement.flatMap((statement) => split(statement)).filter(
      ({ Action, Resource }) => !grants.includes(`${role} ${Action} ${nameOf(Resource)}`),
    );
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'local-iam-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await cp(assembly, folder, { recursive: true });
  await writeFile(path.join(folder, `${STACK}.template.json`), JSON.stringify(template));
  return folder;
}

async function readTemplate(assembly: string): Promise<Template> {
  return JSON.parse(await readFile(path.join(assembly, `${STACK}.template.json`), 'utf8'));
}

function policiesOf({ Resources }: Template) {
  return Object.entries(Resources)
    .filter(([, { Type }]) => Type === 'AWS::IAM::Policy')
    .map(([id, { Properties }]) => [POLICY.exec(id)?.[1] ?? id, Properties.PolicyDocument] as const);
}

/** One statement for each of its pairs of action and resource. */
function split({ Action, Resource, ...more }: Statement): Statement[] {
  return listOf(Action).flatMap((action) =>
    listOf(Resource).map((resource) => ({ ...more, Action: action, Resource: resource })),
  );
}

/** Names a resource by the logical id that its ARN comes from, without what the construct adds, and what follows it. */
function nameOf(resource: unknown): string {
  if (typeof resource === 'string') return resource;
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = resource as Record<string, [string, unknown]>;
  const id = typeof Ref === 'string' ? Ref : attribute?.[0];
  if (id !== undefined) return /^Docs(?:Tasks)?(\w+?)[0-9A-F]{8}$/.exec(id)?.[1] ?? '';
  // The name in an ARN.
  const select = (resource as { 'Fn::Select'?: [number, { 'Fn::Split': [string, unknown] }] })['Fn::Select'];
  if (select) return nameOf(select[1]['Fn::Split'][1]);
  const parts = (join?.[1] ?? []) as readonly unknown[];
  return parts.map(nameOf).join('');
}

function listOf<Value>(value: Value | readonly Value[]): readonly Value[] {
  return Array.isArray(value) ? value : [value as Value];
}
