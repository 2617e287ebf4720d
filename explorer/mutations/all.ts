// Every mutation by its name.

import type { Mutation } from './mutation.ts';
import { OTHERS } from './others.ts';
import { RULES } from './rules.ts';

export const MUTATIONS: readonly Mutation[] = [...RULES, ...OTHERS];

export function mutationNamed(name: string): Mutation | undefined {
  return MUTATIONS.find((one) => one.name === name);
}
