// CloudFormation's intrinsic functions: resolves a template's values against what is known at that point.

/** What the functions refer to. Each member throws an error that says what is missing. */
export interface Scope {
  /** A parameter, a pseudo parameter or a resource's physical id. */
  ref(name: string): unknown;
  attribute(logicalId: string, name: string): unknown;
  mapping(map: string, topLevelKey: string, secondLevelKey: string): unknown;
  condition(name: string): boolean;
  importValue(exportName: string): unknown;
}

/** What `AWS::NoValue` stands for: a property or element that is left out. */
export const NO_VALUE = Symbol('AWS::NoValue');

type Intrinsic = (argument: unknown, scope: Scope) => unknown;

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (name, scope) => scope.ref(text(name, 'Ref')),
  Condition: (name, scope) => scope.condition(text(name, 'Condition')),
  'Fn::GetAtt': (argument, scope) => {
    const [id, name] = typeof argument === 'string' ? splitOnce(argument) : list(argument, 'Fn::GetAtt', 2);
    return scope.attribute(text(id, 'Fn::GetAtt'), text(resolve(name, scope), 'Fn::GetAtt'));
  },
  'Fn::Join': (argument, scope) => {
    const [separator, values] = list(argument, 'Fn::Join', 2);
    const parts = list(resolve(values, scope), 'Fn::Join');
    return parts.map((part) => text(part, 'Fn::Join')).join(text(separator, 'Fn::Join'));
  },
  'Fn::Sub': substitute,
  'Fn::Select': (argument, scope) => {
    const [index, values] = list(resolve(argument, scope), 'Fn::Select', 2);
    const selected = list(values, 'Fn::Select')[Number(index)];
    if (selected === undefined) throw new Error(`Fn::Select: no element ${String(index)}`);
    return selected;
  },
  'Fn::Split': (argument, scope) => {
    const [separator, value] = list(resolve(argument, scope), 'Fn::Split', 2);
    return text(value, 'Fn::Split').split(text(separator, 'Fn::Split'));
  },
  'Fn::FindInMap': (argument, scope) => {
    const [map, top, second] = list(resolve(argument, scope), 'Fn::FindInMap', 3);
    return scope.mapping(
      text(map, 'Fn::FindInMap'),
      text(top, 'Fn::FindInMap'),
      text(second, 'Fn::FindInMap'),
    );
  },
  'Fn::Base64': (argument, scope) =>
    Buffer.from(text(resolve(argument, scope), 'Fn::Base64')).toString('base64'),
  'Fn::ImportValue': (argument, scope) =>
    scope.importValue(text(resolve(argument, scope), 'Fn::ImportValue')),
  'Fn::If': (argument, scope) => {
    const [condition, whenTrue, whenFalse] = list(argument, 'Fn::If', 3);
    return resolve(scope.condition(text(condition, 'Fn::If')) ? whenTrue : whenFalse, scope);
  },
  'Fn::Equals': (argument, scope) => {
    const [left, right] = list(resolve(argument, scope), 'Fn::Equals', 2);
    return JSON.stringify(left) === JSON.stringify(right);
  },
  'Fn::And': (argument, scope) => list(resolve(argument, scope), 'Fn::And').every((value) => value === true),
  'Fn::Or': (argument, scope) => list(resolve(argument, scope), 'Fn::Or').some((value) => value === true),
  'Fn::Not': (argument, scope) => list(resolve(argument, scope), 'Fn::Not', 1)[0] !== true,
};

/**
 * A value with every intrinsic function in it replaced by its result; {@link NO_VALUE} where it is to be left out.
 * @throws {Error} on a function that is not supported or refers to what is not there, and on dynamic references
 */
export function resolve(value: unknown, scope: Scope): unknown {
  if (typeof value === 'string' && value.includes('{{resolve:')) {
    throw new Error(`dynamic reference ${value} is not supported locally`);
  }
  if (Array.isArray(value)) {
    return value.map((element) => resolve(element, scope)).filter((element) => element !== NO_VALUE);
  }
  if (typeof value !== 'object' || value === null) return value;
  const call = intrinsicOf(value);
  if (call) return call.apply(call.argument, scope);
  const entries = Object.entries(value).map(([key, member]) => [key, resolve(member, scope)] as const);
  return Object.fromEntries(entries.filter(([, member]) => member !== NO_VALUE));
}

/** The logical ids that a value refers to by Ref, Fn::GetAtt and Fn::Sub. */
export function referencesIn(value: unknown): Set<string> {
  const found = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, argument] of Object.entries(node)) {
      if (key === 'Ref' && typeof argument === 'string') found.add(argument);
      if (key === 'Fn::GetAtt')
        found.add(String(typeof argument === 'string' ? argument.split('.')[0] : argument[0]));
      if (key === 'Fn::Sub') for (const name of placeholders(argument)) found.add(name.split('.')[0] ?? name);
      visit(argument);
    }
  };
  visit(value);
  return found;
}

function intrinsicOf(value: object): { apply: Intrinsic; argument: unknown } | undefined {
  const [entry, ...more] = Object.entries(value);
  if (!entry || more.length > 0) return undefined;
  const [name, argument] = entry;
  // A member of that name holds an object elsewhere (an IAM policy statement); the function takes a name.
  if (name === 'Condition' && typeof argument !== 'string') return undefined;
  if (Object.hasOwn(INTRINSICS, name)) return { apply: INTRINSICS[name] as Intrinsic, argument };
  if (name.startsWith('Fn::')) throw new Error(`${name} is not supported locally`);
  return undefined;
}

const PLACEHOLDER = /\$\{([^}]*)\}/g;

function substitute(argument: unknown, scope: Scope): string {
  const [template, variables] = Array.isArray(argument) ? argument : [argument, {}];
  const values = resolve(variables, scope) as Record<string, unknown>;
  return text(template, 'Fn::Sub').replace(PLACEHOLDER, (_, inner: string) => {
    const name = inner.trim();
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    if (Object.hasOwn(values, name)) return text(values[name], 'Fn::Sub');
    const [id, attribute] = splitOnce(name);
    return text(attribute === undefined ? scope.ref(id) : scope.attribute(id, attribute), 'Fn::Sub');
  });
}

function placeholders(argument: unknown): string[] {
  const template: unknown = Array.isArray(argument) ? argument[0] : argument;
  if (typeof template !== 'string') return [];
  return [...template.matchAll(PLACEHOLDER)].map((match) => (match[1] ?? '').trim());
}

function splitOnce(name: string): [string, string | undefined] {
  const dot = name.indexOf('.');
  return dot < 0 ? [name, undefined] : [name.slice(0, dot), name.slice(dot + 1)];
}

function list(value: unknown, where: string, length?: number): unknown[] {
  if (!Array.isArray(value) || (length !== undefined && value.length !== length)) {
    const expected = length === undefined ? 'a list' : `a list of ${length}`;
    throw new Error(`${where}: expected ${expected}, got ${JSON.stringify(value)}`);
  }
  return value;
}

function text(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(`${where}: expected a string, got ${JSON.stringify(value) ?? String(value)}`);
}
