// Every mutation by its name.

import { BRANCHES } from './branches.ts';
import { EDGES } from './edges.ts';
import type { Mutation } from './mutation.ts';
import { OBJECTS } from './objects.ts';
import { OTHERS } from './others.ts';
import { WRITING } from './writing.ts';

export const MUTATIONS: readonly Mutation[] = [...WRITING, ...OBJECTS, ...OTHERS, ...EDGES, ...BRANCHES];

export function mutationNamed(name: string): Mutation | undefined {
  return MUTATIONS.find((one) => one.name === name);
}
