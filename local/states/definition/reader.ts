// Reads the fields of one JSON object of a definition. What is missing, of the wrong type or not read at all is
// reported with its place, so that nothing is ignored.

import { compile, isExpression } from '../expressions/expression.ts';
import type { Template } from '../expressions/template.ts';
import { isObject, type Json, type JsonObject, typeName } from '../json.ts';
import type { Diagnostics } from './diagnostics.ts';
import { checkExpression, type Readable } from './expression-check.ts';

/** Bounds of a number, both included. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}

export class Reader {
  readonly object: JsonObject;
  readonly location: string;
  readonly diagnostics: Diagnostics;
  /** The location of a field inside its state, as causes name it: '' or `Catch[1]/`. */
  private readonly prefix: string;
  private readonly seen = new Set<string>();

  constructor(object: JsonObject, location: string, diagnostics: Diagnostics, prefix = '') {
    this.object = object;
    this.location = location;
    this.diagnostics = diagnostics;
    this.prefix = prefix;
  }

  has(field: string): boolean {
    return Object.hasOwn(this.object, field);
  }

  at(field: string): string {
    return `${this.location === '/' ? '' : this.location}/${field}`;
  }

  raw(field: string): Json | undefined {
    this.seen.add(field);
    return this.has(field) ? this.object[field] : undefined;
  }

  /** Reports those of the fields that are missing. */
  require(...fields: string[]): boolean {
    const missing = fields.filter((field) => !this.has(field));
    if (missing.length === 0) return true;
    this.diagnostics.schema(`These fields are required: [${missing.join(', ')}]`, this.location);
    return false;
  }

  string(field: string): string | undefined {
    return this.typed(field, 'string') as string | undefined;
  }

  boolean(field: string): boolean | undefined {
    return this.typed(field, 'boolean') as boolean | undefined;
  }

  /** An object, or undefined with a report if it is none. */
  objectField(field: string): JsonObject | undefined {
    return this.typed(field, 'object') as JsonObject | undefined;
  }

  /** A reader of an object field. */
  child(field: string): Reader | undefined {
    const object = this.objectField(field);
    return object && new Reader(object, this.at(field), this.diagnostics, `${this.prefix}${field}/`);
  }

  number(field: string, bounds: Bounds, kind: 'integer' | 'number' = 'integer'): number | undefined {
    const value = this.typed(field, 'number') as number | undefined;
    if (value === undefined) return undefined;
    if ((kind === 'number' || Number.isInteger(value)) && value >= bounds.min && value <= bounds.max)
      return value;
    const range = `${bounds.min} and ${bounds.max}`;
    this.diagnostics.schema(`Expected ${kind} between ${range}, but got ${value}`, this.at(field));
    return undefined;
  }

  oneOf<T extends string>(field: string, values: readonly T[]): T | undefined {
    const value = this.string(field);
    if (value === undefined) return undefined;
    if ((values as readonly string[]).includes(value)) return value as T;
    const known = values.join(', ');
    this.diagnostics.schema(`Value is not valid: ${value}. Expected one of: [${known}]`, this.at(field));
    return undefined;
  }

  /** The objects of an array field, each with its own reader. */
  objects(field: string, minimum = 0): Reader[] {
    const value = this.typed(field, 'array') as Json[] | undefined;
    if (value === undefined) return [];
    if (value.length < minimum) {
      this.diagnostics.schema(`Expected at least ${minimum} item, but got ${value.length}`, this.at(field));
    }
    return value.flatMap((item, index) => {
      const location = `${this.at(field)}[${index}]`;
      if (isObject(item))
        return [new Reader(item, location, this.diagnostics, `${this.prefix}${field}[${index}]/`)];
      this.diagnostics.schema(`Expected value of type Object, but got ${typeName(item)}`, location);
      return [];
    });
  }

  /** A field in which any string may be an expression. */
  template(field: string, readable: Readable): Template | undefined {
    const value = this.raw(field);
    if (value === undefined) return undefined;
    return this.compileValue(value, this.at(field), `${this.prefix}${field}`, readable);
  }

  /** A field that is a literal of one type, or one expression for such a value. */
  templateOf(field: string, type: 'string' | 'boolean' | 'array', readable: Readable): Template | undefined {
    const template = this.template(field, readable);
    if (template === undefined || template.kind === 'expression') return template;
    if (typeName(this.object[field] as Json) === type) return template;
    this.complainOfType(field, type);
    return undefined;
  }

  /** A field that is a whole number, or one expression for it. */
  integerTemplate(field: string, bounds: Bounds, readable: Readable): Template | undefined {
    return this.numberTemplate(field, bounds, readable, 'integer');
  }

  /** A field that is a number, or one expression for it. */
  numberTemplate(
    field: string,
    bounds: Bounds,
    readable: Readable,
    kind: 'integer' | 'number' = 'number',
  ): Template | undefined {
    const value = this.raw(field);
    if (typeof value === 'string' && isExpression(value)) return this.template(field, readable);
    const number = this.number(field, bounds, kind);
    return number === undefined ? undefined : { kind: 'literal', value: number };
  }

  /** Reports a field that AWS knows and the local cloud does not. */
  refuse(field: string, message: string): void {
    if (this.raw(field) !== undefined) this.diagnostics.unsupported(message, this.at(field));
  }

  /** Reports every field that has not been read. Call it last. */
  done(): void {
    for (const field of Object.keys(this.object)) {
      if (!this.seen.has(field)) this.diagnostics.schema(`Field '${field}' is not supported`, this.location);
    }
  }

  private typed(field: string, type: ReturnType<typeof typeName>): Json | undefined {
    const value = this.raw(field);
    if (value === undefined || typeName(value) === type) return value;
    this.complainOfType(field, type);
    return undefined;
  }

  private complainOfType(field: string, type: string): void {
    const expected = `${type.charAt(0).toUpperCase()}${type.slice(1)}`;
    this.diagnostics.schema(`Expected value of type ${expected}`, this.at(field));
  }

  private compileValue(value: Json, location: string, name: string, readable: Readable): Template {
    if (typeof value === 'string') return this.compileString(value, location, name, readable);
    if (Array.isArray(value)) {
      const items = value.map((item, index) =>
        this.compileValue(item, `${location}[${index}]`, `${name}[${index}]`, readable),
      );
      return items.every((item) => item.kind === 'literal')
        ? { kind: 'literal', value }
        : { kind: 'array', items };
    }
    if (isObject(value)) {
      const fields = Object.entries(value).map(
        ([key, item]) =>
          [key, this.compileValue(item, `${location}/${key}`, `${name}/${key}`, readable)] as const,
      );
      return fields.every(([, field]) => field.kind === 'literal')
        ? { kind: 'literal', value }
        : { kind: 'object', fields };
    }
    return { kind: 'literal', value };
  }

  private compileString(value: string, location: string, name: string, readable: Readable): Template {
    if (!isExpression(value)) {
      if (value.startsWith('{%')) {
        this.diagnostics.report(
          'INVALID_JSONATA_EXPRESSION',
          "The expression does not end with '%}'",
          location,
        );
      }
      return { kind: 'literal', value };
    }
    try {
      const expression = compile(value);
      checkExpression(expression, readable, location, this.diagnostics);
      return { kind: 'expression', expression, location: name };
    } catch (error) {
      this.diagnostics.report('INVALID_JSONATA_EXPRESSION', (error as { message: string }).message, location);
      return { kind: 'literal', value };
    }
  }
}
