// A change of the product's sources: what leaves one of its rules out.

/** A text of a source file that is replaced by another. */
export interface SourceChange {
  /** Relative to the project. */
  readonly file: string;
  /** Text that stands there exactly once. */
  readonly from: string;
  readonly to: string;
}

/**
 * The source with the change made.
 * @throws {Error} when the text does not stand there exactly once: nothing is the product itself by mistake
 */
export function withChange(source: string, { file, from, to }: SourceChange): string {
  const parts = source.split(from);
  if (parts.length !== 2) throw new Error(`${file}: expected once, found ${parts.length - 1} times: ${from}`);
  return parts.join(to);
}
