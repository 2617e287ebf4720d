// DynamoDB expressions that callers bring: which attributes they name, and how an update expression is
// taken apart, so that a saga's own clauses can join it in one write.

import { invalidInput } from '../errors/errors.ts';

/** An expression with its placeholders; values still as the caller wrote them. */
export interface Expression {
  readonly expression: string;
  readonly names?: Readonly<Record<string, string>> | undefined;
  readonly values?: Readonly<Record<string, unknown>> | undefined;
}

export const SECTIONS = ['SET', 'REMOVE', 'ADD', 'DELETE'] as const;
export type Section = (typeof SECTIONS)[number];
/** An update expression's clauses by section, without the keyword. */
export type Sections = Readonly<Partial<Record<Section, string>>>;

/** Placeholders of a saga's own clauses begin so; a caller's may not. */
export const OWN_PLACEHOLDER = /^[#:]tw_/;
export const RESERVED_PLACEHOLDER = 'placeholders with tw_ are reserved';

const TOKEN = /\s+|[#:]?[A-Za-z_][A-Za-z0-9_]*|[#:]?[0-9]+[A-Za-z0-9_]*|[.,()[\]=+<>-]/gy;

/**
 * The clauses of an update expression. A section keyword cannot be an attribute's name there, since all four
 * are reserved words (Developer Guide, "Reserved words").
 * @param field - path of the expression in the input, for errors
 * @throws {SagaError} InvalidInput
 */
export function parseUpdateExpression(text: string, field: string): Sections {
  const sections: Partial<Record<Section, string>> = {};
  let current: Section | undefined;
  for (const token of tokens(text, field)) {
    const section = SECTIONS.find((each) => each === token.toUpperCase());
    if (section !== undefined) {
      if (sections[section] !== undefined) throw invalidInput(field, text, `${section} stands twice`);
      current = section;
      sections[section] = '';
    } else if (current !== undefined) {
      sections[current] += token;
    } else if (token.trim() !== '') {
      throw invalidInput(field, text, 'expected SET, REMOVE, ADD or DELETE at the start');
    }
  }
  const empty = SECTIONS.find((section) => sections[section]?.trim() === '');
  if (empty !== undefined) throw invalidInput(field, text, `${empty} has no clause`);
  return sections;
}

/**
 * Names of the top-level attributes that an expression mentions, placeholders resolved.
 * @throws {SagaError} InvalidInput when a placeholder has no name, or is one of the saga's own
 */
export function mentionedAttributes(expression: Expression, field: string): ReadonlySet<string> {
  const names = new Set<string>();
  const significant = tokens(expression.expression, field).filter((token) => token.trim() !== '');
  significant.forEach((token, at) => {
    if (OWN_PLACEHOLDER.test(token)) throw invalidInput(field, token, RESERVED_PLACEHOLDER);
    const nested = significant[at - 1] === '.';
    const called = significant[at + 1] === '(';
    if (nested || called || isSection(token) || !/^[#A-Za-z_]/.test(token)) return;
    names.add(token.startsWith('#') ? resolve(token, expression, field) : token);
  });
  return names;
}

function resolve(placeholder: string, expression: Expression, field: string): string {
  const name = expression.names?.[placeholder];
  if (name === undefined) throw invalidInput(field, placeholder, 'a placeholder without an entry in names');
  return name;
}

function isSection(token: string): boolean {
  return SECTIONS.some((section) => section === token.toUpperCase());
}

function tokens(text: string, field: string): string[] {
  const found = text.match(TOKEN) ?? [];
  if (found.join('').length !== text.length) throw invalidInput(field, text, 'not a DynamoDB expression');
  checkParentheses(found, text, field);
  return found;
}

/** An expression that closes what it did not open could take the saga's own condition apart. */
function checkParentheses(found: readonly string[], text: string, field: string): void {
  let open = 0;
  for (const token of found) {
    open += token === '(' ? 1 : token === ')' ? -1 : 0;
    if (open < 0) break;
  }
  if (open !== 0) throw invalidInput(field, text, 'its parentheses do not match');
}
