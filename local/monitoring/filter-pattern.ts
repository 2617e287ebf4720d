// Patterns of metric filters for events in JSON: comparisons of texts and numbers, `&&`, `||` and parentheses. Not done: terms,
// columns, regular expressions, NOT EXISTS, IS NULL.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html

export type EventMatcher = (event: unknown) => boolean;

const MAX_CHARACTERS = 1024;
const TOKEN = /\s*(?:(&&|\|\||!=|<=|>=|=|<|>|\(|\))|"((?:[^"\\]|\\.)*)"|([^\s()"=<>!&|]+))/y;

interface Token {
  readonly kind: 'operator' | 'text' | 'word';
  readonly value: string;
}

/** @throws {Error} for a pattern that is not understood */
export function compileFilterPattern(pattern: string): EventMatcher {
  const trimmed = pattern.trim();
  if (trimmed.length > MAX_CHARACTERS) throw new Error(`over ${MAX_CHARACTERS} characters`);
  if (trimmed === '') return () => true;
  const inner = /^\{(.*)\}$/s.exec(trimmed)?.[1];
  if (inner === undefined)
    throw new Error('only patterns for JSON, { $.field = "value" }, are understood locally');
  return new Parser(tokensOf(inner)).whole();
}

/** The value at `$.a.b`; undefined where there is none. */
export function fieldOf(event: unknown, path: string): unknown {
  let value = event;
  for (const name of path.slice('$.'.length).split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}

/** @throws {Error} unless it is a path of names */
export function checkField(path: string): void {
  if (/^\$(?:\.[\w-]{1,128}){1,10}$/.test(path)) return;
  throw new Error(`${path}: only paths of names, like $.details.error, are understood locally`);
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (text.slice(TOKEN.lastIndex).trim() !== '') {
    const at = TOKEN.lastIndex;
    const [, operator, quoted, word] = TOKEN.exec(text) ?? [];
    if (operator !== undefined) tokens.push({ kind: 'operator', value: operator });
    else if (quoted !== undefined) tokens.push({ kind: 'text', value: quoted.replace(/\\(.)/gs, '$1') });
    else if (word !== undefined) tokens.push({ kind: 'word', value: word });
    else throw new Error(`not understood: ${text.slice(at, at + 40).trim()}`);
  }
  return tokens;
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): EventMatcher {
    const matcher = this.#either();
    if (this.#next < this.#tokens.length) throw this.#unexpected();
    return matcher;
  }

  #either(): EventMatcher {
    const terms = [this.#both()];
    while (this.#take('||')) terms.push(this.#both());
    return (event) => terms.some((term) => term(event));
  }

  #both(): EventMatcher {
    const terms = [this.#term()];
    while (this.#take('&&')) terms.push(this.#term());
    return (event) => terms.every((term) => term(event));
  }

  #term(): EventMatcher {
    if (!this.#take('(')) return this.#comparison();
    const inner = this.#either();
    if (!this.#take(')')) throw this.#unexpected();
    return inner;
  }

  #comparison(): EventMatcher {
    const [field, operator, wanted] = [this.#any(), this.#any(), this.#any()];
    checkField(field.value);
    const number = Number(wanted.value);
    if (wanted.kind === 'word' && Number.isFinite(number))
      return compareNumbers(field.value, operator.value, number);
    if (wanted.kind === 'operator' || wanted.value.startsWith('%')) {
      throw new Error(`not understood: ${wanted.value}`);
    }
    const matches = wildcard(wanted.value);
    const isThere = (event: unknown): string | undefined => {
      const value = fieldOf(event, field.value);
      return value === undefined || typeof value === 'object' ? undefined : String(value);
    };
    switch (operator.value) {
      case '=':
        return (event) => matches(isThere(event) ?? '') && isThere(event) !== undefined;
      case '!=':
        // What CloudWatch does where the field is missing is not documented: here that does not match.
        return (event) => isThere(event) !== undefined && !matches(isThere(event) ?? '');
      default:
        throw new Error(`not understood: ${field.value} ${operator.value} "${wanted.value}"`);
    }
  }

  #any(): Token {
    const token = this.#tokens[this.#next];
    if (token === undefined) throw this.#unexpected();
    this.#next += 1;
    return token;
  }

  #take(operator: string): boolean {
    const token = this.#tokens[this.#next];
    if (token?.kind !== 'operator' || token.value !== operator) return false;
    this.#next += 1;
    return true;
  }

  #unexpected(): Error {
    const token = this.#tokens[this.#next];
    return new Error(token === undefined ? 'it ends too early' : `unexpected: ${token.value}`);
  }
}

function compareNumbers(field: string, operator: string, wanted: number): EventMatcher {
  const compare: Readonly<Record<string, (value: number) => boolean>> = {
    '=': (value) => value === wanted,
    '!=': (value) => value !== wanted,
    '<': (value) => value < wanted,
    '>': (value) => value > wanted,
    '<=': (value) => value <= wanted,
    '>=': (value) => value >= wanted,
  };
  const test = Object.hasOwn(compare, operator) ? compare[operator] : undefined;
  if (test === undefined) throw new Error(`not understood: ${operator}`);
  return (event) => {
    const value = fieldOf(event, field);
    return typeof value === 'number' && test(value);
  };
}

/** `*` stands for any text. */
function wildcard(pattern: string): (text: string) => boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return (text) => text === pattern;
  const last = rest.pop() ?? '';
  return (text) => {
    if (!text.startsWith(first)) return false;
    let at = first.length;
    for (const part of rest) {
      const found = text.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return text.length - last.length >= at && text.endsWith(last);
  };
}
