// What AWS refuses in an expression before it ever runs: references that no value stands behind.

import type jsonata from 'jsonata';
import type { Expression } from '../expressions/expression.ts';
import type { Diagnostics } from './diagnostics.ts';

/** Which values of `$states` a field can read besides input and context. */
export type Readable = 'input' | 'result' | 'errorOutput';

/** What the parser yields; the package's own type leaves out some of it. */
type Node = Omit<jsonata.ExprNode, 'type'> & {
  readonly type: jsonata.ExprNode['type'] | 'path';
  readonly group?: { readonly lhs: Node[][] };
  readonly predicate?: Node[];
  readonly terms?: { readonly expression: Node }[];
  readonly expr?: Node;
  readonly body?: Node;
  readonly condition?: Node;
  readonly then?: Node;
  readonly else?: Node;
  readonly pattern?: Node;
  readonly update?: Node;
  readonly delete?: Node;
  readonly expression?: Node;
};

/**
 * Reports `$$`, `$` and names at the top level (an expression has no input document, see "Transforming data with
 * JSONata" in the Developer Guide), and `$states.errorOutput` outside of a catcher.
 */
export function checkExpression(
  expression: Expression,
  readable: Readable,
  location: string,
  diagnostics: Diagnostics,
): void {
  const references = new Set<string>();
  collectContextReferences(expression.ast as unknown as Node, false, references);
  for (const reference of references) {
    diagnostics.report(
      'UNSUPPORTED_JSONATA_EXPRESSION',
      `Reference to '${reference}' at the top level is not supported.`,
      location,
    );
  }
  if (readable !== 'errorOutput' && readsStates(expression, 'errorOutput')) {
    diagnostics.report(
      'UNSUPPORTED_JSONATA_EXPRESSION',
      "Reference to '$states.errorOutput' is only supported in the Output and Assign of a catcher.",
      location,
    );
  }
}

function readsStates(expression: Expression, path: string): boolean {
  return new RegExp(`\\$states\\s*\\.\\s*${path}\\b`).test(expression.source);
}

/** @param inContext whether the node is evaluated against an item of a path */
function collectContextReferences(node: Node | undefined, inContext: boolean, found: Set<string>): void {
  if (node === undefined || typeof node !== 'object') return;
  if (node.type === 'path') {
    for (const [index, step] of (node.steps as unknown as Node[]).entries()) {
      collectContextReferences(step, inContext || index > 0, found);
    }
  }
  if (node.type === 'variable' && node.value === '$') found.add('$$');
  if (!inContext) {
    if (node.type === 'variable' && node.value === '') found.add('$');
    if (node.type === 'name' || node.type === 'wildcard' || node.type === 'descendant')
      found.add(String(node.value));
  }
  for (const child of sameContext(node)) collectContextReferences(child, inContext, found);
  for (const child of itemContext(node)) collectContextReferences(child, true, found);
}

/** Parts that are evaluated against what the node itself is evaluated against. */
function sameContext(node: Node): (Node | undefined)[] {
  const lhs = Array.isArray(node.lhs)
    ? (node.lhs as unknown as (Node | Node[])[]).flat()
    : [node.lhs as Node | undefined];
  return [
    ...lhs,
    node.rhs as Node | undefined,
    node.expression,
    node.procedure as Node | undefined,
    ...((node.arguments as Node[] | undefined) ?? []),
    ...((node.expressions as Node[] | undefined) ?? []),
    node.body,
    node.condition,
    node.then,
    node.else,
  ];
}

/** Parts that are evaluated against each item that the node yields or works on. */
function itemContext(node: Node): (Node | undefined)[] {
  return [
    ...((node.stages as Node[] | undefined) ?? []).map((stage) => stage.expr),
    ...(node.predicate ?? []).map((predicate) => predicate.expr),
    ...(node.group?.lhs.flat() ?? []),
    ...(node.terms ?? []).map((term) => term.expression),
    node.pattern,
    node.update,
    node.delete,
  ];
}
