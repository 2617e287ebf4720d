// Metric math as alarms use it: arithmetic, comparisons, IF, FILL, SUM(METRICS("…")). What else there is is refused by name.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html

/** The value of each metric in a period, by id; undefined where it has none. */
export type Values = ReadonlyMap<string, number | undefined>;

/** Undefined where a value is missing. */
export type Formula = (values: Values) => number | undefined;

const TOKEN = /\s*(?:(>=|<=|==|!=|[-+*/<>(),])|(\d+(?:\.\d+)?)|"([^"]*)"|([A-Za-z_]\w*))/y;
const MAX_CHARACTERS = 1024;
const MAX_DEPTH = 50;

type Binary = (left: number, right: number) => number;

const LEVELS: readonly Readonly<Record<string, Binary>>[] = [
  {
    '>=': (left, right) => Number(left >= right),
    '<=': (left, right) => Number(left <= right),
    '>': (left, right) => Number(left > right),
    '<': (left, right) => Number(left < right),
    '==': (left, right) => Number(left === right),
    '!=': (left, right) => Number(left !== right),
  },
  { '+': (left, right) => left + right, '-': (left, right) => left - right },
  { '*': (left, right) => left * right, '/': (left, right) => left / right },
];

/** @throws {Error} for an expression that is not understood */
export function compileMath(expression: string): Formula {
  if (expression.length > MAX_CHARACTERS) throw new Error(`over ${MAX_CHARACTERS} characters`);
  return new Parser(tokensOf(expression)).whole();
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (text.slice(TOKEN.lastIndex).trim() !== '') {
    const at = TOKEN.lastIndex;
    const [, operator, number, quoted, word] = TOKEN.exec(text) ?? [];
    const token = operator ?? number ?? word ?? (quoted === undefined ? undefined : `"${quoted}`);
    if (token === undefined) throw new Error(`not understood: ${text.slice(at, at + 40).trim()}`);
    tokens.push(token);
  }
  return tokens;
}

class Parser {
  readonly #tokens: string[];
  #depth = 0;

  constructor(tokens: string[]) {
    this.#tokens = tokens;
  }

  whole(): Formula {
    const formula = this.#level(0);
    if (this.#tokens.length > 0) throw new Error(`unexpected: ${this.#tokens[0]}`);
    return formula;
  }

  #level(index: number): Formula {
    const operators = LEVELS[index];
    if (operators === undefined) return this.#single();
    let left = this.#level(index + 1);
    for (
      let operator = this.#tokens[0] ?? '';
      Object.hasOwn(operators, operator);
      operator = this.#tokens[0] ?? ''
    ) {
      this.#tokens.shift();
      left = combined(left, this.#level(index + 1), operators[operator] as Binary);
    }
    return left;
  }

  #single(): Formula {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new Error('too deep');
    const token = this.#tokens.shift() ?? '';
    try {
      if (token === '(') {
        const inner = this.#level(0);
        this.#expect(')');
        return inner;
      }
      if (/^\d/.test(token)) return () => Number(token);
      if (!/^[A-Za-z_]/.test(token))
        throw new Error(token === '' ? 'it ends too early' : `unexpected: ${token}`);
      return this.#tokens[0] === '(' ? this.#call(token) : (values) => values.get(token);
    } finally {
      this.#depth -= 1;
    }
  }

  #call(name: string): Formula {
    this.#expect('(');
    switch (name) {
      case 'IF': {
        const [condition, yes, no] = [this.#argument(','), this.#argument(','), this.#argument(')')];
        return (values) => {
          const holds = condition(values);
          return holds === undefined ? undefined : (holds === 0 ? no : yes)(values);
        };
      }
      case 'FILL': {
        const [filled, by] = [this.#argument(','), this.#argument(')')];
        return (values) => filled(values) ?? by(values);
      }
      case 'SUM':
        return this.#sum();
      default:
        throw new Error(`the function ${name} is not there locally`);
    }
  }

  /** Over those metrics that have a value. */
  #sum(): Formula {
    this.#expect('METRICS');
    this.#expect('(');
    const part = this.#tokens[0]?.startsWith('"') ? (this.#tokens.shift() as string).slice(1) : '';
    this.#expect(')');
    this.#expect(')');
    return (values) => {
      const found = [...values].flatMap(([id, value]) =>
        id.includes(part) && value !== undefined ? [value] : [],
      );
      return found.length === 0 ? undefined : found.reduce((sum, value) => sum + value, 0);
    };
  }

  #argument(end: string): Formula {
    const formula = this.#level(0);
    this.#expect(end);
    return formula;
  }

  #expect(wanted: string): void {
    const token = this.#tokens.shift();
    if (token !== wanted) throw new Error(`expected ${wanted}, got ${token ?? 'the end'}`);
  }
}

/** Without a value on either side there is none; nor is there one past a division by zero. */
function combined(left: Formula, right: Formula, operation: Binary): Formula {
  return (values) => {
    const [one, other] = [left(values), right(values)];
    if (one === undefined || other === undefined) return undefined;
    const result = operation(one, other);
    return Number.isFinite(result) ? result : undefined;
  };
}
