// Event patterns: those of EventBridge's rules, and those that filter the records of an event source mapping.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html

/** Whether an event, or a value in it, is wanted. `undefined` stands for a field that is not there. */
export type Matcher = (value: unknown) => boolean;

type Scalar = string | number | boolean | null;

/**
 * @param patterns - as JSON, each an object of fields, of which an event has to match one; none: every event is wanted
 * @throws {Error} naming what is not a pattern, or the operator that is not known
 */
export function compilePatterns(patterns: readonly string[]): Matcher {
  if (patterns.length === 0) return () => true;
  return anyOf(patterns.map((pattern) => compileFields(parse(pattern), '')));
}

/** What an operator takes, and what it makes of it. */
const OPERATORS: Readonly<Record<string, (operand: unknown, place: string) => Matcher>> = {
  'anything-but': compileAnythingBut,
  'equals-ignore-case': (operand, place) => {
    const wanted = textOf(operand, place).toLowerCase();
    return (value) => typeof value === 'string' && value.toLowerCase() === wanted;
  },
  exists: (operand, place) => {
    if (typeof operand !== 'boolean') throw invalid(place, 'expected true or false', operand);
    // Only on leaves: an image as a whole never exists.
    return (value) => (value !== undefined && !isObject(value)) === operand;
  },
  numeric: compileNumeric,
  prefix: (operand, place) => {
    const start = textOf(operand, place);
    return (value) => typeof value === 'string' && value.startsWith(start);
  },
  suffix: (operand, place) => {
    const end = textOf(operand, place);
    return (value) => typeof value === 'string' && value.endsWith(end);
  },
};

const COMPARISONS: Readonly<Record<string, (value: number, limit: number) => boolean>> = {
  '=': (value, limit) => value === limit,
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
};

function parse(pattern: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(pattern);
  } catch {
    throw new Error(`the pattern is not JSON: ${pattern}`);
  }
  if (!isObject(parsed)) throw invalid('', 'expected an object of fields', parsed);
  return parsed;
}

/** Every field has to match. `$or` stands for several alternatives at its place. */
function compileFields(fields: Record<string, unknown>, place: string): Matcher {
  const matchers = Object.entries(fields).map(([name, pattern]): Matcher => {
    const inner = place === '' ? name : `${place}.${name}`;
    if (name === '$or') return compileAlternatives(pattern, inner);
    const matches = compileField(pattern, inner);
    return (value) => matches(isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined);
  });
  return (value) => matchers.every((matches) => matches(value));
}

function compileAlternatives(pattern: unknown, place: string): Matcher {
  if (!Array.isArray(pattern) || pattern.length === 0) {
    throw invalid(place, 'expected a list of patterns', pattern);
  }
  return anyOf(
    pattern.map((alternative: unknown) => {
      if (!isObject(alternative)) throw invalid(place, 'expected an object of fields', alternative);
      return compileFields(alternative, place);
    }),
  );
}

function compileField(pattern: unknown, place: string): Matcher {
  if (isObject(pattern)) return compileFields(pattern, place);
  if (!Array.isArray(pattern) || pattern.length === 0) {
    throw invalid(place, 'expected a list of values, or an object of fields', pattern);
  }
  return anyOf(pattern.map((rule: unknown) => overLists(rule, compileRule(rule, place))));
}

/** Of a list, as a set or a list attribute has it, one member has to match; `exists` is about the list itself. */
function overLists(rule: unknown, matches: Matcher): Matcher {
  if (isObject(rule) && 'exists' in rule) return matches;
  return (value) => (Array.isArray(value) ? value.some(matches) : matches(value));
}

function compileRule(rule: unknown, place: string): Matcher {
  if (isScalar(rule)) return (value) => value === rule;
  const [[operator, operand] = ['', undefined], ...more] = isObject(rule) ? Object.entries(rule) : [];
  if (operator === '' || more.length > 0) throw invalid(place, 'expected a value or one operator', rule);
  if (!Object.hasOwn(OPERATORS, operator)) throw unknownOperator(operator, place, Object.keys(OPERATORS));
  return (OPERATORS[operator] as (operand: unknown, place: string) => Matcher)(operand, place);
}

/** A field that is not there is not anything but a value: it does not match. */
function compileAnythingBut(operand: unknown, place: string): Matcher {
  const excluded = isObject(operand)
    ? compileExcludedPrefix(operand, place)
    : compileExcluded(operand, place);
  return (value) => value !== undefined && !isObject(value) && !excluded(value);
}

function compileExcludedPrefix(operand: Record<string, unknown>, place: string): Matcher {
  const other = Object.keys(operand).find((operator) => operator !== 'prefix');
  if (other !== undefined) throw unknownOperator(`anything-but.${other}`, place, ['anything-but.prefix']);
  return compileRule(operand, place);
}

function compileExcluded(operand: unknown, place: string): Matcher {
  const values: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  if (values.some((value) => !isScalar(value)))
    throw invalid(place, 'anything-but: expected values', operand);
  return (value) => values.includes(value);
}

/** Of numbers in a record, like its size: attributes of type N are strings, and never match (AWS says the same). */
function compileNumeric(operand: unknown, place: string): Matcher {
  if (!Array.isArray(operand) || operand.length === 0 || operand.length % 2 !== 0) {
    throw invalid(place, 'numeric: expected comparisons and numbers in turn', operand);
  }
  const tests = Array.from({ length: operand.length / 2 }, (_, i) => {
    const [comparison, limit]: unknown[] = operand.slice(2 * i, 2 * i + 2);
    const compare = Object.hasOwn(COMPARISONS, String(comparison)) && COMPARISONS[String(comparison)];
    if (!compare || typeof limit !== 'number') {
      throw invalid(place, 'numeric: expected comparisons and numbers in turn', operand);
    }
    return (value: number): boolean => compare(value, limit);
  });
  return (value) => typeof value === 'number' && tests.every((passes) => passes(value));
}

function anyOf(matchers: readonly Matcher[]): Matcher {
  return (value) => matchers.some((matches) => matches(value));
}

function textOf(operand: unknown, place: string): string {
  if (typeof operand !== 'string') throw invalid(place, 'expected a string', operand);
  return operand;
}

function isScalar(value: unknown): value is Scalar {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(place: string, expected: string, got: unknown): Error {
  return new Error(`${place && `${place}: `}${expected}, got ${JSON.stringify(got)}`);
}

function unknownOperator(operator: string, place: string, known: readonly string[]): Error {
  return new Error(
    `${place}: the operator ${operator} is not supported locally; supported are ${known.join(', ')}`,
  );
}
