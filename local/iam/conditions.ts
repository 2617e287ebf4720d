// Condition blocks of policies: the operators and keys that have a meaning in the local cloud. All others are refused
// when a policy is read, so that no condition is silently taken to hold or not to.
// Source: IAM User Guide, "IAM JSON policy elements: Condition operators".

import { arnPattern, literal, type Matcher, wildcard } from './patterns.ts';

/** The value of a condition key in a call; undefined where the call has none. Keys are asked for in lower case. */
export type Context = (key: string) => string | undefined;

export type Condition = (context: Context) => boolean;

/** A Condition element: operator, key, value or values. */
export type ConditionBlock = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

interface Operator {
  matcher(value: string): Matcher;
  /** Holds when no value matches, and when the key is absent. */
  readonly negated?: boolean;
}

const equals: Operator['matcher'] = (value) => {
  const expected = literal(value);
  return (actual) => actual === expected;
};

const equalsIgnoringCase: Operator['matcher'] = (value) => {
  const expected = literal(value).toLowerCase();
  return (actual) => actual.toLowerCase() === expected;
};

const numeric =
  (compare: (actual: number, expected: number) => boolean): Operator['matcher'] =>
  (value) => {
    const expected = Number(value);
    if (Number.isNaN(expected)) throw new Error(`Condition: expected a number, got "${value}"`);
    return (actual) => compare(Number(actual), expected);
  };

const sameNumber = numeric((actual, expected) => actual === expected);

const OPERATORS: Readonly<Record<string, Operator>> = {
  StringEquals: { matcher: equals },
  StringNotEquals: { matcher: equals, negated: true },
  StringEqualsIgnoreCase: { matcher: equalsIgnoringCase },
  StringNotEqualsIgnoreCase: { matcher: equalsIgnoringCase, negated: true },
  StringLike: { matcher: (value) => wildcard(value) },
  StringNotLike: { matcher: (value) => wildcard(value), negated: true },
  ArnEquals: { matcher: arnPattern },
  ArnLike: { matcher: arnPattern },
  ArnNotEquals: { matcher: arnPattern, negated: true },
  ArnNotLike: { matcher: arnPattern, negated: true },
  Bool: { matcher: equalsIgnoringCase },
  NumericEquals: { matcher: sameNumber },
  NumericNotEquals: { matcher: sameNumber, negated: true },
  NumericLessThan: { matcher: numeric((actual, expected) => actual < expected) },
  NumericLessThanEquals: { matcher: numeric((actual, expected) => actual <= expected) },
  NumericGreaterThan: { matcher: numeric((actual, expected) => actual > expected) },
  NumericGreaterThanEquals: { matcher: numeric((actual, expected) => actual >= expected) },
};

/** Keys that calls of roles have here, or, like those of service principals, are known never to have. */
const KEYS: ReadonlySet<string> = new Set([
  'aws:principalaccount',
  'aws:principalarn',
  'aws:principalisawsservice',
  'aws:principaltype',
  'aws:requestedregion',
  'aws:resourceaccount',
  'aws:securetransport',
  'aws:sourceaccount',
  'aws:sourcearn',
  'aws:viaawsservice',
  's3:delimiter',
  's3:max-keys',
  's3:prefix',
  's3:resourceaccount',
  's3:tlsversion',
  's3:x-amz-acl',
  's3:x-amz-content-sha256',
  's3:x-amz-copy-source',
  's3:x-amz-metadata-directive',
  's3:x-amz-server-side-encryption',
  's3:x-amz-storage-class',
]);

/**
 * All conditions of a block must hold; of a key's values, any.
 * @throws {Error} naming the operator, key or value that has no meaning here
 */
export function compileConditions(block: ConditionBlock): Condition {
  const conditions = Object.entries(block).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => compile(operator, key, values)),
  );
  return (context) => conditions.every((holds) => holds(context));
}

function compile(name: string, key: string, values: readonly string[]): Condition {
  const asked = key.toLowerCase();
  if (!KEYS.has(asked)) throw new Error(`the condition key ${key} is not supported locally`);
  if (name === 'Null') {
    const absent = values.map((value) => value.toLowerCase() === 'true');
    return (context) => absent.includes(context(asked) === undefined);
  }
  const base = name.replace(/IfExists$/, '');
  const operator = Object.hasOwn(OPERATORS, base) ? OPERATORS[base] : undefined;
  if (!operator) throw new Error(`the condition operator ${name} is not supported locally`);
  const whenAbsent = operator.negated === true || base !== name;
  const matchers = values.map(operator.matcher);
  return (context) => {
    const actual = context(asked);
    if (actual === undefined) return whenAbsent;
    return matchers.some((matches) => matches(actual)) !== (operator.negated === true);
  };
}
