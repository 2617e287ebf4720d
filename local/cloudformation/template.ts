// A CloudFormation template as the local cloud reads it.

import * as z from 'zod';
import { DeploymentError } from './errors.ts';

const resourceSchema = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  Condition: z.string().optional(),
  DependsOn: z.union([z.string().transform((id) => [id]), z.array(z.string())]).default([]),
});

const outputSchema = z.looseObject({
  Value: z.unknown(),
  Description: z.string().optional(),
  Condition: z.string().optional(),
  Export: z.object({ Name: z.unknown() }).optional(),
});

const templateSchema = z.looseObject({
  Description: z.string().optional(),
  Parameters: z
    .record(z.string(), z.looseObject({ Type: z.string(), Default: z.unknown().optional() }))
    .default({}),
  Mappings: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))).default({}),
  Conditions: z.record(z.string(), z.unknown()).default({}),
  Resources: z.record(z.string(), resourceSchema),
  Outputs: z.record(z.string(), outputSchema).default({}),
  Transform: z.unknown().optional(),
});

export type Template = z.output<typeof templateSchema>;
export type TemplateResource = z.output<typeof resourceSchema>;

/** A template and what it needs besides itself. */
export interface StackSource {
  readonly name: string;
  readonly template: Template;
  /** The files and folders behind asset keys (`{hash}.zip`, `{hash}.json`), as absolute paths. */
  readonly assets: ReadonlyMap<string, string>;
  /** Values for the template's parameters. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** @throws {DeploymentError} when it is not a template, or needs a transform */
export function parseTemplate(input: unknown, stackName: string): Template {
  refuseUnusableName(input, `stack ${stackName}`);
  const parsed = templateSchema.safeParse(input);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new DeploymentError(`stack ${stackName}: not a CloudFormation template: ${issues.join('; ')}`);
  }
  if (parsed.data.Transform !== undefined) {
    const transform = JSON.stringify(parsed.data.Transform);
    throw new DeploymentError(`stack ${stackName}: Transform ${transform} is not supported locally`);
  }
  return parsed.data;
}

/** `__proto__` would be lost on the way; CloudFormation has no such name either. */
function refuseUnusableName(value: unknown, place: string): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    if (name === '__proto__') throw new DeploymentError(`${place}: ${name} cannot be a name in a template`);
    refuseUnusableName(member, `${place}, ${name}`);
  }
}
