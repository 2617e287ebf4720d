// A key attribute as text, as command lines and CDK context give it.

import { KEY_TYPES, type KeyAttribute, type KeyType } from '../core/keys/item-key.ts';

/**
 * `id:S` as a key attribute.
 * @param option - the option's name, for errors
 * @throws {Error} when the text is not NAME:S, NAME:N or NAME:B
 */
export function parseKeyAttribute(text: string, option: string): KeyAttribute {
  const at = text.lastIndexOf(':');
  const [name, type] = [text.slice(0, at), text.slice(at + 1)];
  if (at < 1 || !KEY_TYPES.includes(type as KeyType)) {
    throw new Error(`${option}: expected NAME:S, NAME:N or NAME:B, got "${text}"`);
  }
  return { name, type: type as KeyType };
}
