// Reports for people: each figure in a line, then what did not hold.

/** @param report - figures, texts, counts by name, and `violations` */
export function reportText(report: object & { readonly violations: readonly string[] }): string {
  const { violations, ...figures } = report;
  const lines = Object.entries(figures).map(([name, value]) => `${name.padEnd(14)} ${text(value)}`);
  return [
    ...lines,
    `${'violations'.padEnd(14)} ${violations.length}`,
    ...violations.map((each) => `  ${each}`),
  ].join('\n');
}

function text(value: unknown): string {
  if (typeof value === 'number') return String(Math.round(value * 10) / 10);
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}
