// Wildcards of policies: `*` is any text, `?` any one character, in actions, ARNs and condition values.
import { own } from '../records.ts';

export type Matcher = (text: string) => boolean;

/** What stands for a literal character where a wildcard would be read otherwise (IAM User Guide, "policy variables"). */
const ESCAPES: Readonly<Record<string, string>> = { '*': '*', '?': '?', $: '$' };

/**
 * A pattern over the whole text. A `*` in an ARN also matches across colons and slashes.
 * @throws {Error} on a policy variable, by its name: none has a value here
 */
export function wildcard(pattern: string, options: { ignoreCase?: boolean } = {}): Matcher {
  if (pattern === '*') return () => true;
  const source = pattern.replace(/\$\{([^}]*)\}|[\s\S]/g, (part, variable: string | undefined) => {
    if (variable !== undefined) return quote(literalOf(variable));
    if (part === '*') return '.*';
    return part === '?' ? '.' : quote(part);
  });
  const expression = new RegExp(`^${source}$`, options.ignoreCase ? 'isu' : 'su');
  return (text) => expression.test(text);
}

/**
 * A pattern over an ARN, part by part: the five parts before the resource, and the resource.
 * @throws {Error} as {@link wildcard} does
 */
export function arnPattern(pattern: string): Matcher {
  const parts = arnParts(pattern).map((part) => wildcard(part));
  return (arn) => {
    const given = arnParts(arn);
    return given.length === parts.length && parts.every((matches, at) => matches(given[at] ?? ''));
  };
}

/** Matches what any of the patterns does. */
export function anyOf(matchers: readonly Matcher[]): Matcher {
  return (text) => matchers.some((matches) => matches(text));
}

/** A value without wildcards. @throws {Error} on a policy variable */
export function literal(value: string): string {
  return value.replace(/\$\{([^}]*)\}/g, (_, variable: string) => literalOf(variable));
}

function literalOf(variable: string): string {
  const character = own(ESCAPES, variable);
  if (character !== undefined) return character;
  throw new Error(`the policy variable \${${variable}} is not supported locally`);
}

function arnParts(arn: string): string[] {
  const parts = arn.split(':');
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}

function quote(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
