// User metadata beyond ASCII travels in encoded words (RFC 2047). S3 decodes those that it is sent, keeps the text, and
// encodes it again on reads where it must: so it is recorded, and with it how S3 chooses between the two encodings.

const WORD = /=\?(?<charset>[^?\s]+)\?(?<encoding>[bq])\?(?<text>[^?\s]*)\?=/i;
/** White space between two encoded words is no text. */
const BETWEEN_WORDS = /(\?=)[ \t]+(?==\?[^?\s]+\?[bq]\?)/gi;
const PLAIN = /^[\t\x20-\x7e]*$/;
const PLAIN_CHARACTER = /[\t\n\r\x20-\x7e]/;

/** The text of a header's value, read as Latin-1, with its encoded words decoded; those in unknown character sets stay. */
export function decodeWords(value: string): string {
  return value
    .replace(BETWEEN_WORDS, '$1')
    .split(new RegExp(`(${WORD.source.replace(/\?<\w+>/g, '?:')})`, 'i'))
    .map((piece) => decodeWord(piece))
    .join('');
}

/** The value of a header that says `text`: as it is, or one encoded word in UTF-8. */
export function encodeWords(text: string): string {
  if (PLAIN.test(text)) {
    return text;
  }
  const characters = [...text];
  const plain = characters.filter((character) => PLAIN_CHARACTER.test(character)).length;
  return plain > characters.length - plain
    ? `=?UTF-8?Q?${quoted(text)}?=`
    : `=?UTF-8?B?${Buffer.from(text, 'utf8').toString('base64')}?=`;
}

function decodeWord(piece: string): string {
  const { charset = '', encoding = '', text = '' } = WORD.exec(piece)?.groups ?? {};
  if (charset === '') {
    return piece;
  }
  const bytes = encoding.toUpperCase() === 'B' ? fromBase64(text) : fromQuoted(text);
  try {
    return new TextDecoder(charset, { ignoreBOM: true }).decode(bytes);
  } catch {
    // A character set that is not known here.
    return piece;
  }
}

/** A misplaced `=` counts as the highest digit: so S3 reads it. */
function fromBase64(text: string): Buffer {
  let end = text.length;
  while (text[end - 1] === '=') end -= 1;
  return Buffer.from(text.slice(0, end).replaceAll('=', '/'), 'base64');
}

function fromQuoted(text: string): Buffer {
  const latin1 = text
    .replaceAll('_', ' ')
    .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(latin1, 'latin1');
}

function quoted(text: string): string {
  return [...Buffer.from(text, 'utf8')].map(quotedByte).join('');
}

function quotedByte(byte: number): string {
  const character = String.fromCharCode(byte);
  if (character === ' ') return '_';
  const isPlain = byte > 0x20 && byte < 0x7f && !'=_?'.includes(character);
  return isPlain ? character : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}
