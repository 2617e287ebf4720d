// The syntax trees of expressions, as dynalite's parsers give them.

import type { AttributeType, AttributeValue, Path } from './values.ts';

/** What a condition compares: a document path, a literal, or `size(path)`. */
export type ConditionOperand = Path | AttributeValue | FunctionCall<'size'>;

export interface FunctionCall<Name extends string, Argument = ConditionOperand> {
  readonly type: 'function';
  readonly name: Name;
  readonly args: readonly Argument[];
}

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

export type ConditionFunction =
  | 'attribute_exists'
  | 'attribute_not_exists'
  | 'attribute_type'
  | 'begins_with'
  | 'contains';

export type Condition =
  | { readonly type: 'and' | 'or' | 'not'; readonly args: readonly Condition[] }
  | { readonly type: Comparator | 'between' | 'in'; readonly args: readonly ConditionOperand[] }
  | FunctionCall<ConditionFunction>;

/** What a SET assigns. */
export type UpdateOperand =
  | Path
  | AttributeValue
  | { readonly type: 'add' | 'subtract'; readonly args: readonly UpdateOperand[] }
  | FunctionCall<'if_not_exists' | 'list_append', UpdateOperand>;

/** One clause of an update expression. */
export type UpdateClause =
  | {
      readonly type: 'set';
      readonly path: Path;
      readonly val: UpdateOperand;
      readonly attrType?: AttributeType | null;
    }
  | { readonly type: 'remove'; readonly path: Path }
  | { readonly type: 'add' | 'delete'; readonly path: Path; readonly val: AttributeValue };

export function isPath(operand: unknown): operand is Path {
  return Array.isArray(operand);
}
