// An item as a reader should see it: values, and the contents that its pointers promise.

import type { Item } from '../../core/values/attributes.ts';
import type { Model } from '../model/model.ts';

/** As text, to be compared with what a reader got. */
export function snapshotOf(model: Model, item: Item | undefined): string {
  if (item === undefined) return 'null';
  const large: Record<string, string | undefined> = {};
  for (const name of Object.keys(item).sort()) {
    const value = item[name];
    const text = value !== undefined && 'S' in value ? value.S : '';
    const [, digest] = /(?:sha256|md5)=([0-9a-f]{32,64})/.exec(text) ?? [];
    if (digest !== undefined) large[name] = model.texts.get(digest);
  }
  const { views } = item;
  return seenText(views !== undefined && 'N' in views ? views.N : '', large);
}

export function seenText(views: string, large: Readonly<Record<string, string | undefined>>): string {
  return JSON.stringify({ views, large });
}
