// What dynalite's parsers made of expressions, remembered: apps send the same few over and over, with other values.

import type { AttributeValue } from './values.ts';

/** What a parser is given besides the expression; it takes the names and values that it uses out of the unused ones. */
interface ParseContext {
  readonly attrNames?: Readonly<Record<string, string>>;
  readonly attrVals?: Readonly<Record<string, AttributeValue>>;
  readonly unusedAttrNames: Record<string, true>;
  readonly unusedAttrVals: Record<string, true>;
}

export interface Parser {
  /** @throws {Error} what is wrong with the expression */
  parse(expression: string, options: { readonly context: ParseContext }): object;
}

interface Parsed {
  /** With a {@link Placeholder} for each value. */
  readonly tree: object;
  readonly usedNames: readonly string[];
  readonly usedValues: readonly string[];
}

class Placeholder {
  readonly value: string;

  constructor(value: string) {
    this.value = value;
  }
}

const MAX_REMEMBERED = 500;
const MAX_EXPRESSION = 1000;
/** Whether these are right depends on values; of all others it depends on the types of values alone. */
const VALUES_MATTER = /between|attribute_type/i;

/** Lets a parser parse an expression once for all values of the same types. What is wrong is parsed each time. */
export function rememberParses(parser: Parser): void {
  const parse = parser.parse.bind(parser);
  const known = new Map<string, Parsed>();
  parser.parse = (expression, options) => {
    if (expression.length > MAX_EXPRESSION || VALUES_MATTER.test(expression))
      return parse(expression, options);
    const { context } = options;
    const key = keyOf(expression, context);
    const before = known.get(key);
    if (before) {
      for (const name of before.usedNames) delete context.unusedAttrNames[name];
      for (const name of before.usedValues) delete context.unusedAttrVals[name];
      return filled(before.tree, context.attrVals ?? {}) as object;
    }
    const [names, values] = [Object.keys(context.unusedAttrNames), Object.keys(context.unusedAttrVals)];
    const tree = parse(expression, options);
    // The first to come goes first.
    for (const oldest of known.keys()) if (known.size >= MAX_REMEMBERED) known.delete(oldest);
    known.set(key, {
      tree: emptied(tree, placeholders(context.attrVals ?? {})) as object,
      usedNames: names.filter((name) => !Object.hasOwn(context.unusedAttrNames, name)),
      usedValues: values.filter((name) => !Object.hasOwn(context.unusedAttrVals, name)),
    });
    return tree;
  };
}

function keyOf(
  expression: string,
  { attrNames, attrVals = {}, unusedAttrNames, unusedAttrVals }: ParseContext,
): string {
  const types = Object.entries(attrVals).map(([name, value]) => `${name} ${Object.keys(value)[0]}`);
  const unused = [Object.keys(unusedAttrNames), Object.keys(unusedAttrVals)];
  return JSON.stringify([expression, attrNames, types, unused]);
}

/** By the object that each value is. */
function placeholders(values: Readonly<Record<string, AttributeValue>>): ReadonlyMap<unknown, Placeholder> {
  return new Map(Object.entries(values).map(([name, value]) => [value, new Placeholder(name)]));
}

function emptied(node: unknown, values: ReadonlyMap<unknown, Placeholder>): unknown {
  return values.get(node) ?? mapped(node, (part) => emptied(part, values));
}

function filled(node: unknown, values: Readonly<Record<string, AttributeValue>>): unknown {
  if (node instanceof Placeholder) return values[node.value];
  return mapped(node, (part) => filled(part, values));
}

/** A copy of a list or an object, whatever its prototype; anything else is itself. */
function mapped(node: unknown, of: (part: unknown) => unknown): unknown {
  if (Array.isArray(node)) return node.map(of);
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.create(Object.getPrototypeOf(node)) as Record<string, unknown>;
  for (const [name, part] of Object.entries(node)) copy[name] = of(part);
  return copy;
}
