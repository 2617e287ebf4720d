// What the commands take.

/** @throws {RangeError} naming the option and its value */
export function numberOption(name: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= least) return value;
  throw new RangeError(`--${name}: expected a number from ${least}, got ${JSON.stringify(text)}`);
}
