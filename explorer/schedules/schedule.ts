// A schedule as text: numbered steps, which can be read, kept, and followed again.

/** What a violation's schedule needs to be followed again. */
export interface Schedule {
  readonly configuration: string;
  /** What was left out of the product, if anything. */
  readonly mutation?: string | undefined;
  readonly steps: readonly string[];
  /** The promise that it breaks. */
  readonly breaks?: string | undefined;
}

/** Not a schedule: the message says what is missing. */
export class NoSchedule extends Error {
  override readonly name = 'NoSchedule';
}

export function formatSchedule({ configuration, mutation, steps, breaks }: Schedule): string {
  const width = String(steps.length).length;
  return [
    `configuration: ${configuration}`,
    ...(mutation === undefined ? [] : [`without: ${mutation}`]),
    ...steps.map((step, at) => `${String(at + 1).padStart(width)}. ${step}`),
    ...(breaks === undefined ? [] : [`breaks: ${breaks}`]),
  ].join('\n');
}

/**
 * The schedule in a text; lines of other forms are passed over.
 * @throws {NoSchedule}
 */
export function parseSchedule(text: string): Schedule {
  const lines = text.split('\n').map((line) => line.trim());
  const fieldOf = (name: string) =>
    lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
  const configuration = fieldOf('configuration');
  if (configuration === undefined)
    throw new NoSchedule('a schedule names its configuration: "configuration: …"');
  const steps = lines.flatMap((line) => /^\d+\. (.+)$/.exec(line)?.[1] ?? []);
  if (steps.length === 0) throw new NoSchedule('a schedule has numbered steps: "1. …"');
  return { configuration, mutation: fieldOf('without'), steps, breaks: fieldOf('breaks') };
}
