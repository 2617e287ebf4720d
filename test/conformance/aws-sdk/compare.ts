// Compares an answer with the recorded one, by the rules of vectors/README.md.

/** One place where an answer is not as recorded. */
export interface Difference {
  /** `Parts/0/ETag`, `Error/Resource`, `status`; `*` stands for an element of a list without order. */
  readonly place: string;
  readonly what: 'absent' | 'extra' | 'differs';
  readonly recorded?: unknown;
  readonly answered?: unknown;
}

/** Lists that are sets. */
const UNORDERED = new Set([
  'AttributeDefinitions',
  'ChecksumAlgorithm',
  'ConsumedCapacity',
  'Deleted',
  'Errors',
  'GlobalSecondaryIndexes',
  'LocalSecondaryIndexes',
  'BS',
  'NS',
  'SS',
  'TagSet',
  'Tags',
]);
const WORD = /<[A-Za-z][\w-]*(?::\d+)?>/g;

/** Compares the answers of one sequence: what a numbered wildcard stood for once, it stands for in all of them. */
export class Comparison {
  readonly #wildcards: ReadonlySet<string>;
  #bound = new Map<string, string>();

  /** @param wildcards - `<word>`, without their numbers */
  constructor(wildcards: readonly string[]) {
    this.#wildcards = new Set(wildcards);
  }

  /** @param unordered - whether lists of objects are sets, whatever their names */
  differences(recorded: unknown, answered: unknown, place = '', unordered = false): Difference[] {
    if (isBytes(recorded)) return this.#bytes(recorded.$bytes, answered, place);
    if (Array.isArray(recorded)) return this.#lists(recorded, answered, place, unordered);
    if (typeof recorded === 'object' && recorded !== null) {
      return this.#objects(recorded as Record<string, unknown>, answered, place, unordered);
    }
    // The SDK that recorded it gave null for an empty element.
    if (recorded === null && answered === '') return [];
    const same = typeof recorded === 'string' ? this.#isText(recorded, answered) : recorded === answered;
    return same ? [] : [{ place, what: 'differs', recorded, answered }];
  }

  #bytes(recorded: string, answered: unknown, place: string): Difference[] {
    const same =
      answered instanceof Uint8Array && Buffer.from(recorded, 'base64').equals(Buffer.from(answered));
    return same ? [] : [{ place, what: 'differs', recorded, answered }];
  }

  #objects(
    recorded: Record<string, unknown>,
    answered: unknown,
    place: string,
    unordered: boolean,
  ): Difference[] {
    if (typeof answered !== 'object' || answered === null) {
      return [{ place, what: 'differs', recorded, answered }];
    }
    const rest = new Map(Object.entries(answered).filter(([, value]) => value !== undefined));
    const found: Difference[] = [];
    for (const [name, value] of Object.entries(recorded)) {
      const key = [...rest.keys()].find((candidate) => this.#isText(name, candidate));
      const inner = place === '' ? name : `${place}/${name}`;
      if (key === undefined) {
        // An empty element, which this SDK leaves out.
        if (value !== null) found.push({ place: inner, what: 'absent', recorded: value });
        continue;
      }
      found.push(...this.differences(value, rest.get(key), inner, unordered));
      rest.delete(key);
    }
    for (const [name, value] of rest) {
      found.push({ place: place === '' ? name : `${place}/${name}`, what: 'extra', answered: value });
    }
    return found;
  }

  #lists(recorded: readonly unknown[], answered: unknown, place: string, unordered: boolean): Difference[] {
    if (!Array.isArray(answered) || answered.length !== recorded.length) {
      return [{ place, what: 'differs', recorded, answered }];
    }
    const isSet = UNORDERED.has(place.split('/').at(-1) ?? '') || (unordered && recorded.some(isObject));
    return isSet
      ? this.#sets(recorded, answered, place, unordered)
      : recorded.flatMap((item, index) =>
          this.differences(item, answered[index], `${place}/${index}`, unordered),
        );
  }

  /** Pairs what is equal, one after the other; what is left is compared in order. */
  #sets(
    recorded: readonly unknown[],
    answered: readonly unknown[],
    place: string,
    unordered: boolean,
  ): Difference[] {
    const rest = [...answered];
    const unpaired: unknown[] = [];
    for (const item of recorded) {
      const index = rest.findIndex((candidate) => this.#matches(item, candidate, unordered));
      if (index < 0) unpaired.push(item);
      else rest.splice(index, 1);
    }
    return unpaired.flatMap((item, index) => this.differences(item, rest[index], `${place}/*`, unordered));
  }

  #matches(recorded: unknown, answered: unknown, unordered: boolean): boolean {
    const before = new Map(this.#bound);
    if (this.differences(recorded, answered, '', unordered).length === 0) return true;
    this.#bound = before;
    return false;
  }

  #isText(recorded: string, answered: unknown): boolean {
    if (answered === undefined || answered === null) return false;
    // A number or a time may stand where the recording has only a wildcard.
    if (typeof answered !== 'string') {
      return this.#isWildcard(recorded) && (recorded === '<datetime>') === answered instanceof Date;
    }
    if (recorded === answered) return true;
    if (recorded === '<datetime>' && Number.isNaN(Date.parse(answered))) return false;
    const pattern = this.#patternOf(recorded);
    const match = pattern && new RegExp(`^${pattern.source}$`, 's').exec(answered);
    if (!match) return false;
    for (const [index, word] of pattern.binds.entries()) this.#bound.set(word, match[index + 1] ?? '');
    return true;
  }

  /** The regular expression of a text with wildcards, and the words that its groups bind. */
  #patternOf(recorded: string): { source: string; binds: readonly string[] } | undefined {
    const binds: string[] = [];
    let end = 0;
    let source = '';
    for (const { 0: word, index } of recorded.matchAll(WORD)) {
      if (!this.#isWildcard(word)) continue;
      source += escapePattern(recorded.slice(end, index)) + this.#groupOf(word, binds);
      end = index + word.length;
    }
    return end === 0 ? undefined : { source: source + escapePattern(recorded.slice(end)), binds };
  }

  #groupOf(word: string, binds: string[]): string {
    const bound = this.#bound.get(word);
    if (bound !== undefined) return escapePattern(bound);
    if (!/:\d+>$/.test(word)) return '(?:.*?)';
    const group = binds.indexOf(word);
    if (group >= 0) return `\\${group + 1}`;
    binds.push(word);
    return '(.+?)';
  }

  #isWildcard(word: string): boolean {
    return this.#wildcards.has(word.replace(/:\d+>$/, '>'));
  }
}

function isBytes(value: unknown): value is { $bytes: string } {
  return isObject(value) && '$bytes' in value && Object.keys(value).length === 1;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
