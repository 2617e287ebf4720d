// The definitions' JSONata. Each expression is evaluated once for each distinct set of values that it sees.

import jsonata from 'jsonata';
import type { Variables } from '../state/state.ts';

/** What an expression sees. */
export interface Scope {
  readonly variables: Variables;
  /** `$states`. */
  readonly states: Readonly<Record<string, unknown>>;
  /** What `$now()` tells, milliseconds since the epoch. */
  readonly now: number;
  /** What `$uuid()` draws. */
  readonly uuid?: string | undefined;
}

/** States.QueryEvaluationError. */
export class QueryFailure extends Error {
  override readonly name = 'QueryFailure';
}

const TIME = 'explorer: time';
const UUID = 'explorer: uuid';

export class Expressions {
  readonly #compiled = new Map<string, jsonata.Expression>();
  readonly #values = new Map<string, unknown>();

  /** How many distinct evaluations there were. */
  get evaluations(): number {
    return this.#values.size;
  }

  /**
   * A field's value: its strings `{% … %}` evaluated, `${Name}` replaced by the name.
   * @param id - names the field among all that are evaluated
   * @throws {QueryFailure}
   */
  async evaluate(id: string, template: unknown, scope: Scope): Promise<unknown> {
    const { variables, states, now, uuid = '' } = scope;
    const key = `${id} ${now} ${uuid} ${JSON.stringify(variables)} ${JSON.stringify(states)}`;
    if (this.#values.has(key)) return this.#values.get(key);
    const value = await this.#fill(template, scope);
    this.#values.set(key, value);
    return value;
  }

  async #fill(template: unknown, scope: Scope): Promise<unknown> {
    if (typeof template === 'string') {
      const [, source] = /^\{%(.*)%\}$/s.exec(template) ?? [];
      return source === undefined ? substituted(template) : this.#value(substituted(source.trim()), scope);
    }
    if (Array.isArray(template)) return Promise.all(template.map((item) => this.#fill(item, scope)));
    if (typeof template !== 'object' || template === null) return template;
    const filled: Record<string, unknown> = {};
    for (const [name, field] of Object.entries(template)) filled[name] = await this.#fill(field, scope);
    return filled;
  }

  async #value(source: string, { variables, states, now, uuid }: Scope): Promise<unknown> {
    const bindings = JSON.parse(JSON.stringify({ ...variables, states })) as Record<string, unknown>;
    let value: unknown;
    try {
      value = await this.#expressionOf(source).evaluate(undefined, {
        ...bindings,
        [TIME]: now,
        [UUID]: uuid,
      });
    } catch (error) {
      throw new QueryFailure(`${source}: ${(error as Error).message}`);
    }
    if (value === undefined) throw new QueryFailure(`${source}: returned nothing`);
    return JSON.parse(JSON.stringify(value));
  }

  #expressionOf(source: string): jsonata.Expression {
    const known = this.#compiled.get(source);
    if (known !== undefined) return known;
    const expression = jsonata(source);
    expression.registerFunction('parse', parse, '<s:j>');
    // The shortest pause: others may take as many steps as they like beside it.
    expression.registerFunction('random', () => 0, '<n?:n>');
    expression.registerFunction('now', now, '<:s>');
    expression.registerFunction('uuid', uuid, '<:s>');
    this.#compiled.set(source, expression);
    return expression;
  }
}

/** As the template's DefinitionSubstitutions do it, within expressions, too. */
function substituted(text: string): string {
  return text.replaceAll(/\$\{(\w+)\}/g, '$1');
}

function parse(text: string | undefined): unknown {
  return text === undefined ? undefined : JSON.parse(text);
}

function now(this: jsonata.Focus): string {
  return new Date(this.environment.lookup(TIME) as number).toISOString();
}

function uuid(this: jsonata.Focus): string {
  return this.environment.lookup(UUID) as string;
}
