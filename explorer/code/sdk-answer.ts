// Answers as the SDK gives them, from the plain values that states hold: dates, and bodies that can be read.

/** A moment in a plain answer. */
export interface PlainDate {
  readonly $date: number;
}

export function plainDate(ms: number): PlainDate {
  return { $date: ms };
}

/** An object's content in a plain answer. */
export interface PlainBody {
  readonly $text: string;
}

const WITH_DATES = new Set(['ListMultipartUploads', 'DescribeExecution', 'ListObjectsV2']);

export function sdkAnswer(operation: string, answer: unknown): unknown {
  if (operation === 'GetObject') return withBody(answer as Readonly<Record<string, unknown>>);
  return WITH_DATES.has(operation) ? withDates(answer) : answer;
}

function withBody({ Body, ...head }: Readonly<Record<string, unknown>>): unknown {
  const bytes = Buffer.from((Body as PlainBody).$text);
  return {
    ...head,
    Body: (async function* () {
      yield bytes;
    })(),
  };
}

function withDates(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withDates);
  if (typeof value !== 'object' || value === null) return value;
  if ('$date' in value) return new Date((value as PlainDate).$date);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withDates(inner)]));
}
