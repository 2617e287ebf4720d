// Text as a terminal shows it: how many columns it takes, cut to fit, without what would steer the terminal.

const GRAPHEMES = new Intl.Segmenter();
/** What terminals show two columns wide: emoji, and East Asian wide characters (Unicode, UAX #11). */
const WIDE =
  /\p{Emoji_Presentation}|\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]/u;

/** Columns that the text takes. */
export function columns(text: string): number {
  return [...GRAPHEMES.segment(text)].reduce((sum, { segment }) => sum + graphemeColumns(segment), 0);
}

/** The text in one line of at most `width` columns, ended by `…` where it was longer. */
export function cut(text: string, width: number): string {
  const line = oneLine(text);
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

/** Control characters become blanks: what a service answered must not move the cursor or change colours. */
export function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').trim();
}

function graphemeColumns(grapheme: string): number {
  if (/^\p{M}+$/u.test(grapheme)) return 0;
  return WIDE.test(grapheme) ? 2 : 1;
}
