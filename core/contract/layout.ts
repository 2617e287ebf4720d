// Whether a store's object keys can be made so, and lie where they may.

import type { KeyLayout } from '../keys/object-key.ts';
import { canLieBelow, DEFAULT_OBJECT_KEY_TEMPLATE, templateProblem } from '../keys/template.ts';

/**
 * Why a store cannot make its object keys so, or undefined. The message names the field, and its value where that
 * helps.
 */
export function layoutProblem(
  layout: KeyLayout & { readonly stagingPrefix: string },
): { readonly field: keyof KeyLayout; readonly message: string } | undefined {
  const { objectKeyTemplate = DEFAULT_OBJECT_KEY_TEMPLATE, formerObjectKeyTemplates = [] } = layout;
  const hasSortKey = layout.key.sortKey !== undefined;
  for (const [field, template] of [
    ['objectKeyTemplate', objectKeyTemplate] as const,
    ...formerObjectKeyTemplates.map((former) => ['formerObjectKeyTemplates', former] as const),
  ]) {
    const problem = templateProblem(template, hasSortKey);
    if (problem !== undefined) return { field, message: `${field} "${template}": ${problem}` };
  }
  if (layout.prefix === '' && canLieBelow(layout.stagingPrefix, objectKeyTemplate, hasSortKey)) {
    const message = `objectKeyTemplate "${objectKeyTemplate}": without a prefix its keys could lie below stagingPrefix "${layout.stagingPrefix}", whose objects expire`;
    return { field: 'objectKeyTemplate', message };
  }
  return undefined;
}
