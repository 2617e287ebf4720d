// Names of files for texts of any kind: keys and names of attributes.

import { createHash } from 'node:crypto';

/** What every file system takes as it is, also one that takes no notice of case. */
const PLAIN = /^[a-z0-9_-](?:[a-z0-9._-]{0,98}[a-z0-9_-])?$/;
/** Devices of Windows, with any extension (Microsoft, "Naming Files, Paths, and Namespaces"). */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;
/** A name may have 255 bytes on most systems; the digest and the mark before it take 33. */
const SHOWN_BYTES = 100;
const DIGEST_CHARACTERS = 32;

/**
 * A name for the text that two texts never share, whatever the file system makes of case and Unicode forms, and that leads
 * nowhere else. A text of other than small letters, digits, `.`, `_` and `-` is shown as far as it goes, before a digest of it.
 */
export function fileName(text: string): string {
  if (PLAIN.test(text) && !DEVICE.test(text)) return text;
  const digest = createHash('sha256').update(text).digest('hex').slice(0, DIGEST_CHARACTERS);
  return `${shown(text)}~${digest}`;
}

function shown(text: string): string {
  // A code point takes a byte at least.
  const safe = [...text.slice(0, 2 * SHOWN_BYTES)]
    .slice(0, SHOWN_BYTES)
    .join('')
    .replace(/[^\p{L}\p{N}._-]/gu, '_')
    .replace(/^\./, '_');
  return cutToBytes(DEVICE.test(safe) ? `_${safe}` : safe);
}

function cutToBytes(text: string): string {
  let bytes = 0;
  let kept = '';
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > SHOWN_BYTES) break;
    kept += character;
  }
  return kept;
}
