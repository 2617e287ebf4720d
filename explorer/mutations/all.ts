// Every mutation by its name.

import { BRANCHES } from './branches.ts';
import { EDGES } from './edges.ts';
import { AFTERWARDS, HANDING_OVER } from './lanes.ts';
import type { Mutation } from './mutation.ts';
import { OBJECTS } from './objects.ts';
import { OTHERS } from './others.ts';
import { PAGES } from './pages.ts';
import { REPLACING } from './puts.ts';
import { WRITING } from './writing.ts';

export const MUTATIONS: readonly Mutation[] = [
  ...WRITING,
  ...OBJECTS,
  ...OTHERS,
  ...PAGES,
  ...EDGES,
  ...REPLACING,
  ...BRANCHES,
  ...HANDING_OVER,
  ...AFTERWARDS,
];

export function mutationNamed(name: string): Mutation | undefined {
  return MUTATIONS.find((one) => one.name === name);
}
