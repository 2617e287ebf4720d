// Which variables the expressions of a definition read that it does not assign itself.

import { compile, isExpression } from '../expressions/expression.ts';
import { isObject, type Json } from '../json.ts';

/**
 * @param definition - its JSON text
 * @param names - those to look for
 */
export function outerReferences(definition: string, names: ReadonlySet<string>): string[] {
  const read = new Set<string>();
  const own = new Set<string>();
  const visit = (value: Json, field: string): void => {
    if (typeof value === 'string' && isExpression(value)) collect(value, read, own);
    if (field === 'Assign' && isObject(value)) for (const name of Object.keys(value)) own.add(name);
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) visit(inner, key);
  };
  visit(JSON.parse(definition), '');
  return [...read].filter((name) => names.has(name) && !own.has(name));
}

/** Names that an expression reads; those that it binds itself count as own. */
function collect(text: string, read: Set<string>, own: Set<string>): void {
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { type, value, lhs, arguments: parameters } = node as Record<string, unknown>;
    if (type === 'variable' && typeof value === 'string') read.add(value);
    if (type === 'bind') own.add(nameOf(lhs));
    if (type === 'lambda' && Array.isArray(parameters)) for (const each of parameters) own.add(nameOf(each));
    for (const child of Object.values(node)) walk(child);
  };
  try {
    walk(compile(text).ast);
  } catch {
    // Its syntax error is reported where the expression is read.
  }
}

function nameOf(variable: unknown): string {
  return String((variable as { value?: unknown } | undefined)?.value);
}
