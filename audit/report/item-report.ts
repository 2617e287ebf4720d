// The item of a run as it is now.

import type { AuditContext, CallOptions } from '../context.ts';
import { readItem, stateOf } from '../item/item.ts';
import { type KeyTexts, keyOfTexts } from '../item/key.ts';
import type { ItemReport } from './run-report.ts';

/**
 * @param isThis - whether the run that the item names as its writer is this one; undefined where that is not known
 * @returns undefined for a caller who may not read the item
 */
export async function readItemReport(
  context: AuditContext,
  key: KeyTexts,
  isThis: (writtenBy: string) => boolean | undefined,
  options: CallOptions,
): Promise<ItemReport | undefined> {
  try {
    const now = stateOf(await readItem(context, keyOfTexts(key, context.store.key), options), context.store);
    const carriesThisWrite = now.kind === 'saga' ? isThis(now.writtenBy) : false;
    return { key, now, ...(carriesThisWrite !== undefined && { carriesThisWrite }) };
  } catch (error) {
    if ((error as Error).name === 'AccessDeniedException') return undefined;
    throw error;
  }
}
