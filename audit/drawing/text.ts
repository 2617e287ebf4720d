// Text as a terminal shows it: how many columns it takes, cut to fit, without what would steer the terminal.

const GRAPHEMES = new Intl.Segmenter();
/** What terminals show two columns wide: emoji, and East Asian wide characters (Unicode, UAX #11). */
const WIDE =
  /\p{Emoji_Presentation}|\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]/u;

/** Columns that the text takes. */
export function columns(text: string): number {
  return [...GRAPHEMES.segment(text)].reduce((sum, { segment }) => sum + graphemeColumns(segment), 0);
}

/**
 * The text in one line of at most `width` columns, ended by `…` where it was longer.
 * @param trimmed - whether blanks at either end go
 */
export function cut(text: string, width: number, trimmed = true): string {
  const line = trimmed ? oneLine(text) : visible(text);
  if (columns(line) <= width) return line;
  let kept = '';
  let left = width - 1;
  for (const { segment } of GRAPHEMES.segment(line)) {
    left -= graphemeColumns(segment);
    if (left < 0) break;
    kept += segment;
  }
  return width < 1 ? '' : `${kept.trimEnd()}…`;
}

/** Control characters become blanks: what a service answered must not move the cursor, change colours or turn text round. */
export function oneLine(text: string): string {
  return visible(text).trim();
}

/** Controls, line and paragraph separators, and what changes the direction of text (Unicode, UAX #9). */
const CONTROLS = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

function visible(text: string): string {
  return text.replace(CONTROLS, ' ');
}

function graphemeColumns(grapheme: string): number {
  if (/^\p{M}+$/u.test(grapheme)) return 0;
  return WIDE.test(grapheme) ? 2 : 1;
}
