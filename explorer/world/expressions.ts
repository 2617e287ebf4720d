// DynamoDB's condition expressions, in the forms that sagas and the configurations write.

import type { AttributeValue, Item } from '../../core/values/attributes.ts';

/** The parts of a write that a condition refers to. */
export interface Placeholders {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Item;
}

interface Scope {
  readonly item: Item;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Item;
}
type Operand = (scope: Scope) => AttributeValue | undefined;
type Condition = (scope: Scope) => boolean;

const parsed = new Map<string, Condition>();

/** Whether an item meets a condition; where there is no item, every path leads to nothing. */
export function meets(
  item: Item | undefined,
  condition: string | undefined,
  { ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} }: Placeholders,
): boolean {
  if (condition === undefined) return true;
  let evaluate = parsed.get(condition);
  if (evaluate === undefined) {
    evaluate = new Parser(condition).parse();
    parsed.set(condition, evaluate);
  }
  return evaluate({ item: item ?? {}, names, values });
}

/** Recursive descent: or, and, not, a comparison or a function. */
class Parser {
  readonly #text: string;
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = text.match(/[#:]?[A-Za-z_][A-Za-z0-9_]*|<>|<=|>=|[().,=<>]/g) ?? [];
  }

  parse(): Condition {
    const condition = this.#or();
    if (this.#at !== this.#tokens.length)
      throw new Error(`the condition has more than is understood: ${this.#text}`);
    return condition;
  }

  #or(): Condition {
    let left = this.#and();
    while (this.#accept('OR')) left = either(left, this.#and());
    return left;
  }

  #and(): Condition {
    let left = this.#unary();
    while (this.#accept('AND')) left = both(left, this.#unary());
    return left;
  }

  #unary(): Condition {
    if (this.#accept('(')) {
      const inner = this.#or();
      this.#expect(')');
      return inner;
    }
    if (this.#accept('NOT')) {
      const inner = this.#unary();
      return (scope) => !inner(scope);
    }
    if (this.#accept('attribute_exists')) return this.#existence(true);
    if (this.#accept('attribute_not_exists')) return this.#existence(false);
    const left = this.#operand();
    const operator = this.#take();
    return comparison(operator, left, this.#operand());
  }

  #existence(expected: boolean): Condition {
    this.#expect('(');
    const path = this.#path();
    this.#expect(')');
    return (scope) => (path(scope) !== undefined) === expected;
  }

  #operand(): Operand {
    if (!this.#tokens[this.#at]?.startsWith(':')) return this.#path();
    const name = this.#take();
    return ({ values }) => values[name];
  }

  #path(): Operand {
    const steps = [this.#take()];
    while (this.#accept('.')) steps.push(this.#take());
    return ({ item, names }) => {
      let value: AttributeValue | undefined = { M: item };
      for (const step of steps) {
        const name = step.startsWith('#') ? (names[step] as string) : step;
        value = value !== undefined && 'M' in value ? value.M[name] : undefined;
      }
      return value;
    };
  }

  #accept(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at += 1;
    return true;
  }

  #expect(token: string): void {
    const found = this.#take();
    if (found !== token) throw new Error(`expected ${token}, found ${found}: ${this.#text}`);
  }

  #take(): string {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new Error(`the condition ends too soon: ${this.#text}`);
    this.#at += 1;
    return token;
  }
}

function either(left: Condition, right: Condition): Condition {
  return (scope) => left(scope) || right(scope);
}

function both(left: Condition, right: Condition): Condition {
  return (scope) => left(scope) && right(scope);
}

function comparison(operator: string, left: Operand, right: Operand): Condition {
  return (scope) => {
    const [one, other] = [left(scope), right(scope)];
    if (one === undefined || other === undefined) return operator === '<>' && one !== other;
    const same = JSON.stringify(one) === JSON.stringify(other);
    const [first, second] = [one, other].map((value) => ('N' in value ? Number(value.N) : Number.NaN)) as [
      number,
      number,
    ];
    switch (operator) {
      case '=':
        return same;
      case '<>':
        return !same;
      case '<':
        return first < second;
      case '<=':
        return first <= second;
      case '>':
        return first > second;
      case '>=':
        return first >= second;
      default:
        throw new Error(`the explorer's table knows no operator ${operator}`);
    }
  };
}
