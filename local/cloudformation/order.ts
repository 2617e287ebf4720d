// In which order a stack's resources are created: each after those that it refers to or depends on.

import { referencesIn } from './intrinsics.ts';
import type { TemplateResource } from './template.ts';

/**
 * @param resources - those that are to be created, by logical id
 * @throws {Error} when resources depend on each other in a circle
 */
export function creationOrder(resources: Readonly<Record<string, TemplateResource>>): string[] {
  const ordered = new Set<string>();
  const visit = (id: string, path: readonly string[]): void => {
    if (ordered.has(id)) return;
    if (path.includes(id)) {
      throw new Error(`circular dependency: ${[...path.slice(path.indexOf(id)), id].join(' -> ')}`);
    }
    for (const dependency of dependenciesOf(resources, id)) visit(dependency, [...path, id]);
    ordered.add(id);
  };
  for (const id of Object.keys(resources)) visit(id, []);
  return [...ordered];
}

function dependenciesOf(resources: Readonly<Record<string, TemplateResource>>, id: string): string[] {
  const resource = resources[id];
  const named = [...referencesIn(resource?.Properties), ...(resource?.DependsOn ?? [])];
  return named.filter((name) => name !== id && Object.hasOwn(resources, name));
}
