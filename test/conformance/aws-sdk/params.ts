// Fills a call's parameters: names, values of earlier answers, times and bytes, as vectors/README.md has them.

import { randomUUID } from 'node:crypto';

/** A value of an earlier answer that is not there. */
export class MissingValue extends Error {
  override readonly name = 'MissingValue';
}

export interface Sequence {
  /** The names made so far, by their place holder. */
  readonly names: Map<string, string>;
  /** What the calls so far answered. */
  readonly answers: readonly unknown[];
}

/** @throws {MissingValue} */
export function fill(value: unknown, sequence: Sequence): unknown {
  if (typeof value === 'string') return named(value, sequence.names);
  if (Array.isArray(value)) return value.map((item) => fill(item, sequence));
  if (typeof value !== 'object' || value === null) return value;
  const form = value as Record<string, unknown>;
  if ('$ref' in form) return referenced(form, sequence.answers);
  if ('$now' in form) return new Date(Date.now() + Number(form.$now) * 1000);
  if ('$bytes' in form) return Buffer.from(String(form.$bytes), 'base64');
  if ('$repeat' in form) return repeated(form);
  return Object.fromEntries(
    Object.entries(form).map(([key, item]) => [named(key, sequence.names), fill(item, sequence)]),
  );
}

/** The value at a path of an answer. @throws {MissingValue} */
export function valueAt(answer: unknown, path: readonly (string | number)[]): unknown {
  let value = answer;
  for (const step of path) {
    const inner = typeof value === 'object' && value !== null && Object.hasOwn(value, step);
    if (!inner) throw new MissingValue(`no ${path.join('/')} in the answer`);
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

function named(text: string, names: Map<string, string>): string {
  return text.replace(/\$\{(\w+)\}/g, (_, holder: string) => {
    const name = names.get(holder) ?? `${holder.replace(/\d/g, '')}-vector-${randomUUID().slice(0, 13)}`;
    names.set(holder, name);
    return name;
  });
}

function referenced(form: Record<string, unknown>, answers: readonly unknown[]): unknown {
  const [call, ...path] = form.$ref as [number, ...(string | number)[]];
  const value = valueAt(answers[call], path);
  return form.strip === undefined ? value : String(value).replaceAll(String(form.strip), '');
}

function repeated({ $repeat, bytes, as }: Record<string, unknown>): unknown {
  const filled = Buffer.alloc(Number(bytes), String($repeat), 'latin1');
  return as === 'text' ? filled.toString('latin1') : filled;
}
