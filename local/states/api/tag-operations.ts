// Calls about tags. State machines keep none here: there is nothing that would read them.

import { requiredText } from './input.ts';
import type { Operation } from './operations.ts';

export const listTagsForResource: Operation = (_context, input) => {
  requiredText(input, 'resourceArn');
  return { tags: [] };
};

export const tagResource: Operation = (_context, input) => {
  requiredText(input, 'resourceArn');
  return {};
};

export const untagResource = tagResource;
