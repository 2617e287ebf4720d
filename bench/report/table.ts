// Tables of the documentation.

/** A table in Markdown, its numbers to the right unless it has none. */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  { toTheLeft = false }: { readonly toTheLeft?: boolean } = {},
): string {
  const lines = [head, head.map((_, at) => (at === 0 || toTheLeft ? '---' : '---:')), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
