// One JSONata expression: parsed when a definition is loaded. It is evaluated elsewhere (evaluator.ts).

import jsonata from 'jsonata';
import { plainPathOf, type Reads, readsOf } from './reads.ts';

export interface Expression {
  /** As written, without the delimiters and the white space inside them. */
  readonly source: string;
  readonly ast: jsonata.ExprNode;
  readonly reads: Reads;
  /** Present where it is no more than a path: nothing needs to be evaluated for it. */
  readonly path: readonly string[] | undefined;
}

/** Whether a string of a definition is an expression: `{% ... %}`. */
export function isExpression(text: string): boolean {
  return text.startsWith('{%') && text.endsWith('%}') && text.length >= 4;
}

/**
 * @param text with its delimiters
 * @throws a JSONata error, with `message`, on a syntax error
 */
export function compile(text: string): Expression {
  const source = text.slice(2, -2).trim();
  const ast = jsonata(source).ast();
  refuseLaterOperators(ast, source);
  return { source, ast, reads: readsOf(ast), path: plainPathOf(ast) };
}

/**
 * Step Functions documents JSONata 2.0.6 ("Transforming data with JSONata" in the Developer Guide), which does not know
 * the operators `??` and `?:`. They parse to conditions; only their place in the source tells them apart from `? :`.
 */
function refuseLaterOperators(node: unknown, source: string): void {
  if (typeof node !== 'object' || node === null) return;
  const { type, position } = node as { type?: unknown; position?: unknown };
  if (type === 'condition' && typeof position === 'number') {
    const operator = source.slice(position - 2, position);
    if (operator === '??' || operator === '?:') {
      throw new SyntaxError(`The symbol "${operator[1]}" cannot be used as a unary operator`);
    }
  }
  for (const child of Object.values(node)) refuseLaterOperators(child, source);
}
