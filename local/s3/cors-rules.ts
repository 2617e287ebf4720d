// What a bucket's CORS rules let pages of other origins do and see.
// Source: "Using cross-origin resource sharing (CORS)" in the S3 User Guide.

/** A rule of a bucket. Origins and headers have one `*` at most. */
export interface CorsRule {
  readonly id?: string | undefined;
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  /** What a preflight may ask for; other headers a browser sends unasked. */
  readonly headers: readonly string[];
  /** What a page may see of an answer's headers. */
  readonly exposed: readonly string[];
  readonly maxAgeSeconds?: number | undefined;
}

/** What a page, or its browser ahead of it, asks leave for. */
export interface Asked {
  readonly origin: string;
  readonly method: string;
  readonly headers: readonly string[];
}

/** What the first rule that fits gives leave for, as headers. */
export function leaveOf(rules: readonly CorsRule[], asked: Asked): Record<string, string> | undefined {
  const allows = (patterns: readonly string[], text: string) =>
    patterns.find((pattern) => matchesPattern(pattern, text));
  for (const rule of rules) {
    const origin = allows(rule.origins, asked.origin);
    const patterns = rule.headers.map((header) => header.toLowerCase());
    const fits = rule.methods.includes(asked.method) && asked.headers.every((name) => allows(patterns, name));
    if (origin !== undefined && fits) return headersOf(rule, asked, origin === '*');
  }
  return undefined;
}

function headersOf(
  { methods, exposed, maxAgeSeconds }: CorsRule,
  { origin, headers }: Asked,
  isForAll: boolean,
): Record<string, string> {
  return {
    'access-control-allow-origin': isForAll ? '*' : origin,
    ...(!isForAll && { 'access-control-allow-credentials': 'true' }),
    'access-control-allow-methods': methods.join(', '),
    ...(headers.length > 0 && { 'access-control-allow-headers': headers.join(', ') }),
    ...(exposed.length > 0 && { 'access-control-expose-headers': exposed.join(', ') }),
    ...(maxAgeSeconds !== undefined && { 'access-control-max-age': String(maxAgeSeconds) }),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  };
}

/** @param pattern - with one `*` at most, which stands for any text */
export function matchesPattern(pattern: string, text: string): boolean {
  const [start = '', end] = pattern.split('*');
  if (end === undefined) return pattern === text;
  return text.length >= start.length + end.length && text.startsWith(start) && text.endsWith(end);
}
