// The item of a run as it is now.

import type { AuditContext, CallOptions } from '../context.ts';
import { readItem, stateOf } from '../item/item.ts';
import { type KeyTexts, keyOfTexts } from '../item/key.ts';
import type { ItemReport } from './run-report.ts';

/**
 * @param run - as the item would name it; undefined where that is not known
 * @returns undefined for a caller who may not read the item
 */
export async function readItemReport(
  context: AuditContext,
  key: KeyTexts,
  run: string | undefined,
  options: CallOptions,
): Promise<ItemReport | undefined> {
  try {
    const now = stateOf(await readItem(context, keyOfTexts(key, context.store.key), options), context.store);
    return { key, now, carriesThisWrite: now.kind === 'saga' && now.writtenBy === run };
  } catch (error) {
    if ((error as Error).name === 'AccessDeniedException') return undefined;
    throw error;
  }
}
