// Patterns by which log events are searched: those for JSON, as metric filters have them, and terms of text.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html

import { compileFilterPattern } from './filter-pattern.ts';

export type MessageMatcher = (message: string) => boolean;

const MAX_CHARACTERS = 1024;
const TERM = /([-?]?)(?:"((?:[^"\\]|\\.)*)"|(\w+))(?:\s+|$)/y;

/**
 * Terms stand for what a message contains, letter for letter: all of `a "b c"`, any of `?a ?b`, none of `-a`.
 * @throws {Error} for a pattern that is not understood
 */
export function compileLogPattern(pattern: string): MessageMatcher {
  const trimmed = pattern.trim();
  if (trimmed.length > MAX_CHARACTERS) throw new Error(`over ${MAX_CHARACTERS} characters`);
  if (trimmed.startsWith('{')) return ofJson(trimmed);
  if (trimmed.startsWith('[')) throw new Error('patterns for columns, [...], are not understood locally');
  if (trimmed.startsWith('%')) throw new Error('regular expressions, %...%, are not understood locally');
  return ofTerms(trimmed);
}

function ofJson(pattern: string): MessageMatcher {
  const matches = compileFilterPattern(pattern);
  return (message) => {
    if (!message.startsWith('{')) return false;
    try {
      return matches(JSON.parse(message));
    } catch {
      return false; // a line of text: no pattern for JSON matches it
    }
  };
}

function ofTerms(pattern: string): MessageMatcher {
  const terms: Record<'' | '?' | '-', string[]> = { '': [], '?': [], '-': [] };
  TERM.lastIndex = 0;
  while (TERM.lastIndex < pattern.length) {
    const at = TERM.lastIndex;
    const [whole, sign = '', quoted, word = ''] = TERM.exec(pattern) ?? [];
    if (whole === undefined) {
      throw new Error(
        `not understood: ${pattern.slice(at, at + 40)}; what is no word must be in double quotes`,
      );
    }
    terms[sign as '' | '?' | '-'].push(quoted?.replace(/\\(.)/gs, '$1') ?? word);
  }
  if (terms['?'].length > 0 && terms[''].length + terms['-'].length > 0) {
    throw new Error('?terms beside others are not understood locally');
  }
  return (message) =>
    terms[''].every((term) => message.includes(term)) &&
    !terms['-'].some((term) => message.includes(term)) &&
    (terms['?'].length === 0 || terms['?'].some((term) => message.includes(term)));
}
