// History events as one flat object each, with their JSON parsed.

import type { HistoryEvent } from '@aws-sdk/client-sfn';

export type FlatEvent = Record<string, unknown> & { readonly id?: number; readonly type: string };

const JSON_FIELDS = new Set(['input', 'output', 'parameters']);
const UNCOMPARED_FIELDS = new Set([
  'timestamp',
  'roleArn',
  'region',
  'inputDetails',
  'outputDetails',
  'assignedVariablesDetails',
]);
const UNCOMPARED_METADATA = new Set(['SdkHttpMetadata', 'SdkResponseMetadata']);

/** An event of the API as one flat object with its JSON parsed. */
export function flatten(event: HistoryEvent): FlatEvent {
  const flat: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(event)) {
    if (key.endsWith('EventDetails')) Object.assign(flat, flattenDetails(value));
    else if (!UNCOMPARED_FIELDS.has(key)) flat[key] = value;
  }
  return flat as FlatEvent;
}

function flattenDetails(details: Record<string, unknown>): Record<string, unknown> {
  const flat: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(details)) {
    if (UNCOMPARED_FIELDS.has(key) || value === undefined) continue;
    if (key === 'name' || key === 'state') flat.stateName = value;
    else if (key === 'assignedVariables') flat[key] = parseEach(value as Record<string, string>);
    else flat[key] = JSON_FIELDS.has(key) ? parse(value as string) : value;
  }
  return flat;
}

function parseEach(texts: Record<string, string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, parse(text)]));
}

/** Parses a JSON text and takes out what is not compared. */
export function parse(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).filter(([key]) => !UNCOMPARED_METADATA.has(key)));
  });
}
