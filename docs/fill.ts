// Pages that are generated in part.

/** The text with what stands between `<!-- {start} -->` and `<!-- /{end} -->` replaced. */
export function fill(text: string, start: string, end: string, content: string): string {
  const section = new RegExp(`(<!-- ${start} -->)[\\s\\S]*?(<!-- /${end} -->)`);
  if (!section.test(text)) throw new Error(`no section <!-- ${start} -->`);
  return text.replace(section, (_, open, close) => `${open}\n${content}\n${close}`);
}
