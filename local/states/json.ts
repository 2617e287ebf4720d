// Plain JSON values, as states receive, keep and return them.

export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The name that causes of Step Functions use for the type of a value. */
export function typeName(value: Json): 'null' | 'array' | 'object' | 'string' | 'number' | 'boolean' {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value as 'object' | 'string' | 'number' | 'boolean';
}

/** Bytes of a JSON text, as the quotas of Step Functions count them. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}
